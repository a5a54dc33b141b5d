// What is seen of a chart. A count among millions that grows by a few moves nothing on the
// screen, and most updates of a page that has run for a day are such.

/** A pixel in so many parts: less of it is not seen. */
const PARTS = 4;

/** Lengths along an axis in whole parts of a pixel, where the axis spans `span` over `pixels`. */
export function seen(lengths: readonly (number | "-" | null)[], span: number, pixels: number): string {
  const scale = span > 0 ? (PARTS * pixels) / span : 0;
  return lengths.map((length) => (typeof length === "number" ? Math.round(length * scale) : "-")).join(" ");
}
