// The latest happenings: those that the host tells, and its restarts as this page
// saw them. Pure.
import type { Context } from "../data/context";
import { clip } from "../data/format";
import type { Icon } from "../data/icons";
import { hostTime } from "../data/page-state";
import { textEm } from "../data/text-room";
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
const TEXT_CHARACTERS_MAX = 300;
/** One start is told by the host and seen by the page at times that differ by less. */
const SAME_MS = 2000;

const ICONS: Readonly<Record<string, Icon>> = {
  started: "play", restarted: "reconnect", waiting: "hourglass", resumed: "forward", quarantined: "shield",
  partition_stopped: "hourglass", partition_resumed: "forward", degraded: "warning",
  gap: "warning", checkpoint_failed: "failed", checkpoint_stored: "check", failed: "failed",
  reloaded: "reconnect", reload_refused: "warning", resume_asked: "play",
  rebuild_begun: "play", rebuild_ended: "warning", switched: "reconnect",
};
const GOOD = new Set(["started", "restarted", "resumed", "partition_resumed", "checkpoint_stored", "reloaded", "resume_asked",
  "rebuild_begun", "switched"]);

/** The happenings of the last five minutes, oldest first. */
export function annotationsOf(ctx: Context): readonly Annotation[] {
  const now = hostTime(ctx.state, ctx.now);
  return now === null ? [] : all(ctx).filter(({ at }) => at > now - SPAN_MS && at <= now + SAME_MS);
}

/** The room of a mark besides its words: icon and gaps, in multiples of the text size. */
const MARK_EM = 2.6;
/** The room for the number of marks that have none. */
const MORE_EM = 3;

/** The newest marks that fit whole, oldest first; the others are `left`. */
export function fittingMarks(
  marks: readonly Annotation[], textOf: (mark: Annotation) => string, roomEm: number,
): { readonly shown: readonly Annotation[]; readonly left: readonly Annotation[] } {
  let used = 0;
  let from = marks.length;
  for (; from > 0; from -= 1) {
    const mark = marks[from - 1];
    used += mark === undefined ? 0 : textEm(textOf(mark)) + MARK_EM;
    if (used + (from > 1 ? MORE_EM : 0) > roomEm) break;
  }
  return { shown: marks.slice(from), left: marks.slice(0, from) };
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
    ({ at: startedAt, what: i === 0 ? "started" : "restarted", of: null, cause: null }));
  const isKnown = (event: Happened) => event.what === "started"
    && starts.some((start) => Math.abs(start.at - event.at) < SAME_MS);
  return [...starts, ...(state.status?.happened ?? []).filter((event) => !isKnown(event))]
    .sort((a, b) => a.at - b.at)
    .map((event) => annotation(event, ctx));
}

function annotation({ at, what, of, cause }: Happened, ctx: Context): Annotation {
  const word = codeWord(ctx.words.ops.what, what);
  const about = [
    of === null || of === cause?.code ? "" : aboutOf(what, of, ctx),
    cause === null ? "" : what === "quarantined" ? cause.message : causeWords(cause, ctx.lang),
  ].filter((part) => part !== "").join(": ");
  return {
    at, what, word,
    icon: Object.hasOwn(ICONS, what) ? ICONS[what] ?? "dots" : "dots",
    text: clip(about === "" ? word : `${word}: ${about}`, TEXT_CHARACTERS_MAX),
    isBad: !GOOD.has(what),
  };
}

function aboutOf(what: string, of: string, ctx: Context): string {
  switch (what) {
    case "gap":
    case "partition_stopped":
    case "partition_resumed":
      return ctx.words.ops.whatPartition(of);
    case "quarantined":
    case "resume_asked":
      return metricTitle(of, ctx);
    case "reloaded":
      return of;
    default:
      return of.replaceAll("_", " ");
  }
}
