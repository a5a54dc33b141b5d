// Names that are cut to the width they have, measured as they are drawn. The library's own
// cutting stops after two tries, and what is still too long then leaves the canvas.
import { textEm } from "../data/text-room";
import { axisText } from "./common";
import type { ChartStyle } from "./style";

const KNOWN_MAX = 2000;
const known = new Map<string, string>();
let pen: CanvasRenderingContext2D | null = null;

/** As much of a name as fits the width in pixels, at this multiple of the text size; what is cut ends with an ellipsis. */
export function cut(name: string, width: number, style: ChartStyle, scale: number): string {
  const { fontSize, fontFamily } = axisText(style, scale);
  const font = `${fontSize}px ${fontFamily}`;
  const of = `${font}\n${width}\n${name}`;
  const before = known.get(of);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const made = cutTo(name, (text) => widthOf(text, font, fontSize) <= width);
  known.set(of, made);
  return made;
}

/** The longest beginning of a text that fits together with an ellipsis, or all of it. */
export function cutTo(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const characters = Array.from(text);
  const upTo = (count: number) => `${characters.slice(0, count).join("").trimEnd()}…`;
  let [least, most] = [0, characters.length - 1];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(upTo(middle))) least = middle;
    else most = middle - 1;
  }
  return upTo(least);
}

/** Where there is no browser the widths are estimates. */
function widthOf(text: string, font: string, fontPx: number): number {
  if (typeof document === "undefined") return textEm(text) * fontPx;
  pen ??= document.createElement("canvas").getContext("2d");
  if (pen === null) return textEm(text) * fontPx;
  pen.font = font;
  return pen.measureText(text).width;
}
