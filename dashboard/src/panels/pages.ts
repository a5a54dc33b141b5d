// The panels of a wall, which nobody scrolls, as pages that fit it: as few as hold every
// panel. Pure. Sizes in multiples of the text size.
import type { Panel } from "../wire/shapes";
import { arrange, chunks, heightOf, isTall, type Arrangement } from "./layout";

/** The least heights of rows and tall columns on a wall. */
const ROW_EM: Readonly<Record<ReturnType<typeof heightOf>, number>> = { low: 9, even: 12, high: 20 };
const TALL_EM = 20;
const GAP_EM = 0.75;
/** The least width of a panel in a row, and of rows beside tall columns. */
const PANEL_EM = 17;
const ROWS_BESIDE_TALL_EM = 36;

/** The room of the panels on a wall. */
export interface WallRoom {
  readonly width: number;
  readonly height: number;
}

/** Each page is an arrangement; one at least. A panel that fits nowhere has a page of its own. */
export function pagesOf(panels: readonly Panel[], room: WallRoom): readonly Arrangement[] {
  const ordered = [...panels].sort((a, b) => a.order - b.order);
  for (let count = 1; count < ordered.length; count += 1) {
    const pages = chunks(ordered, count).map((page) => onWall(page, room));
    if (pages.every((page) => fits(page, room))) return pages;
  }
  return chunks(ordered, Math.max(1, ordered.length)).map((page) => onWall(page, room));
}

/** As on any wide screen, in one row where that is too high, or below each other where it is too wide. */
function onWall(panels: readonly Panel[], room: WallRoom): Arrangement {
  const usual = arrange(panels);
  const low: Arrangement = { rows: usual.rows.length < 2 ? usual.rows : [usual.rows.flat()], tall: usual.tall };
  const wide = [usual, low].filter((each) => isWideEnough(each, room.width));
  return wide.find((each) => fits(each, room)) ?? wide[0] ?? stacked(panels, room.width >= PANEL_EM * 2 ? 2 : 1);
}

function stacked(panels: readonly Panel[], perRow: number): Arrangement {
  const rows: Panel[][] = [];
  let open: Panel[] | null = null;
  for (const panel of panels) {
    const isWhole = isTall(panel) || panel.size === "large" || panel.size === "wide";
    if (isWhole || open === null || open.length >= perRow) {
      const row = [panel];
      rows.push(row);
      open = isWhole ? null : row;
    } else {
      open.push(panel);
    }
  }
  return { rows, tall: [] };
}

function isWideEnough({ rows, tall }: Arrangement, width: number): boolean {
  const columns = tall.length * (PANEL_EM + GAP_EM);
  const widest = Math.max(0, ...rows.map((row) => row.length * (PANEL_EM + GAP_EM)));
  const beside = tall.length > 0 && rows.length > 0 ? Math.max(widest, ROWS_BESIDE_TALL_EM) : widest;
  return columns + beside - GAP_EM <= width;
}

function fits({ rows, tall }: Arrangement, { height }: WallRoom): boolean {
  const needed = rows.reduce((sum, row) => sum + rowEm(row) + GAP_EM, -GAP_EM);
  return Math.max(needed, tall.length > 0 ? TALL_EM : 0) <= height;
}

function rowEm(row: readonly Panel[]): number {
  return row.some(isTall) ? TALL_EM : ROW_EM[heightOf(row)];
}
