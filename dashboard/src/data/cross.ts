// Rows that are cells of two dimensions, laid out: the keys that go down, the keys
// that go across, and the row of each cell that is known.
//
// Pure. Rows come in the order of the first key, then of the second; cells with
// nothing are missing, so the order of the second keys is put together from the
// orders in the single lines.
import type { Row, Second } from "./rows";

/** More second keys than this are in the order in which they first occur. */
const ORDERED_MAX = 1000;

export interface Cross {
  /** The labels of the first dimension, from top to bottom. */
  readonly down: readonly string[];
  /** The labels of the second dimension, from left to right. */
  readonly across: readonly string[];
  /** The row at `line * across.length + column`; missing where no row lists that cell. */
  readonly cells: ReadonlyMap<number, Row>;
  /** The rest of a cut list. */
  readonly rest: Row | null;
}

const known = new WeakMap<readonly Row[], Cross>();

/** The layout of the rows, found once for each list of rows. */
export function crossOf(rows: readonly Row[]): Cross {
  const found = known.get(rows) ?? lay(rows);
  known.set(rows, found);
  return found;
}

function lay(rows: readonly Row[]): Cross {
  const lines = new Map<string, { label: string; index: number; cells: Row[] }>();
  const seconds = new Map<string, Second>();
  let rest: Row | null = null;
  for (const row of rows) {
    if (row.second === null) {
      rest = row;
      continue;
    }
    const line = lines.get(row.key) ?? { label: row.label, index: lines.size, cells: [] };
    line.cells.push(row);
    lines.set(row.key, line);
    if (!seconds.has(row.second.key)) seconds.set(row.second.key, row.second);
  }
  fillGaps(seconds);
  const order = ordered(seconds, [...lines.values()].map((line) =>
    line.cells.flatMap((row) => row.second?.key ?? [])));
  const columns = new Map(order.map((second, column) => [second.key, column]));
  const cells = new Map<number, Row>();
  for (const line of lines.values()) {
    for (const row of line.cells) {
      const column = columns.get(row.second?.key ?? "");
      if (column !== undefined) cells.set(line.index * order.length + column, row);
    }
  }
  return {
    down: [...lines.values()].map((line) => line.label),
    across: order.map((second) => second.label),
    cells,
    rest,
  };
}

/** Adds the labels between those that occur: an hour without an event is still an hour. */
function fillGaps(seconds: Map<string, Second>): void {
  const places = [...seconds.values()].flatMap(({ place }) => (place >= 0 ? [place] : []));
  const among = [...seconds.values()][0]?.among ?? [];
  const first = places.reduce((a, b) => Math.min(a, b), Infinity);
  const last = places.reduce((a, b) => Math.max(a, b), -1);
  for (const second of among.slice(Math.min(first, last + 1), last + 1)) {
    if (!seconds.has(second.key)) seconds.set(second.key, second);
  }
}

/**
 * All keys in an order that each line agrees with. Where the lines leave it
 * open, labels come in their own order and other keys as numbers or words do.
 */
function ordered(
  seconds: ReadonlyMap<string, Second>, lines: readonly (readonly string[])[],
): readonly Second[] {
  const left = new Map(seconds);
  if (left.size > ORDERED_MAX) return [...left.values()];
  const after = new Map<string, Set<string>>();
  const before = new Map<string, number>();
  for (const line of lines) {
    line.slice(1).forEach((key, i) => {
      const previous = line[i] ?? "";
      const followers = after.get(previous) ?? new Set();
      if (followers.has(key) || key === previous) return;
      after.set(previous, followers.add(key));
      before.set(key, (before.get(key) ?? 0) + 1);
    });
  }
  const order: Second[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter((second) => (before.get(second.key) ?? 0) === 0);
    // Lines that contradict each other leave no key free: the key that occurred first is next.
    const next = free.length === 0 ? [...left.values()][0] : free.reduce(earlier);
    if (next === undefined) break;
    order.push(next);
    left.delete(next.key);
    for (const key of after.get(next.key) ?? []) before.set(key, (before.get(key) ?? 0) - 1);
  }
  return order;
}

const NATURAL = new Intl.Collator("en", { numeric: true });

function earlier(a: Second, b: Second): Second {
  if (a.place >= 0 && b.place >= 0) return a.place <= b.place ? a : b;
  if (a.place >= 0 || b.place >= 0) return a.place >= 0 ? a : b;
  return NATURAL.compare(a.key, b.key) <= 0 ? a : b;
}
