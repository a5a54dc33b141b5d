// Quantiles and values like them span orders of magnitude, and are drawn on a logarithmic
// scale, where the distance of two bars is their proportion. Pure.
import type { Row } from "./rows";

/** Keys of quantiles: `p50`, `p99.9`; beside them stand the least and the most. */
const QUANTILE = /^(?:p|P|q)\d{1,3}(?:\.\d+)?$/u;
const QUANTILES_MIN = 2;
/** Values that span less can be read in proportion. */
const SPREAD_MIN = 10;

/** A logarithmic scale that begins at a power of ten. */
export interface LogScale {
  /** The length of a bar in powers of ten; 0 of what is not above 0. */
  place(value: number | null): number | null;
  value(place: number): number;
}

/** `null` where the rows are no quantiles, or can be read in proportion. */
export function logScale(rows: readonly Row[], additive: boolean): LogScale | null {
  if (additive || rows.filter(({ key }) => QUANTILE.test(key)).length < QUANTILES_MIN) return null;
  let [least, most] = [Infinity, 0];
  for (const { value } of rows) {
    if (value === null || value === 0) continue;
    if (value < 0) return null;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most < least * SPREAD_MIN) return null;
  // The least bar keeps a length that can be seen.
  const floor = Math.ceil(Math.log10(least) - 1);
  return {
    place: (value) => (value === null ? null : value <= 0 ? 0 : Math.log10(value) - floor),
    value: (place) => 10 ** (place + floor),
  };
}
