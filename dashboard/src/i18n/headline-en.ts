// The words of the figures above the panels, in English.
import type { HeadlineWords } from "./headline-zh";

export const headlineEn: HeadlineWords = {
  group: "Headlines",
  engine: "Engine",
  open: (title, panel) => `${title}: open the panel ${panel}`,
  to: { previous: "vs previous", "1d": "vs yesterday", "7d": "vs last week", "1y": "vs last year" },
  toWhole: {
    previous: "against the same part of the window before", "1d": "against the same time yesterday",
    "7d": "against the same time a week ago", "1y": "against the same time a year ago",
  },
  until: (time) => `to ${time}`,
  points: (points) => `${points} pp`,
  same: "no change",
  values: (now, before) => `${now}, was ${before}`,
  reasons: {
    "not-yet": "nothing complete yet", "no-history": "not enough history",
    "no-finer": "whole closed windows", failed: "not readable",
  },
  finer: (line) => `add ${line} to compare up to now`,
  fromNothing: "was 0",
  unknown: "no value yet",
  target: (target) => `target ${target}`,
  reached: (share) => `${share} reached`,
  stale: { lagging: "catching up", quarantined: "metric quarantined", unreadable: "result not readable" },
};
