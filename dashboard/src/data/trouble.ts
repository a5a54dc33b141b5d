// The sentence above everything at the moment of trouble: what stands still and why,
// since when, up to when the shown counts are exact, and what to do. Pure.
//
// The verdict is the host's (`health` of the status), the same that `/readyz` answers. What
// nothing is heard of, the page says itself.
import { causeWords } from "../i18n/words";
import type { Cause, Health, Trouble } from "../wire/shapes";
import type { Context } from "./context";
import { clip } from "./format";
import { dataAge, hostTime, isDated, isSilent, protocolDiffers, type PageState } from "./page-state";
import { metricTitle } from "./titles";

export type Tone = "waiting" | "failed" | "troubled" | "degraded" | "noted" | "dated";

export interface Sentence {
  readonly tone: Tone;
  /** The things that stand still and the reasons, the gravest first. */
  readonly lines: readonly string[];
  /** The age of the gravest, and up to when the counts are exact. */
  readonly age: string;
  /** What becomes of it by itself. */
  readonly outlook: string;
  readonly cause: Cause | null;
  /** The codes of all causes, in the order of the lines. */
  readonly codes: readonly string[];
  /**
   * Names what is said, without figures that move: a reader who has seen it need not see it until it
   * differs. `null` means that it stays, because something stands still.
   */
  readonly seenAs: string | null;
}

const LINE_CHARACTERS_MAX = 400;
const NAMED_MAX = 12;

/** The page's own causes: it cannot read what this host sends, or hears nothing of it. */
const own = (code: string, message: string): Cause => ({ code, message, args: {}, hint: null });
const PROTOCOL = own("protocol", "protocol versions differ");
const UNHEARD: Readonly<Partial<Record<PageState, Cause>>> = {
  reconnecting: own("host_unreachable", "the host takes no connection"),
  stale: own("host_silent", "the host sends nothing"),
  offline: own("no_network", "the device has no network"),
};

/** The warnings that a reader has to know of though every count is right. */
const NOTED = ["reload_refused", "restart_needed", "rebuilding"];

export interface Hint {
  readonly words: string;
  readonly command: string | null;
}

/** What to do, in words, and the command in it; `null` where nothing is known to do. */
export function hintOf(cause: Cause | null, { words: { notice } }: Context): Hint | null {
  const hint = cause?.hint ?? null;
  if (cause === null || hint === null) return null;
  const [before = "", quoted] = hint.split("`");
  const isCommand = hint.startsWith("streamgauge ");
  const command = isCommand ? hint : quoted ?? null;
  return { words: isCommand ? notice.hint : notice.advice[cause.code] ?? before.trim(), command };
}

/** `null` where nothing stands still and every result is complete. */
export function sentenceOf(ctx: Context): Sentence | null {
  const { state, page } = ctx;
  if (protocolDiffers(state)) return plain("failed", PROTOCOL, ctx, "");
  const status = state.status;
  const unheard = UNHEARD[page];
  if (unheard !== undefined) return isSilent(state, ctx.now) ? dated(unheard, ctx) : null;
  const health = status?.health ?? null;
  if (status === null || page === "connecting" || page === "locked") return null;
  if (health === null || status.mode === "restoring") return null;
  const [gravest] = health.troubles.length > 0 ? health.troubles : health.degraded;
  const notes = status.warnings.filter(({ code }) => NOTED.includes(code));
  if (gravest === undefined) return noted(notes, ctx);
  const stands = health.troubles.length > 0;
  return {
    tone: toneOf(status.mode, stands),
    lines: [
      ...[...health.troubles, ...health.degraded].map((trouble) => line(trouble, ctx)),
      ...notes.map((cause) => noteLine(cause, ctx)),
    ],
    age: stands ? joinSentences(since(gravest, ctx), exact(gravest, health, ctx), ctx) : since(gravest, ctx),
    outlook: outlook(status.mode, stands ? gravest.cause : null, ctx),
    cause: gravest.cause,
    codes: [...[...health.troubles, ...health.degraded].map(({ cause }) => cause), ...notes].map(({ code }) => code),
    seenAs: stands ? null : [...health.degraded.map(troubleName), ...notes.map(({ code }) => code)].join("|"),
  };
}

/** Nothing stands still, and somebody has to know of something all the same. */
function noted(notes: readonly Cause[], ctx: Context): Sentence | null {
  const [first] = notes;
  if (first === undefined) return null;
  return {
    tone: "noted", lines: notes.map((cause) => noteLine(cause, ctx)), age: "", outlook: "", cause: first,
    codes: notes.map(({ code }) => code), seenAs: notes.map(({ code }) => code).join("|"),
  };
}

