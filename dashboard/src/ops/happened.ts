// The latest happenings: those that the host tells, and its restarts as this page
// saw them. Pure.
import type { Context } from "../data/context";
import { clip } from "../data/format";
import type { Icon } from "../data/icons";
import { hostTime } from "../data/page-state";
import { metricTitle } from "../data/titles";
import { causeWords, codeWord } from "../i18n/words";
import type { Happened } from "../wire/shapes";
import type { TableModel } from "./table-model";

export interface Annotation {
  readonly at: number;
  readonly what: string;
  readonly icon: Icon;
  readonly word: string;
  /** The word with the thing that it concerns. */
  readonly text: string;
  readonly isBad: boolean;
}

const SPAN_MS = 5 * 60_000;
const ROWS_MAX = 50;
/** One start is told by the host and seen by the page at times that differ by less. */
const SAME_MS = 2000;

const ICONS: Readonly<Record<string, Icon>> = {
  started: "play", restarted: "reconnect", waiting: "hourglass", resumed: "forward", quarantined: "shield",
  gap: "warning", checkpoint_failed: "failed", checkpoint_stored: "check", failed: "failed",
};
const GOOD = new Set(["started", "restarted", "resumed", "checkpoint_stored"]);

/** The happenings of the last five minutes, oldest first. */
export function annotationsOf(ctx: Context): readonly Annotation[] {
  const now = hostTime(ctx.state, ctx.now);
  return now === null ? [] : all(ctx).filter(({ at }) => at > now - SPAN_MS && at <= now + SAME_MS);
}

/** All known happenings, the newest first. */
export function happenedModel(ctx: Context): TableModel {
  const { ops } = ctx.words;
  const events = [...all(ctx)].reverse().slice(0, ROWS_MAX);
  return {
    caption: ops.happened,
    heads: [{ text: ops.when }, { text: ops.happened }],
    rows: events.map(({ at, what, icon, text, isBad }) => ({
      key: `${at} ${what}`,
      cells: [
        { text: `${ctx.format.monthDay(at)} ${ctx.format.clock(at)}` },
        { text, icon, tone: isBad ? "warn" : "good", title: text },
      ],
    })),
    note: events.length === 0 ? ops.nothingHappened : "",
  };
}

function all(ctx: Context): readonly Annotation[] {
  const { state } = ctx;
  const starts = state.runs.map(({ startedAt }, i): Happened =>
    ({ at: startedAt, what: i === 0 ? "started" : "restarted", of: null }));
  const isKnown = (event: Happened) => event.what === "started"
    && starts.some((start) => Math.abs(start.at - event.at) < SAME_MS);
  return [...starts, ...(state.status?.happened ?? []).filter((event) => !isKnown(event))]
    .sort((a, b) => a.at - b.at)
    .map((event) => annotation(event, ctx));
}

function annotation({ at, what, of }: Happened, ctx: Context): Annotation {
  const word = codeWord(ctx.words.ops.what, what);
  const about = of === null ? "" : aboutOf(what, of, ctx);
  return {
    at, what, word,
    icon: Object.hasOwn(ICONS, what) ? ICONS[what] ?? "dots" : "dots",
    text: clip(about === "" ? word : `${word}: ${about}`, 120),
    isBad: !GOOD.has(what),
  };
}

function aboutOf(what: string, of: string, ctx: Context): string {
  if (what === "gap") return ctx.words.ops.whatPartition(of);
  if (what === "quarantined") return metricTitle(of, ctx);
  // The words of a cause need its arguments, and only the present cause has its arguments here.
  const cause = ctx.state.status?.cause;
  return cause?.code === of ? causeWords(cause, ctx.lang) : of.replaceAll("_", " ");
}
