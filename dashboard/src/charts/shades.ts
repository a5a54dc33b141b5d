// The shades of a sequential scale, and the ink that can be read on each of them. Pure.

export interface Shade {
  readonly fill: string;
  /** Black or nearly white, whichever stands out more. */
  readonly ink: string;
}

const DARK_INK = "#000000";
const PALE_INK = "#fcfdff";

/** The shade at a place from 0 to 1 among colours, which are `#rrggbb` from the least to the most. */
export function shadeAt(colors: readonly string[], place: number): Shade {
  const at = Math.min(1, Math.max(0, place)) * (colors.length - 1);
  const low = Math.floor(at);
  const [from, to] = [channels(colors[low]), channels(colors[Math.min(low + 1, colors.length - 1)])];
  const mixed = from.map((channel, i) => Math.round(channel + ((to[i] ?? channel) - channel) * (at - low)));
  const fill = `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  return { fill, ink: contrast(fill, DARK_INK) >= contrast(fill, PALE_INK) ? DARK_INK : PALE_INK };
}

/** The contrast of two colours as WCAG 2 defines it: 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color = "#000000"): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
