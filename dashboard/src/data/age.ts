// Frames of another moment than the rest: two panels that show different totals side by
// side say why. Pure.
import type { Frame } from "../wire/shapes";

/**
 * The records that other panels show and a frame does not yet; 0 where it is of the same
 * moment, or nothing is known. A frame that says itself that it is late is not counted here.
 * What comes within a second is one moment: nobody compares figures that move so quickly.
 */
export function recordsBehind(frame: Frame | undefined, frames: ReadonlyMap<string, Frame>, perSecond: number): number {
  if (frame === undefined || frame.of === null || frame.state !== "ok" || frame.every !== null) return 0;
  let newest = frame.of;
  for (const { of, state } of frames.values()) if (of !== null && state === "ok") newest = Math.max(newest, of);
  const behind = newest - frame.of;
  return behind > perSecond ? behind : 0;
}
