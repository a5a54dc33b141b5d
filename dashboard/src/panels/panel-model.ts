// One panel, decided: from its descriptor, its frame and the reader's choice to
// everything that is drawn. Pure. The parts that depend on the panel's size on the
// screen are in `chart-model.ts`.
import { recordsBehind } from "../data/age";
import { beforeOf, type Before } from "../data/before";
import { byChange, comparisonOf, pastOf, withPast, type Comparison } from "../data/compare";
import type { Context } from "../data/context";
import { clip, inFull, joined, type Format } from "../data/format";
import { drawable, isCanvas, panelKind, type ChartKind, type PanelKind } from "../data/kinds";
import type { PanelChoice, TrendForm } from "../data/link";
import { fitOf, lineFor } from "../data/page-time";
import { comparedTable, panelTable, type PanelTable } from "../data/panel-table";
import { logScale } from "../data/quantiles";
import { isBlank, measureOf, rowsOf, sum, totalOf, type Row } from "../data/rows";
import { slicedFrame, slicedPanel, slicedWindows } from "../data/slice";
import { spanText } from "../data/spans";
import { isGrowing, judged, judging, limitsOf, stripOf, thresholdsOf, type Strip } from "../data/thresholds";
import { timeName } from "../data/time-name";
import { sinceWords } from "../data/trouble";
import { layoutOf, type TileLayout } from "../data/tile-layout";
import { spelledOnce } from "../data/tilemap";
import { trendOf, trendTable, trendWords, type Trend } from "../data/trend";
import { distinct, inUnit, saysUnit } from "../data/units";
import { say } from "../i18n/words";
import type { Frame, Measure, Panel, Stale, Threshold } from "../wire/shapes";
import { controlsModel, type ControlsModel, type Form } from "./controls-model";
import { panelTimeModel, type PanelTimeModel } from "./panel-time-model";
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

export type PanelState = "loading" | "ok" | "empty" | "lacking" | "lagging" | "quarantined" | "unreadable";

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
  | { readonly form: "trend"; readonly trend: Trend; readonly drawnAs: TrendForm; readonly words: string }
  | { readonly form: "table"; readonly table: PanelTable; readonly canDrill: boolean }
  | { readonly form: "number"; readonly rows: readonly Row[] }
  | { readonly form: "tiles"; readonly rows: readonly Row[]; readonly layout: TileLayout; readonly before: Before | null }
  | {
      readonly form: "chart"; readonly kind: ChartKind; readonly rows: readonly Row[];
      /** The number of keys in the rest of a cut list. */
      readonly restKeys: number;
      /** Thresholds that lines are drawn at. */
      readonly limits: readonly Threshold[];
      /** The rows are cut behind the first ones, however large the others are. */
      readonly isOrdered: boolean;
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
  readonly time: PanelTimeModel;
  /** What the panel is held against, where it is. */
  readonly comparison: Comparison | null;
  readonly body: Body;
  /** Why the figures are not those of all records; `null` means that they are. */
  readonly mark: Mark | null;
  /** What is said of rows beyond a threshold; `null` means nothing. */
  readonly strip: Strip | null;
  /** The figures are of another moment than those of other panels; `null` means that they are not. */
  readonly age: Mark | null;
  /** `true` where the reader may let a stopped metric go on. */
  readonly canResume: boolean;
  /** The rows that are drawn and their kind; a message and a trend have `null`. */
  readonly drawn: { readonly kind: PanelKind; readonly rows: readonly Row[] } | null;
}

/** The part of the model that follows from the figures. */
type Shown = Pick<PanelModel, "state" | "sum" | "body"> & Partial<Pick<PanelModel, "drawn" | "measure" | "mark" | "comparison">>;

