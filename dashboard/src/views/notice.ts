// The reason why there is nothing to see yet, or no more, or something to look at in a
// running pipeline: the cause in the reader's language, one command to try, and
// whether the host resumes by itself.
import type { Context } from "../data/context";
import { clip } from "../data/format";
import { protocolDiffers } from "../data/page-state";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import { causeWords } from "../i18n/words";
import type { Cause } from "../wire/shapes";

const CAUSE_CHARACTERS_MAX = 400;
const COPIED_MS = 2000;

export class Notice {
  readonly element: HTMLElement;
  readonly #icon = icon("hourglass");
  readonly #title = h("h2");
  readonly #cause = h("p", { class: "notice-cause", "data-testid": "cause" });
  readonly #note = h("p", { class: "notice-note" });
  readonly #hintLabel = h("span");
  readonly #hint = h("code", { tabindex: "0", "data-testid": "hint" });
  readonly #copy = h("button", { type: "button", class: "copy" });
  readonly #hintBox: HTMLElement;
  #copiedUntil = 0;

  constructor(now: () => number) {
    this.#copy.addEventListener("click", () => {
      void copyText(this.#hint).then(() => { this.#copiedUntil = now() + COPIED_MS; });
    });
    this.#hintBox = h("div", { class: "notice-hint" }, this.#hintLabel, this.#hint, this.#copy);
    this.element = h("section", { class: "notice", "data-testid": "notice", role: "alert" },
      this.#icon, h("div", { class: "notice-text" }, this.#title, this.#cause, this.#note),
      this.#hintBox);
  }

  update(ctx: Context): void {
    const { words } = ctx;
    const kind = kindOf(ctx);
    setShown(this.element, kind !== null);
    if (kind === null) return;
    const cause = causeOf(ctx);
    setAttr(this.element, "data-kind", kind);
    // A warning stays as long as the data is so, and interrupts nobody.
    setAttr(this.element, "role", kind === "warning" ? "status" : "alert");
    setIcon(this.#icon, ICONS[kind]);
    setText(this.#title, words.notice[kind]);
    const causes = kind === "warning" ? ctx.state.status?.warnings ?? [] : cause === null ? [] : [cause];
    const text = causes.map((each) => clip(causeWords(each, ctx.lang), CAUSE_CHARACTERS_MAX)).join(" · ");
    setText(this.#cause, text);
    setShown(this.#cause, text !== "");
    setAttr(this.#cause, "data-code", cause?.code ?? null);
    setAttr(this.#cause, "title", cause?.message ?? null);
    setText(this.#note, NOTES[kind](words.notice));
    setShown(this.#note, kind !== "warning" && cause?.code !== PROTOCOL.code);
    this.#updateHint(cause, ctx);
  }

  #updateHint(cause: Cause | null, ctx: Context): void {
    const hint = cause?.hint ?? null;
    setShown(this.#hintBox, hint !== null);
    if (hint === null) return;
    const { notice } = ctx.words;
    setText(this.#hintLabel, notice.hint);
    setText(this.#hint, hint);
    setAttr(this.#hint, "tabindex", ctx.kiosk ? null : "0");
    setText(this.#copy, ctx.now < this.#copiedUntil ? notice.copied : notice.copy);
  }
}

type Kind = "waiting" | "failed" | "warning";

const ICONS = { waiting: "hourglass", failed: "failed", warning: "warning" } as const;

const NOTES: Record<Kind, (words: Context["words"]["notice"]) => string> = {
  waiting: (words) => words.retry,
  failed: (words) => words.stopped,
  warning: () => "",
};

function kindOf({ page, state }: Context): Kind | null {
  if (page === "waiting" || page === "failed") return page;
  const warned = (state.status?.warnings.length ?? 0) > 0;
  return warned ? "warning" : null;
}

/** The page's own cause: it cannot read what this host sends. */
const PROTOCOL: Cause = {
  code: "protocol", message: "protocol versions differ", args: {}, hint: null,
};

function causeOf(ctx: Context): Cause | null {
  if (protocolDiffers(ctx.state)) return PROTOCOL;
  return ctx.state.status?.cause ?? ctx.state.status?.warnings[0] ?? null;
}

/** Copies by the clipboard, or where that is not allowed selects for the hand. */
async function copyText(element: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
  } catch {
    getSelection()?.selectAllChildren(element);
    throw new Error("the clipboard is not available; the text is selected");
  }
}
