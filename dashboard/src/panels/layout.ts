// The places of panels on a wide screen, so that the screen is filled without holes.
//
// Long lists stand as tall columns at the right; all other panels are spread over
// rows at the left. Where no panel asks for a size, rows are even: panels are wider in
// a row with fewer of them, so charts that gain from width (bars, lines, heat maps) go
// there. Where one does, panels keep their order and share a row in proportion to the
// sizes. Each row is filled in both cases.
import { panelKind } from "../data/kinds";
import type { Panel, Size } from "../wire/shapes";

/** More tall columns than this would squeeze the rest. */
const TALL_MAX = 2;
const PER_ROW_MAX = 4;
/** Two tall columns leave half of the width, in which four panels have no room. */
const PER_ROW_BESIDE_TWO_MAX = 3;
/** A tall column beside more rows than this is pulled apart: its bars have more room than they fill. */
const ROWS_BESIDE_TALL_MAX = 3;
/** A ranking with fewer rows than this fits into an ordinary cell. */
const TALL_ROWS_MIN = 9;

/** The part of a row that a panel takes; the style sheet has the same figures. */
const WEIGHTS: Readonly<Record<Size, number>> = { small: 2, medium: 3, tall: 3, wide: 5, large: 6 };
/** A row holds at least as much as its largest panel, and no more than can be read. */
const ROW_WEIGHT_MIN = 6;
const ROW_WEIGHT_MAX = 12;
const ROW_WEIGHT_BESIDE_TALL_MAX = 9;

export interface Arrangement {
  readonly rows: readonly (readonly Panel[])[];
  readonly tall: readonly Panel[];
}

export function arrange(panels: readonly Panel[]): Arrangement {
  const ordered = [...panels].sort((a, b) => a.order - b.order);
  const tall = ordered.filter(isTall).slice(0, TALL_MAX);
  const rest = ordered.filter((panel) => !tall.includes(panel));
  if (rest.length === 0) return { rows: [], tall };
  const rows = rest.some((panel) => panel.size !== null)
    ? pack(rest, tall.length === 0 ? ROW_WEIGHT_MAX : ROW_WEIGHT_BESIDE_TALL_MAX)
    : spread(rest, rowCount(rest.length, tall.length));
  return { rows, tall };
}

/**
 * Arrangements below each other on a page that is scrolled: as few as leave no tall
 * column beside too many rows. One at least.
 */
export function bandsOf(panels: readonly Panel[]): readonly Arrangement[] {
  const ordered = [...panels].sort((a, b) => a.order - b.order);
  for (let count = 1; count < ordered.length; count += 1) {
    const bands = chunks(ordered, count).map(arrange);
    if (bands.every(({ rows, tall }) => tall.length === 0 || rows.length <= ROWS_BESIDE_TALL_MAX)) return bands;
  }
  return [arrange(ordered)];
}

/** Pieces in their order whose lengths differ by one at most, the longer ones first. */
export function chunks(panels: readonly Panel[], count: number): readonly (readonly Panel[])[] {
  const [short, longer] = [Math.floor(panels.length / count), panels.length % count];
  return Array.from({ length: count }, (_, i) => {
    const from = i * short + Math.min(i, longer);
    return panels.slice(from, from + short + (i < longer ? 1 : 0));
  });
}

/** The height of a row: a row with a large panel is higher, a row of small ones alone lower. */
export function heightOf(row: readonly Panel[]): "low" | "even" | "high" {
  if (row.some((panel) => panel.size === "large")) return "high";
  return row.every((panel) => panel.size === "small") ? "low" : "even";
}

/**
 * The panels of a row that take both columns where a screen has only two: panels
 * that ask for width, and any panel that would leave a hole beside itself.
 */
export function spans(row: readonly Panel[]): readonly boolean[] {
  const full = row.map((panel) => panel.size === "wide" || panel.size === "large");
  let open: number | null = null;
  row.forEach((_, i) => {
    if (full[i] === true) {
      if (open !== null) full[open] = true;
      open = null;
    } else {
      open = open === null ? i : null;
    }
  });
  if (open !== null) full[open] = true;
  return full;
}

/** `true` for a panel that stands as a column where there is the width for one. */
export function isTall(panel: Panel): boolean {
  if (panel.size !== null) return panel.size === "tall";
  const rows = panel.top > 0 ? panel.top : panel.dimension?.labels.length ?? 0;
  const kind = panelKind(panel);
  // A map with its ranking below has the shape of a column.
  if (kind === "tiles") return true;
  return (kind === "hbar" || kind === "table") && panel.across === null && rows >= TALL_ROWS_MIN;
}

function weightOf(panel: Panel): number {
  return WEIGHTS[panel.size ?? "medium"];
}

/**
 * Splits the panels, in their order, into as few rows as hold them, two at
 * least where they are many, so that the rows are as even as can be.
 */
function pack(panels: readonly Panel[], rowMax: number): Panel[][] {
  const total = panels.reduce((sum, panel) => sum + weightOf(panel), 0);
  const cap = Math.min(rowMax, Math.max(ROW_WEIGHT_MIN, Math.ceil(total / 2)));
  // best[n]: how the first n panels are split, by rows and then by unevenness.
  const best: { rows: number; cost: number; from: number }[] = [{ rows: 0, cost: 0, from: 0 }];
  for (let to = 1; to <= panels.length; to += 1) {
    let weight = 0;
    let choice = { rows: Infinity, cost: Infinity, from: to - 1 };
    for (let from = to - 1; from >= 0; from -= 1) {
      const panel = panels[from];
      const before = best[from];
      if (panel === undefined || before === undefined) break;
      weight += weightOf(panel);
      if (weight > cap || to - from > PER_ROW_MAX) break;
      const rows = before.rows + 1;
      const cost = before.cost + weight * weight;
      if (rows < choice.rows || (rows === choice.rows && cost < choice.cost)) {
        choice = { rows, cost, from };
      }
    }
    best.push(choice);
  }
  const rows: Panel[][] = [];
  for (let to = panels.length; to > 0; to = best[to]?.from ?? 0) {
    rows.unshift(panels.slice(best[to]?.from ?? 0, to));
  }
  return rows;
}

function rowCount(panels: number, tall: number): number {
  if (panels === 1 || (panels === 2 && tall === 0)) return 1;
  const most = tall < TALL_MAX ? PER_ROW_MAX : PER_ROW_BESIDE_TWO_MAX;
  return panels <= 2 * most ? 2 : Math.ceil(panels / most);
}

/** Splits the panels into rows whose lengths differ by one at most, the shorter last. */
function spread(panels: readonly Panel[], count: number): Panel[][] {
  const short = Math.floor(panels.length / count);
  const longRows = panels.length % count;
  const crowded = longRows * (short + 1);
  const ordered = longRows === 0 ? panels : byWidth(panels, panels.length - crowded);
  const rows: Panel[][] = [];
  for (let row = 0, from = 0; row < count; row += 1) {
    const length = row < longRows ? short + 1 : short;
    rows.push(ordered.slice(from, from + length));
    from += length;
  }
  return rows;
}

/** Moves as many panels that gain from width as there are wide cells to the end. */
function byWidth(panels: readonly Panel[], wideCells: number): readonly Panel[] {
  const wide = panels.filter((p) => ["bar", "line", "heatmap", "table"].includes(panelKind(p)));
  const last = wide.slice(-wideCells);
  return [...panels.filter((panel) => !last.includes(panel)), ...last];
}
