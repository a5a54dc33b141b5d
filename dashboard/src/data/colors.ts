// The colour of a key, as an index into the palette. Pure; `charts/palette.ts` has
// the colours of each theme.

/** The number of keys that can have a colour of their own. */
export const PALETTE_SIZE = 8;

/**
 * The palette's index for a key: its place among the labels of its dimension.
 * Below 0 no label names the key, and the index follows from the key's text
 * alone, so that it is the same on every page and after every restart.
 */
export function colorAt(place: number, key: string): number {
  return (place >= 0 ? place : hash(key)) % PALETTE_SIZE;
}

/**
 * The place of a metric among that many colours for bars and lines: the same whatever other
 * metrics there are, and in whichever order.
 */
export function metricColor(metric: string, colors: number): number {
  return hash(metric) % colors;
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return h;
}
