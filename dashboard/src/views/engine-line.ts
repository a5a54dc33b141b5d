// The figures of the engine in one line, where tiles have no room: where the pipeline puts
// figures of its own first.
import type { Context } from "../data/context";
import { h, setAttr, setShown, setText } from "../dom/element";
import { tile, TILES, type TileId } from "./tile-model";

export class EngineLine {
  readonly #list = h("dl");
  readonly element = h("section", { class: "engine-line", "data-testid": "engine-line" }, this.#list);
  readonly #items: ReadonlyMap<TileId, readonly [item: HTMLElement, name: HTMLElement, value: HTMLElement]>;

  constructor() {
    this.#items = new Map(TILES.map((id) => {
      const [name, value] = [h("dt"), h("dd")];
      const item = h("div", { "data-engine": id }, name, value);
      this.#list.append(item);
      return [id, [item, name, value]];
    }));
    this.element.hidden = true;
  }

  /** `isShown` is `false` where tiles say the same. */
  update(isShown: boolean, ctx: Context): void {
    setShown(this.element, isShown);
    if (!isShown) return;
    setAttr(this.element, "aria-label", ctx.words.headline.engine);
    for (const [id, [item, name, value]] of this.#items) {
      const model = tile(id, ctx);
      setText(name, model.label);
      setText(value, model.text);
      setAttr(item, "title", `${model.label}: ${model.full}${model.note === "" ? "" : ` · ${model.note}`}`);
    }
  }
}
