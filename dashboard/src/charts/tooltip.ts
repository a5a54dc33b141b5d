// One tooltip for all charts. The content is built of elements and texts: the
// library's own markup carries inline styles, which the content security policy
// refuses, and labels would have to be escaped in it.
import { UNKNOWN } from "../data/format";
import { shareOf, sum, type Past, type Row } from "../data/rows";
import { h } from "../dom/element";
import { pastLines } from "./past";
import type { ChartStyle } from "./style";

/** The row that a mark stands for, or anything like a row. */
export interface Pointed {
  readonly label: string;
  /** Names and texts to show instead of the label. */
  readonly facts?: readonly (readonly [string, string])[];
  readonly value: number | null;
  readonly error: number | null;
  readonly beyond?: Row["beyond"];
  readonly past?: Past;
}

/** `at` finds the row from a mark's index among the data of the chart. */
export function tooltip(
  style: ChartStyle, sum: () => number, at: (index: number) => Pointed | undefined,
) {
  return {
    confine: true,
    transitionDuration: 0,
    className: "chart-tip",
    backgroundColor: style.colors.panel,
    borderColor: style.colors.grid,
    borderWidth: 1,
    padding: 0,
    textStyle: { color: style.colors.text, fontSize: style.fontPx * 0.85 },
    formatter: (params: unknown) => tip(style, at(indexOf(params)) ?? NOTHING, sum()),
  };
}

/** The tooltip of a bar for each row: anywhere in its band, which is shaded. */
export function barTooltip(style: ChartStyle, rows: () => readonly Row[]) {
  return {
    ...tooltip(style, () => sum(rows()), (index) => rows()[index]),
    trigger: "axis" as const,
    axisPointer: { type: "shadow" as const, shadowStyle: { color: style.colors.hover } },
  };
}

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
type Size = Pick<Rect, "width" | "height">;

/** The space between a ring and its tooltip, in pixels. */
const BESIDE_PX = 8;

/**
 * The place of a tooltip beside a ring and not on it, from the upper left of the chart: at
 * its right where the window has the room, else at its left, else below.
 */
export function besideRing(chart: Rect, tip: Size, page: Size): [x: number, y: number] {
  const radius = Math.min(chart.width, chart.height) / 2;
  const [centerX, centerY] = [chart.width / 2, chart.height / 2];
  const [right, left] = [centerX + radius + BESIDE_PX, centerX - radius - BESIDE_PX - tip.width];
  const within = (at: number, from: number, length: number, room: number) =>
    Math.max(-from, Math.min(at, room - from - length));
  const y = within(centerY - tip.height / 2, chart.top, tip.height, page.height);
  if (chart.left + right + tip.width <= page.width) return [right, y];
  if (chart.left + left >= 0) return [left, y];
  return [within(centerX - tip.width / 2, chart.left, tip.width, page.width), centerY + radius + BESIDE_PX];
}

const NOTHING: Pointed = { label: UNKNOWN, value: null, error: null };

function indexOf(params: unknown): number {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  const { dataIndex } = (first ?? {}) as { dataIndex?: unknown };
  return typeof dataIndex === "number" ? dataIndex : -1;
}

/** The lines of a tooltip below its head, as names and texts. */
export function tipLines(
  style: ChartStyle, p: Pointed, sum: number,
): readonly (readonly [string, string])[] {
  const share = shareOf(sum, p.value);
  const verdict = style.verdict(p.beyond === undefined ? {} : { beyond: p.beyond });
  const value = style.format.withError(p.value, p.error);
  return [
    ...p.facts ?? [],
    [style.measure, verdict === "" ? value : `${value} ${verdict}`],
    ...pastLines(style, p.past),
    ...(style.additive ? [[style.share, style.format.percent(share)] as const] : []),
  ];
}

function tip(style: ChartStyle, p: Pointed, sum: number): HTMLElement {
  const lines = tipLines(style, p, sum)
    .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
  const head = p.facts === undefined ? [h("strong", {}, p.label)] : [];
  return h("div", { class: "tip" }, ...head, h("dl", {}, ...lines));
}
