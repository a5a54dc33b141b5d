// The explanation of one record as an account to be read: lines of names and
// texts. Pure.
import type { Context } from "../data/context";
import { clip, UNKNOWN } from "../data/format";
import type { Icon } from "../data/icons";
import { spanText } from "../data/spans";
import { metricTitle } from "../data/titles";
import { codeWord } from "../i18n/words";
import type {
  ExplainedColumn, ExplainedMetric, ExplainedWindow, Explanation, Moment,
} from "../wire/decode-explanation";

export interface Line {
  readonly name: string;
  readonly text: string;
  /** The whole of a clipped text, or the text as the host sent it. */
  readonly title?: string;
  readonly icon?: Icon;
  readonly tone?: "good" | "warn" | "bad" | "muted";
  readonly mono?: boolean;
}

export interface Account {
  readonly lines: readonly Line[];
  readonly columns: readonly Line[];
  readonly metrics: readonly { readonly name: string; readonly lines: readonly Line[] }[];
}

const VALUE_CHARACTERS_MAX = 2000;
const COLUMN_CHARACTERS_MAX = 300;
const DETAIL_CHARACTERS_MAX = 200;

const VERDICTS: Readonly<Record<string, readonly [Icon, NonNullable<Line["tone"]>]>> = {
  on_time: ["check", "good"], late: ["hourglass", "warn"], rejected: ["cross", "bad"], repeated: ["replay", "muted"],
};

export function accountOf(explanation: Explanation, ctx: Context): Account {
  return {
    lines: recordLines(explanation, ctx),
    columns: explanation.columns.map((column) => columnLine(column, ctx)),
    metrics: explanation.metrics.map((metric) =>
      ({ name: metricTitle(metric.id, ctx), lines: metricLines(metric, ctx) })),
  };
}

function recordLines(e: Explanation, ctx: Context): Line[] {
  const { explain, ops } = ctx.words;
  const [icon, tone] = (Object.hasOwn(VERDICTS, e.verdict) ? VERDICTS[e.verdict] : undefined) ?? (["dots", "muted"] as const);
  const clock = e.latenessClock;
  return [
    {
      name: explain.verdict, icon, tone,
      text: e.lateByMs === null ? codeWord(explain.verdicts, e.verdict) : explain.lateBy(ctx.format.duration(e.lateByMs)),
    },
    ...codeLine(explain.reason, ops.reasons, e.reason),
    ...timeLine(explain.eventTime, e.eventTime, ctx),
    ...codeLine(explain.effect, explain.effects, e.eventTimeEffect),
    ...timeLine(explain.before, e.watermarkBefore, ctx, explain.noWatermark),
    ...timeLine(explain.after, e.watermarkAfter, ctx, explain.noWatermark),
    ...timeLine(explain.reference, e.reference, ctx)
      .map((line) => ({ ...line, text: clock === null ? line.text : `${line.text} (${codeWord(ops.lateClock, clock)})` })),
    ...timeLine(explain.stamp, e.stamp, ctx),
    {
      name: explain.value, text: e.value === null ? explain.noValue : clip(e.value, VALUE_CHARACTERS_MAX), mono: true,
    },
  ];
}

function codeLine(name: string, words: Readonly<Record<string, string>>, code: string | null): Line[] {
  return code === null ? [] : [{ name, text: codeWord(words, code), title: code }];
}

/** `none` is said where there is no time; without `none` there is no line. */
function timeLine(name: string, moment: Moment | null, ctx: Context, none?: string): Line[] {
  if (moment === null) return none === undefined ? [] : [{ name, text: none, tone: "muted" }];
  return [{ name, text: `${ctx.format.dateTime(moment.ms)} ${ctx.format.zone}`, title: moment.text }];
}

function columnLine(column: ExplainedColumn, ctx: Context): Line {
  const { explain, ops } = ctx.words;
  const { name } = column;
  switch (column.kind) {
    case "missing":
      return { name, text: explain.missing, tone: "muted" };
    case "invalid":
      return { name, text: explain.invalid(codeWord(ops.reasons, column.flaw)), title: column.flaw, tone: "bad", icon: "cross" };
    case "value":
      return { name, text: clip(column.text, COLUMN_CHARACTERS_MAX), mono: true };
  }
}

function metricLines({ excluded, notCounted, windows }: ExplainedMetric, ctx: Context): Line[] {
  const { explain, ops } = ctx.words;
  if (notCounted !== null) {
    return [{ name: "", text: codeWord(explain.notCounted, notCounted), tone: "warn", icon: "cross" }];
  }
  if (excluded !== null) {
    const text = explain.excluded(codeWord(ops.reasons, excluded.reason), clip(excluded.detail, DETAIL_CHARACTERS_MAX));
    return [{ name: "", text, tone: "bad", icon: "cross" }];
  }
  const lines = windows.map((window) => windowLine(window, ctx));
  return lines.length > 0 ? lines : [{ name: "", text: explain.folded, tone: "good", icon: "check" }];
}

function windowLine(window: ExplainedWindow, ctx: Context): Line {
  const { isExpired, isUnplaced, isOpened, isCorrection, finals } = window;
  const { explain } = ctx.words;
  const isOutside = isExpired || isUnplaced;
  const notes = [
    isExpired ? explain.expired : isUnplaced ? explain.unplaced : explain.folded,
    ...(isOpened ? [explain.opened] : []),
    ...(isCorrection ? [explain.correction] : []),
    ...finals.map((final) => explain.becomesFinal(spanText(final, ctx.format))),
  ];
  return {
    name: windowName(window, ctx),
    text: notes.join(" · "),
    icon: isOutside ? "cross" : "check", tone: isOutside ? "warn" : "good",
  };
}

function windowName({ spec, pane, isUnplaced }: ExplainedWindow, ctx: Context): string {
  const { explain } = ctx.words;
  if (pane !== null) return explain.window(spec, spanText(pane, ctx.format));
  // Without any time a record has no pane of its kind of windows.
  return isUnplaced ? explain.window(spec, UNKNOWN) : explain.cumulative;
}
