// The shades of a sequential scale, and the ink that can be read on each of them. Pure.
import { contrast, mixed } from "../data/contrast";

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
  const fill = mixed(colors[low] ?? DARK_INK, colors[Math.min(low + 1, colors.length - 1)] ?? DARK_INK, at - low);
  return { fill, ink: contrast(fill, DARK_INK) >= contrast(fill, PALE_INK) ? DARK_INK : PALE_INK };
}
