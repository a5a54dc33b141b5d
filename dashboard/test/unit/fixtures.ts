// The fixtures of unit tests: states as the host's messages leave them, and the
// page's models of those states.
import type { Chart, ChartOption } from "../../src/charts/chart";
import { THEMES } from "../../src/charts/palette";
import type { ChartStyle } from "../../src/charts/style";
import { contextOf as context, type Context } from "../../src/data/context";
import { createFormat } from "../../src/data/format";
import type { PanelChoice } from "../../src/data/link";
import { measureOf, rowsOf, type Row } from "../../src/data/rows";
import { INITIAL, reduce, type State } from "../../src/data/state";
import { WORDS, type Lang } from "../../src/i18n/words";
import type { PanelInput } from "../../src/panels/panel-model";
import type { WindowAnswers } from "../../src/panels/window-model";
import { decode } from "../../src/wire/decode";
import type { Frame, Panel, Scope, Status } from "../../src/wire/shapes";
import { greeting } from "../scripted/script.mjs";

/** Feeds messages to the reducer, all received at one local time. */
export function feed(state: State, at: number, ...messages: readonly unknown[]): State {
  return messages.reduce<State>((next, value) => {
    const message = decode(JSON.stringify(value));
    if (message === null) throw new Error(`not a message: ${JSON.stringify(value)}`);
    return reduce(next, { type: "message", message, at });
  }, state);
}

/** The state after a greeting, received at local time 0. */
export function greeted(script: Parameters<typeof greeting>[0] = {}): State {
  return feed(INITIAL, 0, ...greeting({ now: 1_000_000, ...script }));
}

export function contextOf(state: State, lang: Lang = "zh", now = 0): Context {
  return context({
    latest: state, now, paused: null, prefs: { lang, theme: "dark" }, kiosk: false,
    format: createFormat(lang, state.hello?.tz ?? "UTC"),
  });
}

export function statusOf(more: Record<string, unknown> = {}): Status {
  const { status } = greeted({ status: more });
  if (status === null) throw new Error("no status");
  return status;
}

/** A panel with its frame. */
export interface Pair {
  readonly panel: Panel;
  readonly frame: Frame;
}

export function panelIn(state: State, id: string): Panel {
  const panel = state.panels?.find((each) => each.id === id);
  if (panel === undefined) throw new Error(`no panel ${id}`);
  return panel;
}

export function pairIn(state: State, id: string): Pair {
  const frame = state.frames.get(id);
  if (frame === undefined) throw new Error(`no frame ${id}`);
  return { panel: panelIn(state, id), frame };
}

export function rowsFor({ panel, frame }: Pair, scope: Scope = "total", lang: Lang = "en"): Row[] {
  return rowsOf(panel, frame, scope, measureOf(panel, 0), lang, WORDS[lang]);
}

export function row(label: string, value: number | null, color: number | null = 0): Row {
  return { key: label, label, second: null, value, error: null, color };
}

export const HOUR_LABELS = ["0", "1", "2", "3"].map((key) => ({ key, text: { zh: `${key}时`, en: `${key}h` } }));

/** A panel of words by hours with two lines of cells, as the host sends it. */
export function crossed(more: { panel?: object; frame?: object } = {}): Pair {
  const panels = [{
    id: "p", title: { zh: "表", en: "Map" }, chart: "heatmap",
    dimension: { name: "word", title: { zh: "词", en: "Word" }, labels: [] },
    across: { name: "hour", title: { zh: "时", en: "Hour" }, labels: HOUR_LABELS },
    measures: [
      { name: "n", title: { zh: "数", en: "Count" } },
      { name: "e", title: { zh: "误差", en: "Error" }, error_of: "n" },
    ],
    ...more.panel,
  }];
  const frame = {
    rev: 1, state: "ok", keys: ["b", "b", "a", "a"], across: ["1", "3", "0", "3"],
    total: { n: [1234, 0, 6, null], e: [12, 0, 0, null] },
    on_time: { n: [1000, 0, 6, null], e: [11, 0, 0, null] },
    late: { n: [234, 0, 0, null], e: [3, 0, 0, null] },
    other: { keys: 9, total: { n: [60], e: [2] }, on_time: { n: [60], e: [2] }, late: { n: [0], e: [0] } },
    ...more.frame,
  };
  return pairIn(greeted({ panels, frames: { p: frame } }), "p");
}

/** A day of November 2015 as the host writes it. */
export function day(n: number, more = {}) {
  return {
    window: {
      spec: "1d", start: `2015-11-0${n}T00:00:00+08:00`, end: `2015-11-0${n + 1}T00:00:00+08:00`,
      state: "final", ...more,
    },
    total: [],
  };
}

/** The choice of a reader who chose nothing. */
export const CHOICE: PanelChoice = { scope: "total", measure: 0, table: false, trend: false, share: false, form: "stack", slice: null, byChange: false, window: null, isOwn: false, against: null };

/** The answers about a metric without windows. */
export const ANSWERS: WindowAnswers = { finals: new Map(), isListed: true, ownKind: null, frame: null, whole: null, trend: null, closed: null, kept: null, compared: null };

/** All that the model of a panel is made of. */
export function inputOf(
  pair: Pair, choice: Partial<PanelChoice> = {}, more: Partial<PanelInput> = {},
): PanelInput {
  return { ...pair, choice: { ...CHOICE, isOwn: choice.window !== undefined, ...choice }, answers: ANSWERS, isEnlarged: false, ...more };
}

/** All that an update hands to the library of charts. */
export function drawnBy(chart: Chart, style: ChartStyle, rows: readonly Row[]): ChartOption {
  const { axes, series } = chart.update(style, rows);
  return { ...axes, series: series() };
}

export const STYLE: ChartStyle = {
  colors: THEMES.dark, accent: { color: "#fff", deep: "#000" }, format: createFormat("en", "UTC"),
  fontPx: 16, fontFamily: "sans", width: 600, height: 400,
  measure: "Count", titles: ["Word", "Hour"], share: "Share", noSum: "no sum", before: "Before", change: "Change", additive: true,
  limits: [], verdict: () => "",
};

/** The rows of a table of the operator's section, as texts. */
export function texts(model: { readonly rows: readonly { readonly cells: readonly { readonly text: string }[] }[] }): string[] {
  return model.rows.map(({ cells }) => cells.map(({ text }) => text).join(" | "));
}
