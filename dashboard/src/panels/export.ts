// Files of a panel: the names they are saved under, and its picture.
//
// The picture is drawn anew on a canvas of its own, with what the document
// holds beside the chart: title, event time, legend, scale of colours.
import { heatScale } from "../charts/heat-scale";
import { shareOf } from "../charts/option";
import { THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import { crossOf } from "../data/cross";
import type { Row } from "../data/rows";

const SCALE = 2;
const WIDTH_MIN = 640;
const NAME_CHARACTERS_MAX = 60;
const LEGEND_ENTRIES_MAX = 14;

/** `name-panel-20151111T000000.ext`, without what file systems do not take. */
export function fileName(name: string, panel: string, time: string, extension: string): string {
  const stamp = time.replaceAll(/[-:]/gu, "").replace(" ", "T").replaceAll(/[^\dT]/gu, "");
  const parts = [name, panel, stamp].map((part) => Array.from(part)
    .slice(0, NAME_CHARACTERS_MAX).join("")
    .replaceAll(/[\p{Cc}\p{Cf}\s\\/:*?"<>|]+/gu, "_").replaceAll(/^[._]+|[._]+$/gu, ""));
  return `${parts.filter((part) => part !== "").join("-")}.${extension}`;
}

export interface Picture {
  readonly title: string;
  /** What of it is shown, and as of when. */
  readonly subtitle: string;
  readonly kind: string;
  readonly rows: readonly Row[];
  /** `null` for what is no chart: its rows are written out. */
  readonly chart: HTMLCanvasElement | null;
  readonly width: number;
  readonly height: number;
}

/** The picture of a panel, in the colours of the theme. */
export function paint(picture: Picture, fontFamily: string, ctx: Context): HTMLCanvasElement {
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
  } else {
    const [row] = picture.rows;
    write(ctx.format.withError(row?.value ?? null, row?.error ?? null),
      width / 2, height / 2 + 30, 48, colors.text, "center", 700, width - 48);
  }
  legend.forEach((row, i) => {
    const x = picture.width + 40;
    const y = 92 + i * 22;
    to.fillStyle = (row.color === null ? undefined : colors.palette[row.color]) ?? colors.rest;
    to.fillRect(x, y - 10, 11, 11);
    write(row.label, x + 20, y, 13, colors.text, "left", 400, width - x - 165);
    const share = ctx.format.percent(shareOf(picture.rows, row.value));
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

/** Hands a canvas to the reader as a file. */
export function save(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => {
    if (blob !== null) saveBlob(blob, name);
  }, "image/png");
}

/** Hands bytes to the reader as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has the bytes as soon as it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
