// A panel as a picture in a file.
//
// The picture is drawn anew on a canvas of its own, with the parts that the document
// holds beside the chart: title, event time, legend, scale of colours.
import { heatScale } from "../charts/heat-scale";
import { colorOf, THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import { crossOf } from "../data/cross";
import { joined } from "../data/format";
import type { PanelKind } from "../data/kinds";
import { shareOf, sum, type Row } from "../data/rows";
import type { Scope } from "../wire/shapes";
import type { PanelModel } from "./panel-model";

const SCALE = 2;
const WIDTH_MIN = 640;
const LEGEND_ENTRIES_MAX = 14;

/** The words and the rows of a picture. */
export interface Picture {
  readonly title: string;
  /** The measure, the scope, the window and the event time. */
  readonly subtitle: string;
  readonly kind: PanelKind;
  readonly rows: readonly Row[];
}

/** The chart on the page with its size there; `null` means that the rows are written out. */
export interface DrawnChart {
  readonly chart: HTMLCanvasElement | null;
  readonly width: number;
  readonly height: number;
}

/** The picture of a panel; `null` means that the panel draws no rows. */
export function pictureOf(model: PanelModel, scope: Scope, ctx: Context): Picture | null {
  if (model.drawn === null) return null;
  const { words, format, state } = ctx;
  const time = `${format.dateTime(state.clock?.eventTime ?? null)} (${format.zone})`;
  const subtitle = joined(
    model.unit, words.panels[scope], model.dates, `${words.header.eventTime} ${time}`,
  );
  return { title: model.title, subtitle, ...model.drawn };
}

/** Draws a picture in the colours of the theme. */
export function paint(picture: Picture & DrawnChart, fontFamily: string, ctx: Context): HTMLCanvasElement {
  const colors = THEMES[ctx.theme];
  const legend = picture.kind === "pie" ? picture.rows.slice(0, LEGEND_ENTRIES_MAX) : [];
  const besideChart = legend.length > 0 ? 300 : 0;
  const width = Math.max(WIDTH_MIN, picture.width + besideChart + 48);
  const height = Math.max(picture.height, legend.length * 22 + 8, 120) + 100;
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const to = canvas.getContext("2d");
  if (to === null) throw new Error("the browser gives no canvas");
  to.scale(SCALE, SCALE);
  to.fillStyle = colors.panel;
  to.fillRect(0, 0, width, height);
  const write = (
    text: string, x: number, y: number, px: number, color: string,
    align: CanvasTextAlign = "left", weight = 400, room?: number,
  ) => {
    to.font = `${weight} ${px}px ${fontFamily}`;
    to.fillStyle = color;
    to.textAlign = align;
    to.fillText(text, x, y, room);
  };
  write(picture.title, 24, 36, 20, colors.text, "left", 700, width - 48);
  write(picture.subtitle, 24, 58, 13, colors.muted, "left", 400, width - 48);
  if (picture.chart !== null) {
    to.drawImage(picture.chart, 24, 72, picture.width, picture.height);
  } else if (picture.kind === "number") {
    const [row] = picture.rows;
    write(ctx.format.withError(row?.value ?? null, row?.error ?? null),
      width / 2, height / 2 + 30, 48, colors.text, "center", 700, width - 48);
  }
  const total = sum(picture.rows);
  legend.forEach((row, i) => {
    const x = picture.width + 40;
    const y = 92 + i * 22;
    to.fillStyle = colorOf(colors, row.color);
    to.fillRect(x, y - 10, 11, 11);
    write(row.label, x + 20, y, 13, colors.text, "left", 400, width - x - 165);
    const share = ctx.format.percent(shareOf(total, row.value));
    write(share, width - 90, y, 13, colors.text, "right", 700);
    write(ctx.format.compact(row.value), width - 24, y, 13, colors.muted, "right");
  });
  if (picture.kind === "heatmap") {
    const scale = heatScale(crossOf(picture.rows).cells.values());
    const gradient = to.createLinearGradient(width - 250, 0, width - 100, 0);
    colors.heat.forEach((color, i) => gradient.addColorStop(i / (colors.heat.length - 1), color));
    to.fillStyle = gradient;
    to.fillRect(width - 250, height - 30, 150, 10);
    const { compact } = ctx.format;
    write(compact(scale.least), width - 256, height - 20, 12, colors.muted, "right");
    write(compact(Math.round(scale.middle)), width - 175, height - 6, 12, colors.muted, "center");
    write(compact(scale.most), width - 94, height - 20, 12, colors.muted);
  }
  return canvas;
}
