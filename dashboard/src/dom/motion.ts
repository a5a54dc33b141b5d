// The reader's wish about motion, as the system tells it.

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** `true` where nothing is to move. */
export function isStill(): boolean {
  return reduced.matches;
}
