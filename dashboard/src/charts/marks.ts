// What is drawn over a chart by hand: lines at thresholds, and the course of a line chart. The
// library's own lines would be a tenth of the page.
import { graphic, type EChartsType } from "echarts/core";
import type { ChartKind } from "../data/kinds";
import type { Row } from "../data/rows";
import { limitsAt } from "./limits";
import type { ChartStyle } from "./style";

/** The library's types of its own elements disagree under exact optional properties. */
type Drawn = Parameters<ReturnType<EChartsType["getZr"]>["add"]>[0];
type Point = [x: number, y: number];

export class Marks {
  readonly #drawn: Drawn[] = [];

  /** To be called where the chart has laid out its data, before it paints. */
  draw(chart: EChartsType, kind: ChartKind, style: ChartStyle, rows: readonly Row[]): void {
    const zr = chart.getZr();
    for (const mark of this.#drawn.splice(0)) zr.remove(mark);
    if (kind === "line") this.#drawn.push(...course(chart, style, rows));
    if (kind === "bar" || kind === "hbar" || kind === "line") this.#drawn.push(...limits(chart, kind, style, rows));
    for (const mark of this.#drawn) zr.add(mark);
  }
}

/** Runs of indexes whose values are known. */
export function runs(values: readonly (number | null)[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    if (i === 0 || values[i - 1] === null) found.push([]);
    found.at(-1)?.push(i);
  });
  return found;
}

/** The line of the values over a paler area, and behind it a dashed one of what they were before. */
function course(chart: EChartsType, style: ChartStyle, rows: readonly Row[]): Drawn[] {
  const { color } = style.accent;
  const floor = heightAt(chart, 0);
  const lines = (values: readonly (number | null)[]) => runs(values).map((run) =>
    run.map((i): Point => [middleAt(chart, i), heightAt(chart, values[i] ?? 0)]));
  const now = lines(rows.map(({ value }) => value));
  const before = lines(rows.map(({ past }) => past?.value ?? null));
  return [
    ...now.map((points) => new graphic.Polygon({
      silent: true, z: 2, shape: { points: [...points, [points.at(-1)?.[0] ?? 0, floor], [points[0]?.[0] ?? 0, floor]] },
      style: { fill: color, opacity: 0.14 },
    }) as Drawn),
    ...before.map((points) => stroke(points, {
      stroke: style.colors.muted, lineWidth: Math.max(1.5, style.fontPx * 0.08), lineDash: [6, 4],
    })),
    ...now.map((points) => stroke(points, { stroke: color, lineWidth: Math.max(2.5, style.fontPx * 0.12) })),
  ];
}

function stroke(points: Point[], style: { stroke: string; lineWidth: number; lineDash?: number[] }): Drawn {
  // A value between two that are not known is a dot.
  const [[x, y] = [0, 0]] = points;
  if (points.length === 1) {
    return new graphic.Circle({ silent: true, z: 3, shape: { cx: x, cy: y, r: style.lineWidth }, style: { fill: style.stroke } }) as Drawn;
  }
  return new graphic.Polyline({ silent: true, z: 3, shape: { points }, style: { ...style, fill: "none", lineJoin: "round" } }) as Drawn;
}

function limits(chart: EChartsType, kind: ChartKind, style: ChartStyle, rows: readonly Row[]): Drawn[] {
  return limitsAt(kind, style, rows).flatMap(({ place, color }) => {
    const shape = shapeAt(chart, kind, place, rows.length, style);
    return shape === null ? [] : [new graphic.Line({
      // Above the bars, and below their figures.
      silent: true, z: 2, z2: 1, shape,
      style: { stroke: color, lineDash: [style.fontPx * 0.35, style.fontPx * 0.25], lineWidth: Math.max(1.5, style.fontPx * 0.1) },
    }) as Drawn];
  });
}

/** A line across all bars at a value; `null` where that is beyond the axis. */
function shapeAt(chart: EChartsType, kind: ChartKind, place: number, rows: number, { width, height }: ChartStyle) {
  if (kind === "hbar") {
    const x = Number(chart.convertToPixel({ xAxisIndex: 0 }, place));
    return x > 0 && x < width ? { x1: x, x2: x, y1: 0, y2: height } : null;
  }
  const y = heightAt(chart, place);
  const [first, last] = [middleAt(chart, 0), middleAt(chart, rows - 1)];
  const half = (last - first) / Math.max(1, rows - 1) / 2 || first;
  return y > 0 && y < height ? { x1: first - half, x2: last + half, y1: y, y2: y } : null;
}

function middleAt(chart: EChartsType, index: number): number {
  return Number(chart.convertToPixel({ xAxisIndex: 0 }, index));
}

function heightAt(chart: EChartsType, value: number): number {
  return Number(chart.convertToPixel({ yAxisIndex: 0 }, value));
}
