// The scale of a heat map: values become places among its colours, from 0 to 1.
//
// The scale is a square root, or a logarithm where the values span more than three
// orders, so that one large cell does not make all others look the same. The scale
// is linear only where values lie below 0.
import type { Row } from "../data/rows";

/** The scale is logarithmic where the largest value is more than so many times the smallest. */
const SPREAD_LOG_MIN = 1000;
/** The lowest place of a value that is not nothing. */
export const PLACE_MIN = 1e-9;

export interface HeatScale {
  readonly kind: "sqrt" | "log" | "linear";
  readonly least: number;
  /** The value in the middle of the colours. */
  readonly middle: number;
  readonly most: number;
  /** The place of a value; 0 is nothing, unless the scale is linear. */
  place(value: number): number;
}

export function heatScale(values: Iterable<Pick<Row, "value">>): HeatScale {
  let least = 0;
  let most = 0;
  let smallest = Infinity;
  for (const { value } of values) {
    const known = value ?? 0;
    least = Math.min(least, known);
    most = Math.max(most, known);
    if (known > 0) smallest = Math.min(smallest, known);
  }
  if (least < 0) return linear(least, most);
  if (most === 0) return linear(0, 1);
  return most / smallest > SPREAD_LOG_MIN ? logarithmic(smallest, most) : root(most);
}

function linear(least: number, most: number): HeatScale {
  const span = most - least;
  return {
    kind: "linear", least, most, middle: (least + most) / 2,
    place: (value) => (value - least) / span,
  };
}

function root(most: number): HeatScale {
  return {
    kind: "sqrt", least: 0, most, middle: most / 4,
    place: (value) => (value <= 0 ? 0 : Math.max(PLACE_MIN, Math.sqrt(value / most))),
  };
}

function logarithmic(least: number, most: number): HeatScale {
  const span = Math.log(most / least);
  return {
    kind: "log", least, most, middle: Math.sqrt(least) * Math.sqrt(most),
    place: (value) => (value <= 0 ? 0 : Math.max(PLACE_MIN, Math.log(value / least) / span)),
  };
}
