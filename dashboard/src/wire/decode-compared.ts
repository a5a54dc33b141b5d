// Decodes the answer to a comparison: a panel over two spans of time.
import type * as Host from "../wire.generated";
import { decodeFrame } from "./decode";
import { nullable, number, raw, string } from "./fields";
import type { Compared } from "./shapes";

const TO = ["previous", "1d", "7d", "1y"] as const;
const REASONS = ["not-yet", "no-history", "no-finer", "failed"] as const;

/** A comparison; `null` for an answer that is none. */
export function decodeCompared(value: unknown): Compared | null {
  const c = raw<Host.Compared>(value);
  const to = TO.find((known) => known === c?.["to"]);
  if (c === null || to === undefined) return null;
  return {
    to,
    window: string(c["window"]) ?? "",
    start: nullable(c["start"], number),
    until: nullable(c["until"], number),
    beforeStart: nullable(c["before_start"], number),
    beforeUntil: nullable(c["before_until"], number),
    now: nullable(c["now"], decodeFrame),
    before: nullable(c["before"], decodeFrame),
    reason: REASONS.find((known) => known === c["reason"]) ?? null,
    hint: nullable(c["hint"], string),
  };
}
