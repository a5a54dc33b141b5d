// The kind of drawing of a panel: the one that its descriptor asks for, and the one
// that its rows allow. Pure.
import type { Panel } from "../wire/shapes";
import type { Row } from "./rows";
import { CHINA } from "./tile-layout";
import { hasPlaces } from "./tilemap";

/** The charts that are drawn on a canvas. */
export type ChartKind = "pie" | "bar" | "hbar" | "line" | "heatmap";
/** Everything a panel can be drawn as. */
export type PanelKind = ChartKind | "tiles" | "number" | "table";

const KINDS: readonly PanelKind[] = ["pie", "bar", "hbar", "line", "heatmap", "tiles", "number", "table"];

/** The kind of a descriptor's chart; a chart that the page does not know is a table. */
export function kindOf(chart: string): PanelKind {
  return KINDS.find((kind) => kind === chart) ?? "table";
}

/**
 * The kind of a panel as a whole: of two dimensions only a heat map and a
 * table can be drawn, and a heat map of one dimension is bars. Tiles are of keys.
 */
export function panelKind(panel: Panel): PanelKind {
  const kind = kindOf(panel.chart);
  if (kind === "tiles" && panel.dimension === null) return "table";
  if (panel.across === null) return kind === "heatmap" ? "bar" : kind;
  return isCanvas(kind) || kind === "tiles" ? "heatmap" : "table";
}

/**
 * The kind that the rows allow: a ring has no room for values below 0, which are
 * drawn as bars, rows without a second key are no cells of a heat map, and of keys none
 * of which has a place there is no map.
 */
export function drawable(kind: PanelKind, rows: readonly Row[], layout = CHINA): PanelKind {
  const negative = rows.some((row) => row.value !== null && row.value < 0);
  if (kind === "heatmap" && rows.every((row) => row.second === null)) return "table";
  if (kind === "tiles" && !hasPlaces(rows, layout)) return "hbar";
  return kind === "pie" && negative ? "bar" : kind;
}

export function isCanvas(kind: PanelKind): kind is ChartKind {
  return kind !== "tiles" && kind !== "number" && kind !== "table";
}