function troubleName({ what, of, cause }: Trouble): string {
  return [what, ...[...of].sort(), cause.code].join(" ");
}

function noteLine(cause: Cause, ctx: Context): string {
  return clip(causeWords(cause, ctx.lang), LINE_CHARACTERS_MAX);
}

/** `true` where a figure such as 0 or a tick would say that all is well. */
export function standsStill(ctx: Context): boolean {
  return isDated(ctx.page) || (ctx.state.status?.health?.troubles.length ?? 0) > 0;
}

function toneOf(mode: string, stands: boolean): Tone {
  if (mode === "failed") return "failed";
  if (mode === "waiting") return "waiting";
  return stands ? "troubled" : "degraded";
}

/** What becomes of a cause by itself: a gap stays until somebody decides. */
function outlook(mode: string, cause: Cause | null, { words: { notice } }: Context): string {
  if (mode === "failed") return notice.stopped;
  if (cause === null) return "";
  return GAPS.includes(cause.code) ? notice.undecided : notice.retry;
}

const GAPS: readonly string[] = [
  "log_start_moved", "log_end_moved", "topic_recreated", "file_replaced", "file_rewritten",
];

function plain(tone: Tone, cause: Cause, ctx: Context, outlook: string): Sentence {
  return { tone, lines: [causeWords(cause, ctx.lang)], age: "", outlook, cause, codes: [cause.code], seenAs: null };
}

/** The page hears nothing: its figures are as old as the last word of the host. */
function dated(cause: Cause, ctx: Context): Sentence {
  const { notice } = ctx.words;
  const age = dataAge(ctx.state, ctx.now);
  const now = hostTime(ctx.state, ctx.now);
  const { heard } = ctx.state;
  return {
    ...plain("dated", cause, ctx, notice.unheard[cause.code] ?? ""),
    age: heard === null || age === null ? "" : joinSentences(
      sinceFor(heard.hostNow, age, now, ctx), notice.shownOf(moment(heard.hostNow, now, ctx)), ctx,
    ),
  };
}

function line({ what, of, cause }: Trouble, ctx: Context): string {
  const { stands } = ctx.words.notice;
  const why = clip(causeWords(cause, ctx.lang), LINE_CHARACTERS_MAX);
  switch (what) {
    case "partition":
      return stands.partition(named(of, ctx), why, of.length);
    case "metric":
      return stands.metric(named(of.map((id) => metricTitle(id, ctx)), ctx), why, of.length);
    case "checkpoint":
      return stands.checkpoint(why);
    case "data":
      return why;
    default:
      return stands.pipeline(why);
  }
}

function named(names: readonly string[], ctx: Context): string {
  const { stands } = ctx.words.notice;
  const shown = names.slice(0, NAMED_MAX).join(stands.comma);
  return names.length > NAMED_MAX ? stands.andMore(shown, String(names.length - NAMED_MAX)) : shown;
}

function since({ since: at }: Trouble, ctx: Context): string {
  return sinceWords(at, ctx);
}

/** Since when something stands, and for how long. */
export function sinceWords(at: number, ctx: Context): string {
  const now = hostTime(ctx.state, ctx.now);
  return sinceFor(at, (now ?? at) - at, now, ctx);
}

function sinceFor(at: number, age: number, now: number | null, ctx: Context): string {
  const whole = Math.max(1, Math.round(age / 1000)) * 1000;
  return ctx.words.notice.since(moment(at, now, ctx), ctx.format.duration(whole));
}

/** The day is said where it is not today's. */
function moment(at: number, now: number | null, { format }: Context): string {
  const day = format.monthDay(at);
  return now !== null && format.monthDay(now) === day ? format.clock(at) : `${day} ${format.clock(at)}`;
}

function exact({ what }: Trouble, { exactUntil }: Health, ctx: Context): string {
  const { notice } = ctx.words;
  const at = exactUntil === null ? null : moment(exactUntil, hostTime(ctx.state, ctx.now), ctx);
  if (what === "checkpoint") return at === null ? notice.neverKept : notice.keptUntil(at);
  return at === null ? notice.nothingNew : notice.exactUntil(at);
}

function joinSentences(first: string, second: string, ctx: Context): string {
  return `${first}${ctx.lang === "zh" ? "" : " "}${second}`;
}
