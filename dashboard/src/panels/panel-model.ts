// One panel, decided: from its descriptor, its frame and the reader's choice to
// everything that is drawn. Pure. The parts that depend on the panel's size on the
// screen are in `chart-model.ts`.
import { beforeOf, type Before } from "../data/before";
import type { Context } from "../data/context";
import { clip, inFull, joined, type Format } from "../data/format";
import { drawable, isCanvas, panelKind, type ChartKind, type PanelKind } from "../data/kinds";
import type { PanelChoice } from "../data/link";
import { panelTable, type PanelTable } from "../data/panel-table";
import { logScale } from "../data/quantiles";
import { isBlank, measureOf, rowsOf, totalOf, type Row } from "../data/rows";
import { spanText } from "../data/spans";
import { judged, limitsOf, stripOf, thresholdsOf, type Strip } from "../data/thresholds";
import { sinceWords } from "../data/trouble";
import { spelledOnce } from "../data/tilemap";
import { trendOf, trendTable, trendWords, type Trend } from "../data/trend";
import { distinct, inUnit, saysUnit } from "../data/units";
import { say } from "../i18n/words";
import type { Frame, Measure, Panel, Stale, Threshold } from "../wire/shapes";
import { controlsModel, type ControlsModel, type Form } from "./controls-model";
import {
  shownWindow, trendKindOf, windowRowModel, type WindowAnswers, type WindowRowModel,
} from "./window-model";

const TITLE_CHARACTERS_MAX = 80;
const REASON_CHARACTERS_MAX = 300;

export interface PanelInput {
  readonly panel: Panel;
  /** The stream's frame; `undefined` means that the stream has not brought one yet. */
  readonly frame: Frame | undefined;
  readonly choice: PanelChoice;
  readonly answers: WindowAnswers;
  readonly isEnlarged: boolean;
}

export type PanelState = "loading" | "ok" | "empty" | "lagging" | "quarantined" | "unreadable";

export interface MessageBody {
  readonly form: "message";
  readonly title: string;
  readonly text: string;
}

/** What is said of figures that are an older good result. */
export interface Mark {
  readonly title: string;
  readonly text: string;
}

export type Body =
  | MessageBody
  | { readonly form: "trend"; readonly trend: Trend; readonly words: string }
  | { readonly form: "table"; readonly table: PanelTable; readonly canDrill: boolean }
  | { readonly form: "number"; readonly rows: readonly Row[] }
  | { readonly form: "tiles"; readonly rows: readonly Row[]; readonly before: Before | null }
  | {
      readonly form: "chart"; readonly kind: ChartKind; readonly rows: readonly Row[];
      /** The number of keys in the rest of a cut list. */
      readonly restKeys: number;
      /** Thresholds that lines are drawn at. */
      readonly limits: readonly Threshold[];
    };

export interface PanelModel {
  readonly state: PanelState;
  readonly title: string;
  /** The unit of the measure that is shown; its title where figures are read with their unit or have none. */
  readonly unit: string;
  /** For the figures of that measure. */
  readonly format: Format;
  readonly measure: Measure;
  /** The sum over everything counted, whatever is shown; `null` means that the sum is not known. */
  readonly sum: number | null;
  /** The shown window; `null` means the panel's own. */
  readonly window: string | null;
  /** The dates of the chosen window; empty where none is chosen. */
  readonly dates: string;
  readonly controls: ControlsModel;
  readonly windowRow: WindowRowModel;
  readonly body: Body;
  /** Why the figures are not those of all records; `null` means that they are. */
  readonly mark: Mark | null;
  /** What is said of rows beyond a threshold; `null` means nothing. */
  readonly strip: Strip | null;
  /** `true` where the reader may let a stopped metric go on. */
  readonly canResume: boolean;
  /** The rows that are drawn and their kind; a message and a trend have `null`. */
  readonly drawn: { readonly kind: PanelKind; readonly rows: readonly Row[] } | null;
}

/** The part of the model that follows from the figures. */
type Shown = Pick<PanelModel, "state" | "sum" | "body"> & Partial<Pick<PanelModel, "drawn" | "measure" | "mark">>;

