// Provinces as tiles on a canvas, for a picture in a file: the tiles as they stand on the
// page, and the ranking as far as it has room.
import { THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import type { DrawnTilemap } from "./tilemap";
import type { RankModel } from "./tilemap-model";
import { RANK_LINE_EM } from "./tilemap-fit";

const SCALE = 2;
const GAP_EM = 0.22;
/** Columns of a line of the ranking, in multiples of the text size. */
const PLACE_EM = 1.6;
const ARROW_EM = 2;

export interface PictureBox {
  readonly width: number;
  readonly height: number;
  readonly fontPx: number;
  readonly fontFamily: string;
}

/** `null` where the browser gives no canvas. */
export function tilemapPicture({ model, fit }: DrawnTilemap, box: PictureBox, ctx: Context): HTMLCanvasElement | null {
  const canvas = document.createElement("canvas");
  canvas.width = box.width * SCALE;
  canvas.height = box.height * SCALE;
  const to = canvas.getContext("2d");
  if (to === null) return null;
  to.scale(SCALE, SCALE);
  const colors = THEMES[ctx.theme];
  const write = writer(to, box);
  const [wide, high, gap] = [fit.tileWidth, fit.tileHeight, GAP_EM].map((em) => em * box.fontPx) as [number, number, number];
  for (const tile of model.tiles) {
    const [x, y] = [tile.column * (wide + gap), tile.line * (high + gap)];
    to.fillStyle = tile.fill ?? colors.nothing;
    to.fillRect(x, y, wide, high);
    const ink = tile.ink ?? colors.muted;
    const figure = fit.figure === null || fit.isFlat ? "" : tile.figure;
    const name = fit.name * box.fontPx;
    const label = fit.isFlat && tile.figure !== "" ? `${tile.name} ${tile.figure}` : tile.name;
    write(label, x + wide / 2, y + high / 2 + (figure === "" ? name * 0.36 : -name * 0.08), name, ink, "center", 600);
    if (figure !== "") write(figure, x + wide / 2, y + high / 2 + (fit.figure ?? 0) * box.fontPx * 1.1, (fit.figure ?? 0) * box.fontPx, ink, "center");
  }
  const below = (high + gap) * model.grid.lines;
  if (model.outside !== "") write(model.outside, 0, below + box.fontPx, box.fontPx * 0.85, colors.muted);
  const top = fit.isWide ? 0 : below + box.fontPx * 2.2;
  const left = fit.isWide ? box.width - fit.ranking.width * box.fontPx : 0;
  writeRanking(write, model.ranking, { ...box, left, top }, fit.ranking.columns, ctx);
  return canvas;
}

type Write = (text: string, x: number, y: number, px: number, color: string, align?: CanvasTextAlign, weight?: number, room?: number) => void;

function writer(to: CanvasRenderingContext2D, { fontFamily }: PictureBox): Write {
  return (text, x, y, px, color, align = "left", weight = 400, room) => {
    to.font = `${weight} ${px}px ${fontFamily}`;
    to.fillStyle = color;
    to.textAlign = align;
    to.fillText(text, x, y, room);
  };
}

function writeRanking(
  write: Write, ranking: readonly RankModel[], box: PictureBox & { readonly left: number; readonly top: number },
  columns: number, ctx: Context,
): void {
  const colors = THEMES[ctx.theme];
  const line = RANK_LINE_EM * box.fontPx;
  const lines = Math.floor((box.height - box.top) / line);
  const room = lines * columns;
  const shown = ranking.length <= room ? ranking : ranking.slice(0, Math.max(0, room - columns));
  const column = (box.width - box.left) / columns;
  shown.forEach((entry, i) => {
    const x = box.left + (i % columns) * column;
    const y = box.top + Math.floor(i / columns) * line + line * 0.7;
    const px = box.fontPx;
    const value = x + column - px * 0.6;
    write(entry.rank === "" ? "–" : entry.rank, x + px * PLACE_EM, y, px * 0.85, colors.muted, "right");
    write(entry.name, x + px * (PLACE_EM + 0.5), y, px, colors.text, "left", 400, column - px * (PLACE_EM + ARROW_EM + 5));
    write(entry.arrow, value - px * 5, y, px * 0.85, colors.muted, "right");
    write(entry.value, value, y, px, colors.text, "right", 600);
  });
  if (shown.length < ranking.length) {
    write(ctx.words.tilemap.rest(ctx.format.full(ranking.length - shown.length)),
      box.left, box.top + lines * line - line * 0.3, box.fontPx * 0.85, colors.muted);
  }
}
