// Rows laid on the tiles of the provinces: which rows have a tile, in which order they
// are, and which have none. Pure.
import type { Row } from "./rows";
import { CHINA, type Place, type TileLayout } from "./tile-layout";

/** A province with its row. Rows of several keys of one province are one where they may be summed. */
export interface Placed {
  readonly province: Place;
  readonly row: Row;
}

export interface Laid {
  /** By size, the largest first; unknown values last, and equal ones in the order of the codes. */
  readonly placed: readonly Placed[];
  /** Rows that name no province, with the rest of a cut list. */
  readonly outside: readonly Row[];
}

/** The province that a row is of, by its key or by its label. */
function provinceOfRow(row: Row, { find }: TileLayout): Place | null {
  if (row.color === null || row.second !== null) return null;
  return find(row.key) ?? find(row.label);
}

/** `true` where a map would show anything: one key at least names a province. */
export function hasPlaces(rows: readonly Row[], layout = CHINA): boolean {
  return rows.some((row) => provinceOfRow(row, layout) !== null);
}

/** Of values that may not be summed, a second row of a province has no tile. */
export function lay(rows: readonly Row[], additive: boolean, layout = CHINA): Laid {
  const placed = new Map<Place, Row>();
  const outside: Row[] = [];
  for (const row of rows) {
    const province = provinceOfRow(row, layout);
    const known = province === null ? undefined : placed.get(province);
    if (province === null || (known !== undefined && !additive)) outside.push(row);
    else placed.set(province, known === undefined ? row : joined(known, row));
  }
  const bySize = layout.places.flatMap((province) => {
    const row = placed.get(province);
    return row === undefined ? [] : [{ province, row }];
  }).sort((a, b) => (b.row.value ?? -Infinity) - (a.row.value ?? -Infinity) || 0);
  return { placed: bySize, outside };
}

/** The rows with those of one province as one, where they may be summed. */
export function spelledOnce(rows: readonly Row[], additive: boolean, layout = CHINA): readonly Row[] {
  if (!additive) return rows;
  const first = new Map<Place, number>();
  const once: Row[] = [];
  for (const row of rows) {
    const province = provinceOfRow(row, layout);
    const at = province === null ? undefined : first.get(province);
    const known = at === undefined ? undefined : once[at];
    if (at !== undefined && known !== undefined) {
      once[at] = joined(known, row);
      continue;
    }
    if (province !== null) first.set(province, once.length);
    once.push(row);
  }
  return once;
}

function joined(a: Row, b: Row): Row {
  const add = (x: number | null, y: number | null) => (x === null ? y : y === null ? x : x + y);
  return { ...a, value: add(a.value, b.value), error: add(a.error, b.error) };
}

/** The places of provinces in a ranking, from 1, by their codes. */
export function ranksOf(laid: Laid): ReadonlyMap<string, number> {
  return new Map(laid.placed.map(({ province }, i) => [province.code, i + 1]));
}

/** After so long without one, tiles that grew are told by a pulse. */
const PULSE_REST_MS = 4000;
/** So many tiles pulse at once: those that grew the most. */
const PULSES_MAX = 3;

/**
 * The tiles that pulse. Where every tile grows with every update, a few pulse now and then,
 * so that nothing moves all the time.
 */
export class Pulses {
  #of = "";
  #values: ReadonlyMap<string, number> = new Map();
  #restUntil = 0;

  /** `of` names what the values are of: values of something else did not grow. */
  next(of: string, placed: readonly Placed[], now: number): readonly string[] {
    const values = new Map(placed.map(({ province, row }) => [province.code, row.value ?? 0]));
    if (of !== this.#of) {
      this.#of = of;
      this.#values = values;
      return [];
    }
    if (now < this.#restUntil) return [];
    const grown = [...values].map(([code, value]) => ({ code, by: value - (this.#values.get(code) ?? 0) }))
      .filter(({ by }) => by > 0)
      .sort((a, b) => b.by - a.by);
    this.#values = values;
    if (grown.length === 0) return [];
    this.#restUntil = now + PULSE_REST_MS;
    return grown.slice(0, PULSES_MAX).map(({ code }) => code);
  }
}
