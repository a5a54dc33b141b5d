// One key of a panel: its exact figures, and its trend where the metric has windows.
// The dialog follows the stream.
import type { Context } from "../data/context";
import { clip, joined } from "../data/format";
import { measuresOf, OTHER_KEY, rowsOf, shareOf, sum, type Row } from "../data/rows";
import { trendKind, trendOf, trendWords } from "../data/trend";
import { inUnit } from "../data/units";
import { h, raw, resize, setAttr, setShown, setText } from "../dom/element";
import { modal } from "../dom/modal";
import { say } from "../i18n/words";
import type { Windows } from "../net/windows";
import type { Frame, Panel, Scope } from "../wire/shapes";
import { TrendView } from "./trend-view";

/** The row that was chosen: a key, and where there are two dimensions the second key. */
export interface Chosen {
  readonly key: string;
  readonly second: string | null;
}

export interface KeyFacts {
  readonly label: string;
  readonly facts: readonly { readonly name: string; readonly text: string; readonly value: number | null }[];
}

const SCOPES: readonly Scope[] = ["total", "on_time", "late"];

/** All figures of one row; `null` means that the panel has no such row any more. */
export function keyFacts(panel: Panel, frame: Frame, chosen: Chosen, ctx: Context): KeyFacts | null {
  const { words, lang, format } = ctx;
  const find = (rows: readonly Row[]) =>
    rows.find((row) => row.key === chosen.key && (row.second?.key ?? null) === chosen.second);
  let label: string | null = null;
  const measures = measuresOf(panel);
  const facts = measures.flatMap((measure) => {
    const prefix = measures.length > 1 ? `${say(measure.title, lang)} · ` : "";
    const scoped = SCOPES.map((scope) => {
      const rows = rowsOf(panel, frame, scope, measure, lang, words);
      const row = find(rows);
      if (row !== undefined) label = joined(row.label, row.second?.label ?? "");
      return {
        name: prefix + words.panels[scope], rows, value: row?.value ?? null,
        text: inUnit(format, measure.unit).withError(row?.value ?? null, row?.error ?? null),
      };
    });
    const total = scoped[0];
    const share = measure.additive && total !== undefined
      ? shareOf(sum(total.rows), total.value)
      : null;
    return [
      ...scoped.map(({ name, value, text }) => ({ name, value, text })),
      ...(share === null ? [] : [{ name: prefix + words.panels.share, value: share, text: format.percent(share) }]),
    ];
  });
  return label === null ? null : { label, facts };
}

export class KeyCard {
  readonly #title = h("h2", { id: "key-card-title" });
  readonly #facts = h("dl", { class: "key-facts" });
  readonly #items: HTMLDivElement[] = [];
  readonly #trendTitle = h("h3");
  readonly #trend = new TrendView();
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element = modal("key-card", this.#title, this.#facts, this.#trendTitle, this.#trend.element, this.#close);
  readonly #windows: Windows;
  #open: { readonly panel: Panel; readonly chosen: Chosen } | null = null;

  constructor(windows: Windows) {
    this.#windows = windows;
    this.#close.addEventListener("click", () => this.element.close());
  }

  show(panel: Panel, chosen: Chosen): void {
    this.#open = { panel, chosen };
    if (!this.element.open) this.element.showModal();
    this.#close.focus();
  }

  update(frameOf: (panel: string) => Frame | undefined, ctx: Context): void {
    if (!this.element.open || this.#open === null) return;
    const { panel, chosen } = this.#open;
    const frame = frameOf(panel.id);
    const found = frame === undefined ? null : keyFacts(panel, frame, chosen, ctx);
    setText(this.#close, ctx.words.panels.close);
    setText(this.#title, joined(clip(say(panel.title, ctx.lang), 80), found?.label ?? ""));
    const facts = found?.facts ?? [{ name: ctx.words.panels.empty, text: "", value: null }];
    resize(this.#facts, this.#items, facts.length, () => h("div", {}, h("dt"), h("dd")));
    facts.forEach(({ name, text, value }, i) => {
      const [term, figure] = Array.from(this.#items[i]?.children ?? []);
      if (!term || !figure) return;
      setText(term, name);
      setText(figure, text);
      setAttr(figure, "data-value", raw(value));
    });
    this.#updateTrend(panel, chosen, frame?.rev ?? null, ctx);
  }

  #updateTrend(panel: Panel, chosen: Chosen, rev: number | null, ctx: Context): void {
    const kind = chosen.key === OTHER_KEY ? null : trendKind(panel.windows, null);
    const windows = kind === null ? null : this.#windows.trend(panel.metric, kind, ctx.pause === null ? rev : null).windows;
    const isShown = windows !== null && windows.length > 0;
    setShown(this.#trend.element, isShown);
    setShown(this.#trendTitle, isShown);
    if (windows === null || !isShown) return;
    const only = panel.dimension === null ? "" : chosen.key;
    const trend = trendOf(panel, windows, "total", 0, ctx, only);
    setText(this.#trendTitle, ctx.words.panels.trendOf(kind ?? "", String(windows.length)));
    const shown = { ...ctx, format: inUnit(ctx.format, trend.measure.unit) };
    this.#trend.update(trend, trendWords(this.#title.textContent ?? "", trend, shown), shown);
  }
}
