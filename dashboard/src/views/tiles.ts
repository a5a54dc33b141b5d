// The headline: few figures, large enough to be read from across the room.
import type { Context } from "../data/context";
import { textEm } from "../data/text-room";
import { h, raw, setAttr, setEm, setShown, setText } from "../dom/element";
import { Sparkline } from "../plots/sparkline";
import type { Point } from "../wire/shapes";
import { tile, TILE_SERIES, TILES, type TileId } from "./tile-model";

const NONE: readonly Point[] = [];

interface TileView {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly value: HTMLElement;
  readonly note: HTMLElement;
}

export class Tiles {
  readonly element = h("section", { class: "tiles", "data-testid": "tiles" });
  readonly #views: ReadonlyMap<TileId, TileView>;
  readonly #sparks = new Map<TileId, Sparkline>();
  /** Sources without a record timestamp never measure a latency. */
  #latencySeen = false;

  constructor() {
    this.#views = new Map(TILES.map((id) => [id, this.#make(id)]));
    for (const id of TILES) {
      if (TILE_SERIES[id] === undefined) continue;
      const spark = new Sparkline();
      this.#sparks.set(id, spark);
      // A small tile has its line beside the value, so that nothing runs through its words.
      const view = this.#views.get(id);
      (id === "rate" ? view?.element : view?.value.parentElement)?.append(spark.element);
    }
  }

  update(ctx: Context): void {
    setAttr(this.element, "aria-label", ctx.words.tiles.group);
    for (const [id, view] of this.#views) {
      const model = tile(id, ctx);
      setText(view.label, model.label);
      setText(view.value, model.text);
      setEm(view.value, textEm(model.text));
      setText(view.note, model.note);
      setAttr(view.note, "title", model.note);
      setAttr(view.element, "data-value", raw(model.value));
      setAttr(view.value, "title", `${model.label}: ${model.full}`);
      if (id === "latency") this.#latencySeen ||= model.value !== null;
    }
    const latency = this.#views.get("latency");
    if (latency !== undefined) setShown(latency.element, this.#latencySeen);
    for (const [id, spark] of this.#sparks) spark.update(ctx.state.series.get(TILE_SERIES[id] ?? "") ?? NONE);
  }

  #make(id: TileId): TileView {
    const label = h("h2", { class: "tile-label" });
    const value = h("div", { class: "tile-value" });
    const note = h("div", { class: "tile-note" });
    const element = h("article",
      { class: "tile surface", "data-tile": id, "data-testid": `tile-${id}` },
      h("div", { class: "tile-text" }, label, h("div", { class: "tile-figure" }, value), note));
    this.element.append(element);
    return { element, label, value, note };
  }
}
