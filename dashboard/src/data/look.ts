// The looks that the pipeline file gives the page: its accent in the colours of a theme. Pure.
import { channels, readable } from "./contrast";
import type { Theme } from "./prefs";

/** The grounds on which the accent is written and drawn, as in tokens.css and wall.css. */
const GROUNDS: Readonly<Record<Theme, readonly string[]>> = {
  dark: ["#070d18", "#0f2038", "#101a2c", "#1a2740"],
  light: ["#e6ecf5", "#edf1f7", "#f8fafd", "#ffffff"],
  contrast: ["#000000"],
};
/** Of text, and of text for readers who asked for more. */
const CONTRAST_MIN: Readonly<Record<Theme, number>> = { dark: 4.5, light: 4.5, contrast: 7 };
/** The part of the accent in a tinted ground. */
const SOFT: Readonly<Record<Theme, number>> = { dark: 0.14, light: 0.1, contrast: 0.25 };

export interface AccentColors {
  readonly accent: string;
  readonly soft: string;
}

/** The accent as it can be read in a theme; `null` where the pipeline has none. */
export function accentColors(accent: string | null, theme: Theme): AccentColors | null {
  if (accent === null) return null;
  const color = readable(accent, GROUNDS[theme], CONTRAST_MIN[theme]);
  return { accent: color, soft: `rgba(${channels(color).join(", ")}, ${SOFT[theme]})` };
}
