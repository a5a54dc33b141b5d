// A quiet line of sentences of single records, the newest first. Nothing slides: a new sentence
// appears in its place, and where nothing is to move, at once.
import type { Context } from "../data/context";
import { fitting, Ticker } from "../data/ticker";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { isStill } from "../dom/motion";
import { Room } from "../dom/room";
import { say } from "../i18n/words";

export class TickerLineView {
  readonly #title = h("h2");
  readonly #list = h("ol");
  readonly #items: HTMLLIElement[] = [];
  /** Readers who hear the page ask for it themselves: it would interrupt them all the time. */
  readonly element = h("section", { class: "ticker", "data-testid": "ticker", "aria-live": "off" }, this.#title, this.#list);
  readonly #ticker = new Ticker();
  readonly #room = new Room(this.#list);
  #newest = "";

  constructor() {
    setShown(this.element, false);
  }

  update(ctx: Context): void {
    const { ticker } = ctx.state;
    // The line keeps its place before its first sentence, so that nothing jumps.
    setShown(this.element, ticker !== null);
    if (ticker === null) return;
    setText(this.#title, ctx.words.ticker.title);
    setAttr(this.element, "aria-label", ctx.words.ticker.group);
    const found = this.#ticker.next(ticker, ctx.now);
    const lines = found.slice(0, fitting(found.map(({ text }) => say(text, ctx.lang)), this.#room.em));
    resize(this.#list, this.#items, lines.length, () => h("li", {}, h("time"), h("span")));
    lines.forEach(({ at, text }, i) => {
      const [time, sentence] = Array.from(this.#items[i]?.children ?? []);
      if (!time || !sentence) return;
      setText(time, ctx.format.clock(at).slice(0, 5));
      setAttr(time, "title", ctx.format.dateTime(at));
      setText(sentence, say(text, ctx.lang));
      setAttr(sentence, "title", say(text, ctx.lang));
    });
    this.#appear(lines[0] === undefined ? "" : `${lines[0].at} ${lines[0].text.zh}`);
  }

  #appear(newest: string): void {
    const [first] = this.#items;
    if (newest === this.#newest || first === undefined) return;
    this.#newest = newest;
    // An animation begins anew by another name.
    setAttr(first, "data-new", isStill() ? null : first.dataset["new"] === "a" ? "b" : "a");
  }
}
