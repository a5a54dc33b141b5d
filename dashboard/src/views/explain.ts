// One record explained: its verdict and the reason, by the host, which reads the log
// before it again.
import type { Context } from "../data/context";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";
import { modal } from "../dom/modal";
import type { Answer } from "../net/ask";
import { decodeExplanation } from "../wire/decode-explanation";
import { accountOf, type Account, type Line } from "./account";

interface Asked {
  readonly partition: string;
  readonly offset: string;
  /** `null` means that the host computes. */
  readonly answer: Answer | null;
}

export class Explain {
  readonly #title = h("h2", { id: "explain-title" });
  readonly #state = h("p", { class: "explain-state", role: "status", "data-testid": "explain-state" });
  readonly #account = h("div", { class: "explain-account", tabindex: "0", role: "group" });
  readonly #note = h("p", { class: "explain-note" });
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element = modal("explain", this.#title, this.#state, this.#account, this.#note, this.#close);
  readonly #ask: (path: string) => Promise<Answer>;
  readonly #changed: () => void;
  #asked: Asked | null = null;
  #drawn: { asked: Asked; lang: string } | null = null;

  constructor(ask: (path: string) => Promise<Answer>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
    this.#close.addEventListener("click", () => this.element.close());
  }

  get open(): boolean {
    return this.element.open;
  }

  /** Opens the dialog for a place such as `0@41`. */
  show(place: string): void {
    const [partition = "", offset = ""] = place.split("@");
    const asked: Asked = { partition, offset, answer: null };
    this.#asked = asked;
    if (!this.element.open) this.element.showModal();
    this.#close.focus();
    this.#changed();
    const query = new URLSearchParams({ partition, offset });
    void this.#ask(`api/v1/explain?${query}`).then((answer) => {
      // Another record may have been asked about meanwhile.
      if (this.#asked === asked) this.#asked = { ...asked, answer };
      this.#changed();
    });
  }

  update(ctx: Context): void {
    const asked = this.#asked;
    if (asked === null || !this.element.open) return;
    if (this.#drawn?.asked === asked && this.#drawn.lang === ctx.lang) return;
    this.#drawn = { asked, lang: ctx.lang };
    const words = ctx.words.explain;
    setText(this.#title, words.title(asked.partition, asked.offset));
    setAttr(this.#account, "aria-label", this.#title.textContent);
    setText(this.#close, words.close);
    setText(this.#note, words.source);
    const { answer } = asked;
    const explanation = answer?.kind === "ok" ? decodeExplanation(answer.value) : null;
    const account = explanation === null ? null : accountOf(explanation, ctx);
    setText(this.#state, account !== null ? "" : answer === null ? words.computing
      : answer.kind === "refused" ? answer.error : words.unreachable);
    setAttr(this.#state, "data-tone", answer === null ? null : "bad");
    setShown(this.#state, account === null);
    setShown(this.#account, account !== null);
    setShown(this.#note, account !== null);
    if (account !== null) this.#account.replaceChildren(...parts(account, ctx));
  }
}

function parts(account: Account, ctx: Context): HTMLElement[] {
  const words = ctx.words.explain;
  return [
    list(account.lines),
    ...(account.metrics.length === 0 ? [] : [h("h3", {}, words.metrics)]),
    ...account.metrics.map(({ name, lines }) =>
      h("div", { class: "explain-metric" }, h("h4", {}, name), list(lines))),
    ...(account.columns.length === 0 ? [] : [h("h3", {}, words.columns), list(account.columns)]),
  ];
}

function list(lines: readonly Line[]): HTMLElement {
  return h("dl", {}, ...lines.map((line) => {
    const text = h("dd", {
      ...(line.title === undefined ? {} : { title: line.title }),
      ...(line.tone === undefined ? {} : { "data-tone": line.tone }),
      ...(line.mono === true ? { "data-mono": "" } : {}),
    }, ...(line.icon === undefined ? [] : [icon(line.icon)]), h("span", {}, line.text));
    return h("div", {}, h("dt", {}, line.name), text);
  }));
}