export function panelModel(input: PanelInput, ctx: Context): PanelModel {
  const { panel, choice, answers, isEnlarged } = input;
  const trend = trendKindOf(panel, choice.window) === null ? null : choice.trend;
  const window = shownWindow(panel, choice.window, answers);
  const shown = shownOf(input, window, trend === true, ctx);
  const measure = shown.measure ?? measureOf(panel, choice.measure);
  const span = answers.frame?.span ?? null;
  const format = formatOf(measure, shown.drawn, ctx);
  return {
    ...shown,
    title: titleOf(panel, ctx),
    measure,
    unit: unitOf(measure, shown, format, ctx),
    format: isEnlarged ? inFull(format) : format,
    window,
    dates: span === null ? "" : spanText(span, ctx.format),
    controls: controlsModel(panel, choice, trend === true ? "trend" : formOf(panel), isEnlarged, ctx),
    windowRow: windowRowModel({ window, kinds: panel.windows, answers, trend }, ctx),
    drawn: shown.drawn ?? null,
    mark: shown.mark ?? null,
    // A number says by itself what it is beyond.
    strip: shown.body.form === "number" ? null
      : stripOf(shown.drawn?.rows ?? [], panel.dimension !== null, format, ctx.words),
    canResume: input.frame?.state === "quarantined" && ctx.state.hello?.control === true
      && !ctx.kiosk && ctx.pause === null,
  };
}

/** What figures are of and are counted in, and on which scale bars are drawn if not in proportion. */
function unitOf({ unit, title, additive }: Measure, { body }: Shown, format: Format, ctx: Context): string {
  const isLog = body.form === "chart" && (body.kind === "bar" || body.kind === "hbar") && logScale(body.rows, additive) !== null;
  const limits = body.form === "chart" && body.kind !== "pie" && body.kind !== "heatmap" ? body.limits : [];
  return joined(
    unit === null || saysUnit(unit) ? say(title, ctx.lang) : unit,
    isLog ? ctx.words.panels.logScale : "",
    ...limits.map(({ level, value }) => `┄ ${ctx.words.threshold.line[level](format.axis(value))}`));
}

/** Figures in the unit of the measure, and such that no two that differ read alike. */
function formatOf({ unit }: Measure, drawn: Shown["drawn"], { format }: Context): Format {
  return distinct(inUnit(format, unit), drawn?.rows.map(({ value }) => value) ?? []);
}

/** The title of a panel as it is shown and spoken. */
function titleOf(panel: Panel, ctx: Context): string {
  return clip(say(panel.title, ctx.lang), TITLE_CHARACTERS_MAX);
}

/** A panel whose drawing failed. */
export function brokenBody(error: unknown, ctx: Context): MessageBody {
  return message(ctx.words.panels.unreadable, error instanceof Error ? error.message : String(error));
}

function formOf(panel: Panel): Form {
  const kind = panelKind(panel);
  return kind === "table" ? "table-only" : kind === "number" ? "number" : "chart";
}

/** The stream's frame, that of the chosen window, or the last windows. */
function shownOf(input: PanelInput, window: string | null, isTrend: boolean, ctx: Context): Shown {
  const { frame, answers } = input;
  const words = ctx.words.panels;
  if (isTrend && frame?.state !== "quarantined") return trendShown(input, ctx);
  if (isTrend || window === null || answers.frame === null) return frameShown(input, frame, window, ctx);
  if (answers.frame.frame !== null) return frameShown(input, answers.frame.frame, window, ctx);
  return answers.frame.state === "loading"
    ? { state: "loading", sum: null, body: message(words.windowLoading) }
    : { state: "empty", sum: null, body: message(words.windowEmpty) };
}

function trendShown({ panel, frame, choice, answers }: PanelInput, ctx: Context): Shown {
  const words = ctx.words.panels;
  const sum = frame === undefined ? null : totalOf(panel, frame);
  const { state, windows } = answers.trend ?? { state: "loading", windows: [] };
  if (windows.length === 0) {
    return state === "loading"
      ? { state: "loading", sum, body: message(words.windowLoading) }
      : { state: "empty", sum, body: message(words.windowEmpty) };
  }
  const trend = trendOf(panel, windows, choice.scope, choice.measure, ctx);
  const inTheUnit = { ...ctx, format: inUnit(ctx.format, trend.measure.unit) };
  return {
    state: "ok", sum, measure: trend.measure,
    body: choice.table
      ? { form: "table", table: trendTable(trend, inTheUnit), canDrill: false }
      : { form: "trend", trend, words: trendWords(titleOf(panel, ctx), trend, inTheUnit) },
  };
}

