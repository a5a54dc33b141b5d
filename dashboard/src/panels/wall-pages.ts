// The page of panels that a wall shows. Pages are turned slowly, and by keys; where nothing
// is to move, by keys alone. The indicator says in words and as marks which page it is.
import type { Context } from "../data/context";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { isStill } from "../dom/motion";

const PAGE_MS = 20_000;
/** After a reader turned a page, the pages stay for so long. */
const REST_MS = 60_000;

export class WallPages {
  readonly #text = h("span");
  readonly #marks = h("span", { class: "wall-marks", "aria-hidden": "true" });
  readonly #items: HTMLElement[] = [];
  readonly element = h("div", { class: "wall-pages", "data-testid": "wall-pages", role: "status" }, this.#text, this.#marks);
  readonly #changed: () => void;
  #count = 1;
  #at = 0;
  #runs = false;
  #turnAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `changed` draws the panels again. */
  constructor(changed: () => void) {
    this.#changed = changed;
    setShown(this.element, false);
  }

  /** The page that is shown of so many. `pinned` keeps one; `null` means that none is kept. */
  update(count: number, pinned: number | null, ctx: Context): number {
    this.#count = count;
    if (this.#at >= count) this.#at = 0;
    if (pinned !== null) this.#at = pinned;
    setShown(this.element, count > 1);
    const runs = count > 1 && pinned === null && ctx.pause === null;
    if (runs && !this.#runs) this.#turnAt = performance.now() + PAGE_MS;
    this.#runs = runs;
    if (runs) this.#timer ??= setInterval(() => this.#tick(), 1000);
    setText(this.#text, ctx.words.wall.page(String(this.#at + 1), String(count)));
    resize(this.#marks, this.#items, count > 1 ? count : 0, () => h("i"));
    this.#items.forEach((item, i) => setAttr(item, "data-at", i === this.#at ? "" : null));
    return this.#at;
  }

  /** Goes on by so many pages, or back. */
  turn(by: number): void {
    if (this.#count < 2) return;
    this.#go(by);
    this.#turnAt = performance.now() + REST_MS;
  }

  #tick(): void {
    if (!this.#runs || document.hidden || isStill() || performance.now() < this.#turnAt) return;
    this.#go(1);
    this.#turnAt = performance.now() + PAGE_MS;
  }

  #go(by: number): void {
    this.#at = (this.#at + by + this.#count) % this.#count;
    this.#changed();
  }
}
