// What a host tells of one record, decoded, and as an account to be read: lines
// of names and texts. Pure.
import type { Context } from "../data/context";
import { metricTitle } from "../data/titles";
import { array, field, integer, number, record, string } from "../wire/fields";
import { clip } from "../data/format";
import { codeWord } from "../i18n/words";
import type { Icon } from "../data/icons";
import { spanText } from "../data/spans";

export interface Line {
  readonly name: string;
  readonly text: string;
  /** What a clipped text says in full, or how it was sent. */
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
const COLUMNS_MAX = 200;
const METRICS_MAX = 64;

const VERDICTS: Readonly<Record<string, readonly [Icon, NonNullable<Line["tone"]>]>> = {
  on_time: ["check", "good"], late: ["hourglass", "warn"], rejected: ["cross", "bad"], repeated: ["replay", "muted"],
};

/** The account of a record; `null` for what is none. */
export function accountOf(value: unknown, ctx: Context): Account | null {
  const e = record(value);
  const verdict = string(e?.["verdict"]);
  if (e === null || verdict === null || integer(e["offset"]) === null) return null;
  const { explain, ops } = ctx.words;
  const time = (name: string, what: unknown, none: string | null): Line[] => {
    const at = Date.parse(string(what) ?? "");
    if (Number.isNaN(at)) return none === null ? [] : [{ name, text: none, tone: "muted" }];
    return [{ name, text: `${ctx.format.dateTime(at)} ${ctx.format.zone}`, title: string(what) ?? "" }];
  };
  const [icon, tone] = (Object.hasOwn(VERDICTS, verdict) ? VERDICTS[verdict] : undefined) ?? (["dots", "muted"] as const);
  const lateBy = number(e["late_by_ms"]);
  const reason = string(e["reason"]);
  const effect = string(e["event_time_effect"]);
  const text = string(e["value"]);
  const clock = string(e["lateness_clock"]);
  return {
    lines: [
      {
        name: explain.verdict, icon, tone,
        text: lateBy === null ? codeWord(explain.verdicts, verdict) : explain.lateBy(ctx.format.duration(lateBy)),
      },
      ...(reason === null ? [] : [{ name: explain.reason, text: codeWord(ops.reasons, reason), title: reason }]),
      ...time(explain.eventTime, e["event_time"], null),
      ...(effect === null ? [] : [{ name: explain.effect, text: codeWord(explain.effects, effect), title: effect }]),
      ...time(explain.before, e["watermark_before"], explain.noWatermark),
      ...time(explain.after, e["watermark_after"], explain.noWatermark),
      ...time(explain.reference, e["reference"], null)
        .map((line) => ({ ...line, text: clock === null ? line.text : `${line.text} (${codeWord(ops.lateClock, clock)})` })),
      ...time(explain.stamp, e["stamp"], null),
      {
        name: explain.value, text: text === null ? explain.noValue : clip(text, VALUE_CHARACTERS_MAX), mono: true,
      },
    ],
    columns: Object.entries(record(e["columns"]) ?? {}).slice(0, COLUMNS_MAX)
      .map(([name, column]) => columnLine(name, column, ctx)),
    metrics: Object.entries(record(e["metrics"]) ?? {}).slice(0, METRICS_MAX)
      .map(([id, metric]) => ({ name: metricTitle(id, ctx), lines: metricLines(metric, ctx) })),
  };
}

function columnLine(name: string, value: unknown, ctx: Context): Line {
  const { explain } = ctx.words;
  if (value === null) return { name, text: explain.missing, tone: "muted" };
  const flaw = string(field(record(value), "invalid"));
  if (flaw !== null) return { name, text: explain.invalid(codeWord(ctx.words.ops.reasons, flaw)), title: flaw, tone: "bad", icon: "cross" };
  return { name, text: clip(typeof value === "string" ? value : JSON.stringify(value), 300), mono: true };
}

function metricLines(value: unknown, ctx: Context): Line[] {
  const { explain, ops } = ctx.words;
  const m = record(value);
  const excluded = string(m?.["excluded"]);
  if (excluded !== null) {
    const detail = clip(string(m?.["detail"]) ?? "", 200);
    return [{ name: "", text: explain.excluded(codeWord(ops.reasons, excluded), detail), tone: "bad", icon: "cross" }];
  }
  const windows = array(m?.["windows"]).map((window) => windowLine(window, ctx));
  return windows.length > 0 ? windows : [{ name: "", text: explain.folded, tone: "good", icon: "check" }];
}

function windowLine(value: unknown, ctx: Context): Line {
  const { explain } = ctx.words;
  const w = record(value);
  const pane = spanWords(w?.["pane"], ctx);
  const expired = w?.["expired"] === true;
  const finals = [w?.["evicted"], ...array(w?.["final"])].flatMap((span) => {
    const words = spanWords(span, ctx);
    return words === null ? [] : [explain.becomesFinal(words)];
  });
  const notes = [
    expired ? explain.expired : explain.folded,
    ...(w?.["opened"] === true ? [explain.opened] : []),
    ...(w?.["correction"] === true ? [explain.correction] : []),
    ...finals,
  ];
  return {
    name: pane === null ? explain.cumulative : explain.window(string(w?.["spec"]) ?? "", pane),
    text: notes.join(" · "),
    icon: expired ? "cross" : "check", tone: expired ? "warn" : "good",
  };
}

function spanWords(value: unknown, ctx: Context): string | null {
  const span = record(value);
  const start = string(span?.["start"]);
  const end = string(span?.["end"]);
  if (start === null || end === null) return null;
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  return Number.isNaN(startMs) || Number.isNaN(endMs) ? null
    : spanText({ kind: "", start, startMs, endMs }, ctx.format);
}
