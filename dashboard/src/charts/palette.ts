// Colours: Okabe and Ito's eight, which readers with any kind of colour vision
// can tell apart, and the two themes around them.
import { metricColor } from "../data/colors";
import type { Theme } from "../data/prefs";

/** A colour for bars and lines, and the deeper end of its gradient. */
export interface Accent {
  readonly color: string;
  readonly deep: string;
}

export interface ThemeColors {
  readonly palette: readonly string[];
  /** Bars and lines, whose keys stand on the axis: one colour for each metric. */
  readonly accents: readonly Accent[];
  /** The rest of a cut list. */
  readonly rest: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly panel: string;
  /** Figures beyond a threshold, as in tokens.css. */
  readonly warn: string;
  readonly bad: string;
  readonly hover: string;
  /** Cells of a heat map from the least to the most: one hue, even steps of lightness. */
  readonly heat: readonly string[];
  /** A cell with nothing in it, which must not look like one with little. */
  readonly nothing: string;
}

/** Okabe–Ito; its black is a grey that both backgrounds can carry. */
const OKABE_ITO = [
  "#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#0072b2", "#d55e00", "#8a94a3",
] as const;
/** `OKABE_ITO` on white, where the yellow would vanish. */
const OKABE_ITO_ON_WHITE = OKABE_ITO.map((color) => (color === "#f0e442" ? "#d0bc00" : color));

const ACCENTS: readonly Accent[] = [
  { color: "#1fb58a", deep: "#007a5a" },
  { color: "#56b4e9", deep: "#1f7db8" },
  { color: "#cc79a7", deep: "#9c4c7a" },
  { color: "#e69f00", deep: "#b07800" },
];

/** OKLCH at hue 245: lightness 0.40 to 0.94, and 0.90 to 0.34 on white. */
const HEAT_DARK = [
  "#014b79", "#0465a0", "#2580c1", "#459cdf", "#63b9fe", "#a3d4fe", "#dbeefe",
] as const;
const HEAT_LIGHT = [
  "#c2e2ff", "#85c7ff", "#54aaee", "#348dcf", "#0870b0", "#025587", "#023b60",
] as const;

/** Paler and stronger, on black. */
const ON_BLACK = [
  "#6cc7ff", "#ffb41f", "#1fd6a0", "#fff04d", "#ff9ccb", "#5a9bff", "#ff7a2e", "#d0d6e0",
] as const;

export const THEMES: Readonly<Record<Theme, ThemeColors>> = {
  dark: {
    palette: OKABE_ITO,
    accents: ACCENTS,
    rest: "#64748b",
    text: "#e8eef8",
    muted: "#9db0cb",
    grid: "rgba(148, 170, 204, 0.14)",
    panel: "#101a2c",
    warn: "#f2b544",
    bad: "#ff8a7a",
    hover: "rgba(148, 170, 204, 0.10)",
    heat: HEAT_DARK,
    nothing: "rgba(148, 170, 204, 0.07)",
  },
  light: {
    palette: OKABE_ITO_ON_WHITE,
    accents: ACCENTS,
    rest: "#94a3b8",
    text: "#10202f",
    muted: "#4a5c75",
    grid: "rgba(40, 66, 104, 0.12)",
    panel: "#ffffff",
    warn: "#855300",
    bad: "#b3261e",
    hover: "rgba(40, 66, 104, 0.07)",
    heat: HEAT_LIGHT,
    nothing: "rgba(40, 66, 104, 0.05)",
  },
  contrast: {
    palette: ON_BLACK,
    accents: [{ color: "#1fd6a0", deep: "#1fd6a0" }, { color: "#6cc7ff", deep: "#6cc7ff" },
      { color: "#ff9ccb", deep: "#ff9ccb" }, { color: "#ffb41f", deep: "#ffb41f" }],
    rest: "#b8c0cc",
    text: "#ffffff",
    muted: "#e6e6e6",
    grid: "rgba(255, 255, 255, 0.4)",
    panel: "#000000",
    warn: "#ffd24d",
    bad: "#ff9d8f",
    hover: "rgba(255, 255, 255, 0.2)",
    heat: HEAT_DARK,
    nothing: "rgba(255, 255, 255, 0.12)",
  },
};

/** The same without pure white, which burns into a screen that shows it for weeks. */
export function onWall(colors: ThemeColors): ThemeColors {
  const soft = (color: string) => (color === "#ffffff" ? "#f2f4f6" : color);
  return { ...colors, text: soft(colors.text), panel: soft(colors.panel) };
}

/** The colour of a key by its place in the palette; `null` means the rest of a cut list. */
export function colorOf(colors: ThemeColors, place: number | null): string {
  return (place === null ? undefined : colors.palette[place]) ?? colors.rest;
}

/** The colour of the bars and lines of a metric. */
export function accentOf(theme: Theme, metric: string): Accent {
  const { accents } = THEMES[theme];
  return accents[metricColor(metric, accents.length)] ?? { color: "#56b4e9", deep: "#1f7db8" };
}
