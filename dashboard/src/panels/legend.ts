// The labels of a ring, as a list beside it: colour, name, share and value. A list in
// the document never collides and is read by screen readers. Its density follows from
// the room: no line is ever cut, and where even the densest lines do not fit, the list
// scrolls and says so.
import { colorOf, THEMES } from "../charts/palette";
import { textEm, widestName } from "../data/text-room";
import type { Context } from "../data/context";
import { shareOf, sum, type Row } from "../data/rows";
import { markOf, verdictWhole } from "../data/thresholds";
import { h, resize, setAttr, setText } from "../dom/element";

/** More entries than this cannot be told apart in a ring either. */
const ENTRIES_MAX = 40;

/**
 * `roomy`: names may take two lines; `tight`: one line each; `dense`: smaller,
 * without the value; `columns`: the same in two columns; `scroll`: what does
 * not fit is below.
 */
export type Density = "roomy" | "tight" | "dense" | "columns" | "scroll";

/** The height of an entry with its gap, in multiples of the text size, as in charts.css. */
const LINE_HEIGHTS = { roomy: 3.3, roomyNarrow: 4.3, tight: 1.8, dense: 1.3 } as const;
/** A legend up to this width has the value under the name. */
const NARROW_WIDTH_MAX = 28;
/** Two columns leave names their width or this much of it, in multiples of the text size. */
const COLUMN_NAME_EM = 6;
/** The size of names in columns, and what an entry has besides its name, as in charts.css. */
const COLUMN_NAME_SCALE = 0.9;
const COLUMN_ENTRY_EM = 4.6;
/** The part of the width that a ring beside columns has at most, and the gap between both. */
const COLUMN_RING = 0.45;
const COLUMN_GAP = 1;

/** Names of which three letters are left say nothing. */
function hasColumns(width: number, height: number, name: number): boolean {
  const legend = width - Math.min(height, width * COLUMN_RING) - COLUMN_GAP;
  return legend / 2 - COLUMN_ENTRY_EM >= COLUMN_NAME_SCALE * Math.min(name, COLUMN_NAME_EM);
}

/** The roomiest way in which all entries fit; sizes in multiples of the text size, `name` that of the widest name. */
export function densityFor(entries: number, width: number, height: number, name: number): Density {
  const fits = (lines: number, line: number) => lines * line <= height;
  const narrow = width <= NARROW_WIDTH_MAX;
  if (fits(entries, narrow ? LINE_HEIGHTS.roomyNarrow : LINE_HEIGHTS.roomy)) return "roomy";
  if (fits(entries, LINE_HEIGHTS.tight)) return "tight";
  if (fits(entries, LINE_HEIGHTS.dense)) return "dense";
  const columns = hasColumns(width, height, name) && fits(Math.ceil(entries / 2), LINE_HEIGHTS.dense);
  return columns ? "columns" : "scroll";
}

/** How many entries the densest legend has room for, but two. */
export function entriesFor(width: number, height: number, name: number): number {
  const lines = Math.floor(height / LINE_HEIGHTS.dense);
  return Math.max(2, hasColumns(width, height, name) ? lines * 2 : lines);
}

/** A legend up to this width never has a value. */
const BARE_WIDTH_MAX = 18;

/** `true` where a legend of that density has room for counts beside the shares, as in charts.css. */
export function hasCounts(density: Density, width: number): boolean {
  if (width <= BARE_WIDTH_MAX) return false;
  return density === "roomy" || (density === "tight" && width > NARROW_WIDTH_MAX);
}

/** `lines`: names follow each other; `columns`: in two columns; `scroll`: what does not fit is below. */
export type TrendDensity = "lines" | "columns" | "scroll";

/** A legend below a picture takes up to so many lines. */
const TREND_LINES_MAX = 3;
/** The room of an entry besides its name: colour and gaps, in multiples of the text size. */
const TREND_ENTRY_EM = 2.4;

/** The density of a legend below a picture of that width, in multiples of its text size. */
export function trendDensity(names: readonly string[], width: number): TrendDensity {
  let [lines, used] = [1, 0];
  for (const name of names) {
    const wide = textEm(name) + TREND_ENTRY_EM;
    if (used > 0 && used + wide > width) [lines, used] = [lines + 1, 0];
    used += wide;
  }
  if (lines <= TREND_LINES_MAX) return "lines";
  return Math.ceil(names.length / 2) <= TREND_LINES_MAX ? "columns" : "scroll";
}

export class Legend {
  readonly element = h("ul", { class: "legend" });
  readonly #items: HTMLLIElement[] = [];
  /** `true` where the counts have room. */
  hasCounts = false;

  /** `width` and `height` are those of ring and legend together, in multiples of the text size. */
  update(rows: readonly Row[], width: number, height: number, ctx: Context): void {
    const shown = rows.slice(0, ENTRIES_MAX);
    const density = densityFor(shown.length, width, height, widestName(shown));
    setAttr(this.element, "data-density", density);
    this.hasCounts = hasCounts(density, width);
    // A list that scrolls must be reached without a mouse.
    setAttr(this.element, "tabindex", density === "scroll" && !ctx.kiosk ? "0" : null);
    setAttr(this.element, "aria-label", density === "scroll" ? ctx.words.panels.legendMore : null);
    resize(this.element, this.#items, shown.length, entry);
    const total = sum(rows);
    shown.forEach((row, i) => {
      const item = this.#items[i];
      if (item !== undefined) updateEntry(item, row, shareOf(total, row.value), ctx);
    });
  }
}

function entry(): HTMLLIElement {
  return h("li", {},
    h("span", { class: "swatch" }),
    h("span", { class: "legend-name" }),
    h("span", { class: "legend-share" }),
    h("span", { class: "legend-value" }));
}

function updateEntry(item: HTMLLIElement, row: Row, share: number | null, ctx: Context): void {
  const [swatch, name, percent, value] = Array.from(item.children) as HTMLElement[];
  if (!swatch || !name || !percent || !value) return;
  swatch.style.backgroundColor = colorOf(THEMES[ctx.theme], row.color);
  setText(name, `${markOf(row)}${row.label}`);
  // On a wall nothing takes the focus.
  setAttr(name, "role", ctx.kiosk ? null : "button");
  setAttr(name, "tabindex", ctx.kiosk ? null : "0");
  setText(percent, ctx.format.percent(share));
  setText(value, ctx.format.compact(row.value));
  const verdict = verdictWhole(row, ctx.format, ctx.words);
  setAttr(item, "data-level", row.beyond?.level ?? null);
  setAttr(item, "title", `${row.label}: ${ctx.format.withError(row.value, row.error)}${verdict === "" ? "" : ` ${verdict}`}`);
}