function frameShown(
  { panel, choice, answers }: PanelInput, frame: Frame | undefined, window: string | null, ctx: Context,
): Shown {
  const words = ctx.words.panels;
  if (frame === undefined) return { state: "loading", sum: null, body: message(words.loading) };
  const sum = totalOf(panel, frame);
  if (frame.state === "unreadable" && frame.stale === null) {
    return { state: "unreadable", sum, body: message(words.unreadable, frame.reason ?? "") };
  }
  const mark = markOf(frame, ctx);
  const measure = measureOf(panel, choice.measure);
  const thresholds = thresholdsOf(panel, measure, choice.scope, window);
  const found = rowsOf(panel, frame, choice.scope, measure, ctx.lang, ctx.words);
  const kind = drawable(panelKind(panel), found);
  const rows = judged(kind === "tiles" && !choice.table ? spelledOnce(found, measure.additive) : found, thresholds);
  const isTrouble = frame.state !== "ok" && frame.state !== "empty";
  if (mark !== null && isTrouble && isBlank(rows)) {
    return { state: frame.state, sum, body: message(mark.title, mark.text) };
  }
  if (frame.state === "empty" || isBlank(rows)) {
    const body = choice.scope === "late" && sum !== 0
      ? message(words.emptyLate) : message(words.empty, words.emptyNote);
    return { state: "empty", sum, body };
  }
  const body = kind === "tiles" && !choice.table
    ? { form: "tiles" as const, rows, before: beforeOf(panel, answers.closed?.windows ?? [], choice.scope, measure) }
    : bodyOf(kind, { panel, frame, choice, window, rows, limits: limitsOf(thresholds) }, ctx);
  return { state: isTrouble ? frame.state : "ok", sum, drawn: { kind, rows }, body, mark };
}

function markOf({ state, reason, stale, missing, every }: Frame, ctx: Context): Mark | null {
  const words = ctx.words.panels;
  if (state === "lagging") return laggingMark(stale, ctx);
  if (state !== "quarantined" && state !== "unreadable") {
    if (missing !== 0) {
      return { title: words.missing(ctx.format.full(missing)), text: words.missingNote };
    }
    return every === null ? null
      : { title: words.every(ctx.format.full(every)), text: words.everyNote };
  }
  const places = (stale?.at ?? []).map(({ partition, offset }) => `${partition}@${offset}`);
  const [title, note] = state === "quarantined"
    ? [words.quarantined, words.quarantinedNote] : [words.unreadableResult, words.unreadableNote];
  return {
    title,
    text: joined(
      stale === null || stale.since === null ? "" : sinceWords(stale.since, ctx),
      places.length === 0 ? "" : words.countsUpTo(places.join(", ")),
      clip(reason ?? "", REASON_CHARACTERS_MAX), stale?.hint ?? "", note),
  };
}

/** A metric that is being counted from the log: how much of it, and that it ends by itself. */
function laggingMark(stale: Stale | null, ctx: Context): Mark {
  const words = ctx.words.panels;
  const progress = stale?.progress ?? null;
  const share = progress === null || progress.of === 0 ? "" : words.laggingShare(
    String(Math.min(100, Math.floor((progress.read * 100) / progress.of))),
    ctx.format.full(progress.read), ctx.format.full(progress.of));
  return { title: words.lagging, text: joined(share, words.laggingNote) };
}

interface Drawing {
  readonly panel: Panel;
  readonly frame: Frame;
  readonly choice: PanelChoice;
  readonly window: string | null;
  readonly rows: readonly Row[];
  readonly limits: readonly Threshold[];
}

function bodyOf(kind: PanelKind, { panel, frame, choice, window, rows, limits }: Drawing, ctx: Context): Body {
  if (choice.table || kind === "table") {
    return { form: "table", table: panelTable(panel, frame, choice.scope, window, ctx), canDrill: true };
  }
  return isCanvas(kind)
    ? { form: "chart", kind, rows, restKeys: frame.other?.keys ?? 0, limits }
    : { form: "number", rows };
}

function message(title: string, ...parts: readonly string[]): MessageBody {
  return { form: "message", title, text: joined(...parts) };
}
