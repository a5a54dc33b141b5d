// Names that are cut to the width they have, measured as they are drawn. The library's own
// cutting stops after two tries, and what is still too long then leaves the canvas.
import { clip } from "../data/format";
import type { ChartStyle } from "./style";
import { textWidth } from "./text-width";

export const NAME_CHARACTERS_MAX = 24;
const KNOWN_MAX = 2000;
const known = new Map<string, string>();

/** The name of a key beside a chart: not longer than a name is read, and cut to its room. */
export function shortName(name: string, width: number, style: ChartStyle, scale: number): string {
  return cut(clip(name, NAME_CHARACTERS_MAX), width, style, scale);
}

/** As much of a name as fits the width in pixels, at this multiple of the text size; what is cut ends with an ellipsis. */
export function cut(name: string, width: number, style: ChartStyle, scale: number): string {
  const of = `${style.fontPx}\n${scale}\n${style.fontFamily}\n${width}\n${name}`;
  const before = known.get(of);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const made = cutTo(name, (text) => textWidth(text, style, scale) <= width);
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
