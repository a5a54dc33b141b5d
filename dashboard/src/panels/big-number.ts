// A panel that is one number or a few: large digits with their errors.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import type { Row } from "../data/rows";
import { verdictOf } from "../data/thresholds";
import { h, resize, setAttr, setText } from "../dom/element";
import type { Panel } from "../wire/shapes";
import type { PanelModel } from "./panel-model";

/** More numbers than this are a table. */
const NUMBERS_MAX = 6;

export class BigNumber {
  readonly element = h("dl", { class: "big-number" });
  readonly #items: HTMLDivElement[] = [];

  update(panel: Panel, rows: readonly Row[], { unit, measure }: Pick<PanelModel, "unit" | "measure">, ctx: Context): void {
    const shown = rows.slice(0, NUMBERS_MAX);
    resize(this.element, this.#items, shown.length, () => h("div", {}, h("dt"), h("dd", {}, h("span"), h("small"), h("b", { class: "verdict" }))));
    shown.forEach((row, i) => {
      const [name, figures] = Array.from(this.#items[i]?.children ?? []);
      const [value, error, verdict] = Array.from(figures?.children ?? []);
      if (!name || !figures || !value || !error || !verdict) return;
      setText(name, panel.dimension === null ? unit : row.label);
      setText(value, ctx.format.headline(row.value));
      setText(error, joined(ctx.format.relativeError(row.value, row.error, measure.unit), row.past?.text ?? ""));
      setText(verdict, verdictOf(row, ctx.words));
      setAttr(figures, "data-level", row.beyond?.level ?? null);
      setAttr(figures, "title", ctx.format.withError(row.value, row.error));
    });
  }
}
