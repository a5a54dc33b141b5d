// How wide a text is as it is drawn on a canvas.
import { textEm } from "../data/text-room";
import { axisText } from "./common";
import type { ChartStyle } from "./style";

const KNOWN_MAX = 4000;
const known = new Map<string, number>();
let pen: CanvasRenderingContext2D | null = null;

/** The width in pixels at a multiple of the text size; an estimate where there is no browser. */
export function textWidth(text: string, style: ChartStyle, scale: number): number {
  const { fontSize, fontFamily } = axisText(style, scale);
  if (typeof document === "undefined") return textEm(text) * fontSize;
  pen ??= document.createElement("canvas").getContext("2d");
  if (pen === null) return textEm(text) * fontSize;
  const font = `${fontSize}px ${fontFamily}`;
  const of = `${font}\n${text}`;
  const before = known.get(of);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  pen.font = font;
  const { width } = pen.measureText(text);
  known.set(of, width);
  return width;
}