export function panelModel(whole: PanelInput, ctx: Context): PanelModel {
  const { choice, answers, isEnlarged } = whole;
  const input = slicedInput(whole);
  const { panel } = input;
  const fit = fitOf(panel, choice);
  const wanted = timeName(choice.window ?? "", ctx);
  const trend = trendKindOf(panel, fit.window) === null || fit.lacks !== null ? null : choice.trend;
  const window = shownWindow(panel, fit.window, answers);
  const shown = fit.lacks === null ? shownOf(input, window, trend === true, ctx) : lackingShown(input, fit.lacks, wanted, ctx);
  const measure = shown.measure ?? measureOf(panel, choice.measure);
  const span = answers.frame?.span ?? null;
  const format = formatOf(measure, shown.drawn, ctx);
  const comparison = shown.comparison ?? null;
  return {
    ...shown,
    title: titleOf(whole.panel, ctx, choice),
    measure,
    unit: unitOf(measure, shown, format, ctx),
    format: isEnlarged ? inFull(format) : format,
    window,
    dates: span === null ? "" : spanText(span, ctx.format),
    controls: controlsModel(panel, choice, trend === true ? "trend" : formOf(panel), isEnlarged, ctx),
    windowRow: windowRowModel({
      window, kinds: panel.windows, answers, trend, lacks: fit.lacks === null ? null : wanted, isOfPage: !choice.isOwn,
      isCompared: comparison !== null && comparison.until !== "",
    }, ctx),
    time: panelTimeModel({ ...whole, isTrend: trend === true, comparison }, ctx),
    comparison,
    drawn: shown.drawn ?? null,
    mark: shown.mark ?? null,
    // A number says by itself what it is beyond.
    strip: shown.body.form === "number" ? null
      : stripOf(shown.drawn?.rows ?? [], panel.dimension !== null, format, ctx.words),
    age: window === null && comparison === null && trend !== true ? ageMark(whole.frame, ctx) : null,
    canResume: input.frame?.state === "quarantined" && ctx.state.hello?.control === true
      && !ctx.kiosk && ctx.pause === null,
  };
}

/** The same of one key of the second dimension, where one is chosen. */
function slicedInput(input: PanelInput): PanelInput {
  const { panel, frame, answers, choice: { slice, measure } } = input;
  if (panel.across === null || slice === null) return input;
  const of = <F extends Frame | null | undefined>(each: F) => (each ? slicedFrame(each, slice, measureOf(panel, measure).name) : each);
  const { frame: shown, whole, trend, compared } = answers;
  return {
    ...input, panel: slicedPanel(panel), frame: of(whole?.frame ?? frame),
    answers: {
      ...answers,
      frame: shown === null ? null : { ...shown, frame: of(shown.frame) },
      trend: trend === null ? null : { ...trend, windows: slicedWindows(panel, trend.windows, slice) },
      compared: compared === null || typeof compared === "string" || compared.value === null ? compared
        : { ...compared, value: { ...compared.value, now: of(compared.value.now), before: of(compared.value.before) } },
    },
  };
}

