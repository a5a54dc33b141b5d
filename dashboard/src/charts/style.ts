// The style of a chart: everything an option depends on besides its rows.
import type { Format } from "../data/format";
import type { Row } from "../data/rows";
import type { Threshold } from "../wire/shapes";
import type { Accent, ThemeColors } from "./palette";

export interface ChartStyle {
  readonly colors: ThemeColors;
  readonly format: Format;
  /** The size of ordinary text on the page, in pixels. */
  readonly fontPx: number;
  readonly fontFamily: string;
  readonly width: number;
  readonly height: number;
  /** For tooltips. */
  readonly measure: string;
  /** The titles of the dimensions, for tooltips. */
  readonly titles: readonly string[];
  /** The word for a share, for tooltips. */
  readonly share: string;
  /** The words for a value before and for the change since. */
  readonly before: string;
  readonly change: string;
  /** The words for the rest of values that may not be summed. */
  readonly noSum: string;
  /** The colour of this panel's bars and lines. */
  readonly accent: Accent;
  /** `false` means that a share of the sum says nothing for this measure. */
  readonly additive: boolean;
  /** Thresholds that lines are drawn at. */
  readonly limits: readonly Threshold[];
  /** What is said of a value beyond a threshold; empty where there is nothing to say. */
  readonly verdict: (row: Pick<Row, "beyond">) => string;
}
