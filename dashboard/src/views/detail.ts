// The few words beside the state: how far, how long, which attempt. Pure.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { dataAge, hostTime, pageState } from "../data/page-state";

export function stateDetail(ctx: Context): string {
  const { state, page, words } = ctx;
  const details = words.details;
  switch (page) {
    case "connecting":
      return details.connecting;
    case "reconnecting":
      return joined(reconnecting(ctx), age(ctx));
    case "offline":
      return joined(details.offline, age(ctx));
    case "stale":
      return details.stale(ctx.format.duration(wholeSeconds(dataAge(state, ctx.now) ?? 0)));
    case "catching-up":
      return catchingUp(ctx);
    case "restoring":
    case "replaying":
    case "ended":
    case "waiting":
    case "failed":
    case "locked":
      return details[page];
    case "live":
    case "troubled":
    case "degraded":
      return "";
    case "paused":
      return paused(ctx);
  }
}

/** A paused page still tells of its connection. */
function paused(ctx: Context): string {
  const { pause, words, format, state } = ctx;
  if (pause === null) return "";
  const at = hostTime(state, pause.at);
  return joined(
    at === null ? "" : words.details.pausedSince(format.clock(at)),
    words.details.held(format.full(pause.updates)),
    pause.page === pageState(state, pause.at) ? "" : words.states[pause.page],
  );
}

function reconnecting(ctx: Context): string {
  const { connection } = ctx.state;
  const { details } = ctx.words;
  if (connection.phase === "open" || connection.phase === "denied") return "";
  if (connection.phase === "dialling") return details.dialling(connection.attempt);
  const pause = Math.max(1, Math.ceil((connection.retryAt - ctx.now) / 1000));
  return details.lost(connection.attempt, ctx.format.duration(pause * 1000));
}

function age(ctx: Context): string {
  const age = dataAge(ctx.state, ctx.now);
  return age === null || ctx.state.status === null
    ? ""
    : ctx.words.details.age(ctx.format.duration(wholeSeconds(age)));
}

function catchingUp(ctx: Context): string {
  const { status } = ctx.state;
  const { details } = ctx.words;
  const lag = status?.lag ?? null;
  const seconds = status?.catchUpSeconds ?? null;
  return joined(
    lag === null ? "" : details.behind(ctx.format.compact(lag)),
    seconds === null ? "" : details.remaining(ctx.format.duration(wholeSeconds(seconds * 1000))),
  );
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000)) * 1000;
}
