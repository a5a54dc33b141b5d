// The dialog that shares what is seen: links, code to embed, and the whole page as a picture.
import type { Context } from "../data/context";
import { shareLinks, type ShareLinks } from "../data/share";
import { copyText } from "../dom/copy";
import { h, setAttr, setShown, setText } from "../dom/element";
import { modal } from "../dom/modal";

const COPIED_MS = 2000;
const NAMES = ["link", "kiosk", "frame"] as const satisfies readonly (keyof ShareLinks)[];

interface Field {
  readonly label: HTMLLabelElement;
  readonly text: HTMLTextAreaElement;
  readonly copy: HTMLButtonElement;
  copiedAt: number;
}

export interface ShareActions {
  /** Saves the whole page as a picture; `false` where the browser does not draw it. */
  readonly picture: () => Promise<boolean>;
  /** Has the page drawn anew. */
  readonly changed: () => void;
  readonly hasToken: () => boolean;
}

export class Share {
  readonly #title = h("h2", { id: "share-title" });
  readonly #fields: ReadonlyMap<keyof ShareLinks, Field>;
  readonly #note = h("p");
  readonly #picture = h("button", { type: "button", class: "copy", "data-testid": "share-picture" });
  readonly #result = h("p", { role: "status", "data-testid": "share-result" });
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element: HTMLDialogElement;
  readonly #actions: ShareActions;
  #state: "idle" | "working" | "failed" = "idle";

  constructor(actions: ShareActions) {
    this.#actions = actions;
    this.#fields = new Map(NAMES.map((name) => [name, this.#field(name)]));
    this.#close.addEventListener("click", () => this.element.close());
    this.#picture.addEventListener("click", () => void this.#save());
    this.element = modal("share", this.#title,
      ...[...this.#fields.values()].map(({ label, text, copy }) => h("div", { class: "share-field" }, label, text, copy)),
      this.#note, h("div", { class: "share-buttons" }, this.#picture, this.#close), this.#result);
  }

  /** The element that had the focus gets it back when the dialog closes. */
  toggle(): void {
    if (this.element.open) return this.element.close();
    this.#state = "idle";
    this.element.showModal();
    this.#fields.get("link")?.copy.focus();
    this.#actions.changed();
  }

  update(ctx: Context): void {
    if (!this.element.open) return;
    const words = ctx.words.share;
    const links = shareLinks(location.href);
    setText(this.#title, words.title);
    for (const [name, { label, text, copy, copiedAt }] of this.#fields) {
      setText(label, words[name]);
      if (text.value !== links[name]) text.value = links[name];
      const shown = performance.now() - copiedAt < COPIED_MS ? words.copied : words.copy;
      setText(copy, shown);
      setAttr(copy, "aria-label", `${shown}: ${words[name]}`);
    }
    setText(this.#note, [words.frameNote, ...(this.#actions.hasToken() ? [words.tokenNote] : [])].join("\n"));
    setText(this.#picture, words.picture);
    this.#picture.disabled = this.#state === "working";
    setText(this.#close, words.close);
    setShown(this.#result, this.#state !== "idle");
    setText(this.#result, this.#state === "idle" ? "" : words[this.#state]);
  }

  #field(name: keyof ShareLinks): Field {
    const text = h("textarea", { id: `share-${name}`, readonly: "", rows: name === "frame" ? "3" : "2", spellcheck: "false" });
    const copy = h("button", { type: "button", class: "copy", "data-share": name });
    const field: Field = { label: h("label", { for: `share-${name}` }), text, copy, copiedAt: -Infinity };
    copy.addEventListener("click", () => {
      void copyText(text).then((isCopied) => {
        if (isCopied) field.copiedAt = performance.now();
        this.#actions.changed();
      });
    });
    return field;
  }

  async #save(): Promise<void> {
    this.#state = "working";
    this.#actions.changed();
    const isDone = await this.#actions.picture();
    this.#state = isDone ? "idle" : "failed";
    this.#actions.changed();
  }
}
