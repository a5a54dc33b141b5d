// The icons by name, as paths on a grid of 24.
import type { PageState } from "./page-state";

export const ICON_PATHS = {
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  hourglass: "M7 3h10M7 21h10M8 3v3.5L12 12l4-5.5V3M8 21v-3.5L12 12l4 5.5V21",
  restore: "M3.5 12a8.5 8.5 0 1 0 2.6-6.1M3.5 4v4.5H8M12 7.5V12l3 2",
  forward: "M4 6l7 6-7 6zM13 6l7 6-7 6z",
  replay: "M4 12a8 8 0 1 0 2.4-5.7M4 4v4.4h4.4M10.5 9l4.5 3-4.5 3z",
  live: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM5.6 5.6a9 9 0 0 0 0 12.8M18.4 5.6a9 9 0 0 1 0 12.8",
  warning: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.4h.01",
  reconnect: "M4 12a8 8 0 0 1 13.8-5.5L20 8.6M20 4v4.6h-4.6M20 12a8 8 0 0 1-13.8 5.5L4 15.4M4 20v-4.6h4.6",
  offline: "M3 3l18 18M2.5 9a14 14 0 0 1 5-3.2M21.5 9a14 14 0 0 0-9-4M6 12.8a9 9 0 0 1 4-2.3M18 12.8l-2-1.3M9.3 16.3a4 4 0 0 1 5.2.2M12 20h.01",
  trend: "M4 19V9M9.3 19v-6M14.7 19V5M20 19v-9",
  done: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8 12.3l2.8 2.8L16 9.5",
  failed: "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM9 9l6 6M15 9l-6 6",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  expand: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  shrink: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
  chart: "M4 4v16h16M8 16v-4M12.5 16V8M17 16v-6",
  shield: "M12 3l7.5 3v5.5c0 4.6-3.1 7.9-7.5 9.5-4.4-1.6-7.5-4.9-7.5-9.5V6z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  help: "M9 9.2a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1.1-1.4 2.2M12 17.6h.01M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  contrast: "M12 3a9 9 0 1 1 0 18zM12 3a9 9 0 1 0 0 18z",
  check: "M4.5 12.5l5 5 10-11",
  cross: "M6 6l12 12M18 6L6 18",
  share: "M12 15V3.5M8 7.2l4-3.7 4 3.7M5 11.5v8.5h14v-8.5",
} as const;

export type Icon = keyof typeof ICON_PATHS;

export const STATE_ICONS: Readonly<Record<PageState, Icon>> = {
  connecting: "dots",
  reconnecting: "reconnect",
  offline: "offline",
  stale: "warning",
  waiting: "hourglass",
  restoring: "restore",
  "catching-up": "forward",
  replaying: "replay",
  live: "live",
  paused: "pause",
  ended: "done",
  failed: "failed",
  troubled: "warning",
  degraded: "warning",
  locked: "shield",
};
