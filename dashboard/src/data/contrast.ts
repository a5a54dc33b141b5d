// Colours as `#rrggbb`, their contrast, and the nearest one that can be read. Pure.

/** The contrast of two colours as WCAG 2 defines it: 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Red, green and blue, each from 0 to 255. */
export function channels(color = "#000000"): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** A colour between two: 0 is the first, 1 the second. */
export function mixed(from: string, to: string, place: number): string {
  const ends = channels(to);
  return `#${channels(from).map((channel, i) =>
    Math.round(channel + ((ends[i] ?? channel) - channel) * place).toString(16).padStart(2, "0")).join("")}`;
}

const STEPS = 40;

/** The colour, or the nearest one towards black or nearly white with that contrast to all of the grounds. */
export function readable(color: string, grounds: readonly string[], least: number): string {
  const isReadable = (one: string) => grounds.every((ground) => contrast(one, ground) >= least);
  const ends = ["#f2f4f6", "#000000"];
  for (let step = 0; step <= STEPS; step += 1) {
    const found = ends.map((end) => mixed(color, end, step / STEPS)).find(isReadable);
    if (found !== undefined) return found;
  }
  return color;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
