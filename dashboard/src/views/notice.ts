// The sentence above everything at the moment of trouble, with one command to try.
import type { Context } from "../data/context";
import { hintOf, sentenceOf, type Sentence, type Tone } from "../data/trouble";
import { copyText } from "../dom/copy";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import type { Cause } from "../wire/shapes";

const COPIED_MS = 2000;

/** What the reader has put away, by the name that its sentence gives it. */
export interface SeenMemory {
  readonly seen: () => string | null;
  /** `null` shows everything again. */
  readonly see: (name: string | null) => void;
}

export class Notice {
  readonly element: HTMLElement;
  readonly #icon = icon("hourglass");
  readonly #title = h("h2", { "data-testid": "trouble" });
  readonly #cause = h("p", { class: "notice-cause", "data-testid": "more-troubles" });
  readonly #note = h("p", { class: "notice-note", "data-testid": "trouble-note" });
  readonly #hintLabel = h("span");
  readonly #hint = h("code", { tabindex: "0", "data-testid": "hint" });
  readonly #copy = h("button", { type: "button", class: "copy" });
  readonly #hintBox: HTMLElement;
  readonly #seen = h("button", { type: "button", class: "copy", "data-testid": "notice-seen" });
  readonly #awayText = h("span");
  /** Stands in the head of the page while the reader has put the notice away. */
  readonly away = h("button", { type: "button", class: "notice-away", "data-testid": "notice-away" },
    icon("warning"), this.#awayText);
  readonly #memory: SeenMemory;
  #sentence: Sentence | null = null;
  #copiedUntil = 0;

  constructor(now: () => number, memory: SeenMemory) {
    this.#memory = memory;
    this.#seen.addEventListener("click", () => memory.see(this.#sentence?.seenAs ?? null));
    this.away.addEventListener("click", () => memory.see(null));
    this.#copy.addEventListener("click", () => {
      void copyText(this.#hint).then((isCopied) => { if (isCopied) this.#copiedUntil = now() + COPIED_MS; });
    });
    this.#hintBox = h("div", { class: "notice-hint" }, this.#hintLabel, this.#hint, this.#copy);
    this.element = h("section", { class: "notice", "data-testid": "notice", role: "alert" },
      this.#icon, h("div", { class: "notice-text" }, this.#title, this.#cause, this.#note),
      this.#hintBox, this.#seen);
  }

  update(ctx: Context): void {
    const sentence = sentenceOf(ctx);
    this.#sentence = sentence;
    const isAway = sentence !== null && sentence.seenAs !== null && sentence.seenAs === this.#memory.seen();
    setShown(this.element, sentence !== null && !isAway);
    setShown(this.away, isAway);
    if (sentence === null) return;
    if (isAway) this.#sayAway(sentence, ctx);
    else this.#say(sentence, ctx);
  }

  #sayAway({ lines }: Sentence, { words: { notice } }: Context): void {
    setText(this.#awayText, `${notice.putAway} ${lines.length}`);
    setAttr(this.away, "title", [notice.again, ...lines].join("\n"));
  }

  #say({ tone, lines, age, outlook, cause, codes, seenAs }: Sentence, ctx: Context): void {
    setShown(this.#seen, seenAs !== null && !ctx.kiosk);
    setText(this.#seen, ctx.words.notice.seen);
    const [first, ...rest] = lines;
    setAttr(this.element, "data-kind", tone);
    setAttr(this.element, "data-codes", codes.join(" "));
    // What degrades a result stays as long as the data is so, and interrupts nobody.
    setAttr(this.element, "role", tone === "degraded" || tone === "noted" ? "status" : "alert");
    setIcon(this.#icon, ICONS[tone]);
    setText(this.#title, first ?? "");
    setAttr(this.#title, "data-code", cause?.code ?? null);
    setAttr(this.#title, "title", cause?.message ?? null);
    setText(this.#cause, rest.join(" · "));
    setShown(this.#cause, rest.length > 0);
    const note = [age, outlook].filter((part) => part !== "").join(ctx.lang === "zh" ? "" : " ");
    setText(this.#note, note);
    setShown(this.#note, note !== "");
    this.#updateHint(cause, ctx);
  }

  #updateHint(cause: Cause | null, ctx: Context): void {
    const hint = hintOf(cause, ctx);
    setShown(this.#hintBox, hint !== null);
    if (hint === null) return;
    const { notice } = ctx.words;
    setText(this.#hintLabel, hint.words);
    setText(this.#hint, hint.command ?? "");
    setShown(this.#hint, hint.command !== null);
    setShown(this.#copy, hint.command !== null);
    setAttr(this.#hint, "tabindex", ctx.kiosk ? null : "0");
    setText(this.#copy, ctx.now < this.#copiedUntil ? notice.copied : notice.copy);
  }
}

const ICONS: Readonly<Record<Tone, "hourglass" | "failed" | "warning">> = {
  waiting: "hourglass", failed: "failed", troubled: "warning", degraded: "warning", noted: "warning",
  dated: "warning",
};