/** The metric has no windows of the kind that the page asks for: nothing else is shown in their place. */
function lackingShown({ panel, frame }: PanelInput, kind: string, wanted: string, ctx: Context): Shown {
  const words = ctx.words.time;
  return {
    state: "lacking", sum: frame === undefined ? null : totalOf(panel, frame),
    body: message(words.lacks(wanted), words.lacksNote(panel.metric, lineFor(panel, kind))),
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

/** The title of a panel as it is shown and spoken, with the one key that is shown of it. */
function titleOf({ title, across }: Panel, ctx: Context, choice?: PanelChoice): string {
  const key = across === null ? null : choice?.slice ?? null;
  const label = across?.labels.find((each) => each.key === key)?.text;
  return clip(joined(say(title, ctx.lang), label === undefined ? key ?? "" : say(label, ctx.lang)), TITLE_CHARACTERS_MAX);
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
  const compared = comparedShown(input, ctx);
  if (compared !== null) return compared;
  if (isTrend || window === null || answers.frame === null) return frameShown(input, frame, window, ctx);
  if (answers.frame.frame !== null) return frameShown(input, answers.frame.frame, window, ctx);
  return answers.frame.state === "loading"
    ? { state: "loading", sum: null, body: message(words.windowLoading) }
    : { state: "empty", sum: null, body: message(words.windowEmpty) };
}

/** Both spans, the earlier one behind the present one; `null` where there is nothing to hold against each other. */
function comparedShown(input: PanelInput, ctx: Context): Shown | null {
  const { panel, answers, choice } = input;
  const { compared } = answers;
  if (compared === null || typeof compared === "string" || compared.value === null || choice.against === null) return null;
  const { value } = compared;
  const measure = measureOf(panel, choice.measure);
  const { now, before } = value;
  if (now === null || before === null || before.state === "unreadable") {
    // The panel shows what it would show anyway, and says why nothing is compared.
    const { window } = fitOf(panel, choice);
    const shown = shownOf({ ...input, answers: { ...answers, compared: null } }, shownWindow(panel, window, answers), false, ctx);
    return { ...shown, comparison: comparisonOf(value, choice.against, null, ctx) };
  }
  const [present, past] = [now, before].map((frame) => rowsOf(panel, frame, choice.scope, measure, ctx.lang, ctx.words));
  const inTheUnit = { ...ctx, format: inUnit(ctx.format, measure.unit) };
  const whole = measure.additive && present !== undefined && past !== undefined
    ? pastOf(sum(present), sum(past), measure, inTheUnit) : null;
  return {
    ...frameShown(input, now, fitOf(panel, choice).window, ctx, past ?? []),
    comparison: comparisonOf(value, choice.against, whole, ctx),
  };
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
      : { form: "trend", trend, drawnAs: choice.form, words: trendWords(titleOf(panel, ctx), trend, inTheUnit) },
  };
}

/** `before` are the rows of an earlier span that those of the frame are held against. */
function frameShown(
  { panel, choice, answers }: PanelInput, frame: Frame | undefined, window: string | null, ctx: Context,
  before: readonly Row[] | null = null,
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
  const layout = layoutOf(panel.layout, ctx.state.layouts);
  const drawn = drawable(panelKind(panel), found, layout);
  const once = (each: readonly Row[]) => (drawn === "tiles" && !choice.table ? spelledOnce(each, measure.additive, layout) : each);
  const rows = judged(
    ordered(once(found), before === null ? null : once(before), measure, choice, ctx),
    judging(thresholds, isGrowing(panel, window)));
  const isTrouble = frame.state !== "ok" && frame.state !== "empty";
  if (mark !== null && isTrouble && isBlank(rows)) {
    return { state: frame.state, sum, body: message(mark.title, mark.text) };
  }
  if ((frame.state === "empty" || isBlank(rows)) && (before === null || isBlank(before))) {
    const body = choice.scope === "late" && sum !== 0
      ? message(words.emptyLate) : message(words.empty, words.emptyNote);
    return { state: "empty", sum, body };
  }
  // A ring has no place for what was before.
  const kind = drawn === "pie" && before !== null ? "hbar" : drawn;
  const body = kind === "tiles" && !choice.table
    ? { form: "tiles" as const, rows, layout, before: beforeOf(panel, answers.closed?.windows ?? [], choice.scope, measure, layout) }
    : bodyOf(kind, { panel, frame, choice, window, rows, measure, limits: limitsOf(thresholds) }, ctx);
  return { state: isTrouble ? frame.state : "ok", sum, drawn: { kind, rows }, body, mark };
}

/** Rows as they are drawn: beside what they were before, and in the order that the reader chose. */
function ordered(
  rows: readonly Row[], before: readonly Row[] | null, measure: Measure, { byChange: isByChange }: PanelChoice, ctx: Context,
): readonly Row[] {
  if (before === null) return rows;
  const past = withPast(rows, before, measure, ctx);
  return isByChange ? byChange(past) : past;
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

function ageMark(frame: Frame | undefined, { state, words, format }: Context): Mark | null {
  const behind = recordsBehind(frame, state.frames, state.status?.eventsPerSecond ?? 0);
  return behind === 0 ? null : { title: words.time.behind(format.compact(behind)), text: words.time.behindNote };
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
  readonly measure: Measure;
  readonly limits: readonly Threshold[];
}

function bodyOf(kind: PanelKind, { panel, frame, choice, window, rows, measure, limits }: Drawing, ctx: Context): Body {
  const isCompared = rows.some(({ past }) => past !== undefined);
  if (choice.table || kind === "table") {
    const table = isCompared ? comparedTable(panel, rows, measure, ctx) : panelTable(panel, frame, choice.scope, window, ctx);
    return { form: "table", table, canDrill: true };
  }
  return isCanvas(kind)
    ? { form: "chart", kind, rows, restKeys: frame.other?.keys ?? 0, limits, isOrdered: isCompared && choice.byChange }
    : { form: "number", rows };
}

function message(title: string, ...parts: readonly string[]): MessageBody {
  return { form: "message", title, text: joined(...parts) };
}
