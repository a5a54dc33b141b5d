// The state of the page as a whole: one word, derived from the host's state and the
// time.
//
// Invariant: data is never shown as alive unless the host's clock was seen to
// advance within 2.5 heartbeats. The rule covers a silent socket as well as a host
// that sends while its clock stands still.
import type { Mode, Status } from "../wire/shapes";
import { PROTO, type State } from "./state";

export type PageState =
  | "connecting"
  | "reconnecting"
  | "offline"
  | "stale"
  | "locked"
  | "paused"
  /** Records wait, or counts are not kept, while the mode says that the pipeline runs. */
  | "troubled"
  /** Every record is counted, and a result is incomplete. */
  | "degraded"
  | Mode;

const STALE_HEARTBEATS = 2.5;
const HEARTBEAT_MS_DEFAULT = 2000;

export function pageState(state: State, now: number): PageState {
  if (protocolDiffers(state)) return "failed";
  if (state.connection.phase === "denied") return "locked";
  if (state.connection.phase === "open" && state.status !== null) {
    if (!isStale(state, now)) return ofStatus(state.status);
    return state.online ? "stale" : "offline";
  }
  // A host on the same device answers without a network too, so it is tried all the same.
  if (!state.online) return "offline";
  return state.connection.phase === "dialling" && state.connection.attempt === 0
    ? "connecting"
    : "reconnecting";
}

/** No mode stays green over a trouble. */
function ofStatus({ mode, health }: Status): PageState {
  if (health === null || mode === "waiting" || mode === "failed" || mode === "restoring") return mode;
  if (health.troubles.length > 0) return "troubled";
  return health.degraded.length > 0 ? "degraded" : mode;
}

/** `true` where the shown figures are of the past. */
export function isDated(page: PageState): boolean {
  return page === "stale" || page === "offline" || page === "reconnecting" || page === "locked";
}

export function protocolDiffers(state: State): boolean {
  return state.hello !== null && state.hello.proto !== PROTO;
}

/** `true` where the host serves another build of the page than the one that runs. */
export function buildDiffers(state: State): boolean {
  return state.hello !== null && state.build !== state.hello.build;
}

/** Milliseconds since the host's clock last advanced; `null` before the first time. */
export function dataAge(state: State, now: number): number | null {
  return state.heard === null ? null : Math.max(0, now - state.heard.at);
}

/**
 * The host's wall clock as it may be shown: the clock runs between two messages
 * and stops after one heartbeat, so that a dead stream has a dead clock.
 */
export function hostTime(state: State, now: number): number | null {
  if (state.heard === null) return null;
  return state.heard.hostNow + Math.min(Math.max(0, now - state.heard.at), heartbeat(state));
}

function isStale(state: State, now: number): boolean {
  const age = dataAge(state, now);
  return age !== null && age > STALE_HEARTBEATS * heartbeat(state);
}

/** `true` where the host was not heard for longer than between two messages, or never. */
export function isSilent(state: State, now: number): boolean {
  return state.heard === null || isStale(state, now);
}

function heartbeat(state: State): number {
  return state.hello?.heartbeatMs ?? HEARTBEAT_MS_DEFAULT;
}
