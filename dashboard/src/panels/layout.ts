// Where panels go on a wide screen, so that it is filled without holes.
//
// Long lists stand as tall columns at the right; everything else is spread
// evenly over rows at the left. In a row with fewer panels each is wider, so
// charts that gain from width (bars, lines) go there.
import { kindOf } from "../charts/option";
import type { Panel } from "../wire";

/** More tall columns than this would squeeze the rest. */
const TALL_MAX = 2;
const PER_ROW_MAX = 4;
/** A ranking with fewer rows than this fits into an ordinary cell. */
const TALL_ROWS_MIN = 9;

export interface Arrangement {
  readonly rows: readonly (readonly Panel[])[];
  readonly tall: readonly Panel[];
}

export function arrange(panels: readonly Panel[]): Arrangement {
  const tall = panels.filter(isTall).slice(0, TALL_MAX);
  const rest = panels.filter((panel) => !tall.includes(panel));
  if (rest.length === 0) return { rows: [], tall };
  return { rows: spread(rest, rowCount(rest.length, tall.length)), tall };
}

function isTall(panel: Panel): boolean {
  const rows = panel.top > 0 ? panel.top : panel.dimension?.labels.length ?? 0;
  const kind = kindOf(panel.chart);
  return (kind === "hbar" || kind === "table") && rows >= TALL_ROWS_MIN;
}

function rowCount(panels: number, tall: number): number {
  if (panels === 1 || (panels === 2 && tall === 0)) return 1;
  return panels <= 2 * PER_ROW_MAX ? 2 : Math.ceil(panels / PER_ROW_MAX);
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
  const wide = panels.filter((p) => ["bar", "line", "table"].includes(kindOf(p.chart)));
  const last = wide.slice(-wideCells);
  return [...panels.filter((panel) => !last.includes(panel)), ...last];
}
