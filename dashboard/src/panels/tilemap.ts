// Tiles in the order of a map, such as provinces, with their ranking, drawn: shows its model.
import { THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import type { Row } from "../data/rows";
import { Pulses } from "../data/tilemap";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { isStill } from "../dom/motion";
import { Room } from "../dom/room";
import { fitOf, type TilemapFit } from "./tilemap-fit";
import { tilemapModel, type TileModel, type TilemapInput, type TilemapModel } from "./tilemap-model";
import { TilemapRanking } from "./tilemap-ranking";

export interface TilemapActions {
  readonly drill: (row: Row) => void;
  readonly showShare: (on: boolean) => void;
}

/** The last drawing, for a picture of it. */
export interface DrawnTilemap {
  readonly model: TilemapModel;
  readonly fit: TilemapFit;
}

export class Tilemap {
  readonly #grid = h("div", { class: "tilemap-grid", role: "img" });
  readonly #outside = h("p", { class: "tilemap-outside" });
  readonly #byValue = h("button", { type: "button", "data-by": "value" });
  readonly #byShare = h("button", { type: "button", "data-by": "share" });
  readonly #by = h("div", { class: "segments", role: "group" }, this.#byValue, this.#byShare);
  readonly #least = h("span");
  readonly #ramp = h("i");
  readonly #most = h("span");
  readonly #scale = h("span", { class: "tilemap-scale" }, this.#least, this.#ramp, this.#most);
  readonly #ranking: TilemapRanking;
  readonly element: HTMLElement;
  readonly #cells: HTMLElement[] = [];
  readonly #pulses = new Pulses();
  readonly #room: Room;
  #rows: readonly (Row | null)[] = [];
  #drawn: DrawnTilemap | null = null;

  constructor(actions: TilemapActions) {
    this.#ranking = new TilemapRanking(actions.drill);
    this.#byValue.addEventListener("click", () => actions.showShare(false));
    this.#byShare.addEventListener("click", () => actions.showShare(true));
    this.#grid.addEventListener("click", (event) => {
      const cell = event.target instanceof Element ? event.target.closest(".place") : null;
      const row = this.#rows[this.#cells.findIndex((each) => each === cell)];
      if (row !== undefined && row !== null) actions.drill(row);
    });
    this.#grid.addEventListener("animationend", (event) => {
      if (event.target instanceof Element) event.target.removeAttribute("data-pulse");
    });
    this.element = h("div", { class: "tilemap" },
      h("div", { class: "tilemap-map" }, this.#grid, this.#outside,
        h("div", { class: "tilemap-foot" }, this.#by, this.#scale)),
      this.#ranking.element);
    this.#room = new Room(this.element);
  }

  get drawn(): DrawnTilemap | null {
    return this.#drawn;
  }

  /** `of` names what the rows are of; `summary` says the picture in words. */
  update(input: TilemapInput, of: string, summary: string, ctx: Context): void {
    const model = tilemapModel(input, ctx);
    const fit = fitOf(this.#room.em, this.#room.heightEm, {
      columns: model.grid.columns, lines: model.grid.lines,
      names: model.tiles.map(({ name }) => name), figures: model.tiles.map(({ figure }) => figure),
      entries: model.ranking.length, hasOutside: model.outside !== "", hasSince: model.since !== "", isWall: ctx.kiosk,
    });
    this.#drawn = { model, fit };
    setAttr(this.element, "data-side", fit.isWide ? "right" : "below");
    setAttr(this.element, "data-flat", fit.isFlat ? "" : null);
    this.#grid.style.setProperty("--grid-columns", String(model.grid.columns));
    this.#grid.style.setProperty("--grid-lines", String(model.grid.lines));
    for (const [name, value] of [
      ["--tile-width", fit.tileWidth], ["--tile-height", fit.tileHeight],
      ["--name", fit.name], ["--figure", fit.figure ?? 0], ["--ranking-width", fit.ranking.width],
    ] as const) this.element.style.setProperty(name, value.toFixed(3));
    setAttr(this.#grid, "aria-label", summary);
    resize(this.#grid, this.#cells, model.tiles.length, cell);
    model.tiles.forEach((tile, i) => {
      const element = this.#cells[i];
      if (element !== undefined) updateCell(element, tile, fit.figure !== null);
    });
    this.#rows = model.tiles.map(({ row }) => row);
    this.#pulse(model, of, ctx);
    this.#updateFoot(model, ctx);
    this.#ranking.update(model, input.title, fit.ranking, ctx);
  }

  dispose(): void {
    this.#ranking.dispose();
  }

  #pulse(model: TilemapModel, of: string, ctx: Context): void {
    const grown = this.#pulses.next(of, model.laid.placed, ctx.now);
    if (isStill()) return;
    model.tiles.forEach(({ code }, i) => {
      if (grown.includes(code)) this.#cells[i]?.setAttribute("data-pulse", "");
    });
  }

  #updateFoot(model: TilemapModel, ctx: Context): void {
    const words = ctx.words.tilemap;
    setShown(this.#outside, model.outside !== "");
    setText(this.#outside, model.outside);
    setAttr(this.#outside, "title", model.outside);
    setShown(this.#by, model.hasShares);
    setAttr(this.#by, "aria-label", words.by);
    setText(this.#byValue, words.byValue);
    setText(this.#byShare, words.byShare);
    setAttr(this.#byValue, "aria-pressed", String(!model.isShare));
    setAttr(this.#byShare, "aria-pressed", String(model.isShare));
    setText(this.#least, model.scale.least);
    setText(this.#most, model.scale.most);
    setAttr(this.#scale, "title", model.scale.title);
    this.#ramp.style.backgroundImage = `linear-gradient(to right, ${THEMES[ctx.theme].heat.join(", ")})`;
  }
}

function cell(): HTMLElement {
  return h("div", { class: "place" }, h("span", { class: "place-name" }), h("span", { class: "place-figure" }));
}

function updateCell(element: HTMLElement, tile: TileModel, hasFigure: boolean): void {
  const [name, figure] = Array.from(element.children);
  if (!name || !figure) return;
  setText(name, tile.name);
  setText(figure, hasFigure ? tile.figure : "");
  setAttr(element, "title", tile.title);
  setAttr(element, "data-place", tile.code);
  setAttr(element, "data-level", tile.level);
  setAttr(element, "data-nothing", tile.fill === null ? "" : null);
  element.style.gridColumn = String(tile.column + 1);
  element.style.gridRow = String(tile.line + 1);
  element.style.backgroundColor = tile.fill ?? "";
  element.style.color = tile.ink ?? "";
}
