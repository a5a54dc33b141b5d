// One record explained: its verdict and the reason, by the host, which reads the log
// before it again.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";
import { modal } from "../dom/modal";
import type { Answer, Progress } from "../net/ask";
import { decodeExplanation } from "../wire/decode-explanation";
import { accountOf, type Account, type Line } from "./account";

interface Asked {
  readonly partition: string;
  readonly offset: string;
  /** `null` means that the host computes. */
  readonly answer: Answer | null;
  /** How far the host is; `null` means that it has not told. */
  readonly progress: (Progress & { readonly elapsedMs: number }) | null;
}

type Ask = (path: string, told: (progress: Progress) => void, signal: AbortSignal) => Promise<Answer>;

export class Explain {
  readonly #title = h("h2", { id: "explain-title" });
  readonly #state = h("p", { class: "explain-state", role: "status", "data-testid": "explain-state" });
  readonly #bar = h("progress", { class: "explain-bar", "data-testid": "explain-progress" });
  readonly #account = h("div", { class: "explain-account", tabindex: "0", role: "group" });
  readonly #note = h("p", { class: "explain-note" });
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element = modal("explain", this.#title, this.#state, this.#bar, this.#account, this.#note, this.#close);
  readonly #ask: Ask;
  readonly #changed: () => void;
  #asked: Asked | null = null;
  /** Ends the work of the host on the question that was asked last. */
  #work: AbortController | null = null;
  #drawn: { asked: Asked; lang: string } | null = null;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
    this.#close.addEventListener("click", () => this.element.close());
    this.element.addEventListener("close", () => this.#work?.abort());
  }

  get open(): boolean {
    return this.element.open;
  }

  /** Opens the dialog for a place such as `0@41`. */
  show(place: string): void {
    const [partition = "", offset = ""] = place.split("@");
    this.#work?.abort();
    const work = new AbortController();
    this.#work = work;
    this.#asked = { partition, offset, answer: null, progress: null };
    if (!this.element.open) this.element.showModal();
    this.#close.focus();
    this.#changed();
    const begun = performance.now();
    const told = (change: Partial<Asked>) => {
      // Another record may have been asked about meanwhile.
      if (this.#work !== work || this.#asked === null) return;
      this.#asked = { ...this.#asked, ...change };
      this.#changed();
    };
    const query = new URLSearchParams({ partition, offset });
    const heard = (progress: Progress) =>
      told({ progress: { ...progress, elapsedMs: performance.now() - begun } });
    void this.#ask(`api/v1/explain/events?${query}`, heard, work.signal).then((answer) => told({ answer }));
  }

  update(ctx: Context): void {
    const asked = this.#asked;
    if (asked === null || !this.element.open) return;
    if (this.#drawn?.asked === asked && this.#drawn.lang === ctx.lang) return;
    this.#drawn = { asked, lang: ctx.lang };
    const words = ctx.words.explain;
    setText(this.#title, words.title(asked.partition, asked.offset));
    setAttr(this.#account, "aria-label", this.#title.textContent);
    setText(this.#note, words.source);
    const { answer } = asked;
    const explanation = answer?.kind === "ok" ? decodeExplanation(answer.value) : null;
    const account = explanation === null ? null : accountOf(explanation, ctx);
    setText(this.#close, answer === null ? words.cancel : words.close);
    setText(this.#state, account !== null ? "" : answer === null ? progressText(asked.progress, ctx)
      : answer.kind === "refused" ? answer.error : words.unreachable);
    setShown(this.#bar, answer === null);
    setAttr(this.#bar, "aria-label", words.computing);
    setAttr(this.#bar, "max", asked.progress === null ? null : String(asked.progress.of));
    setAttr(this.#bar, "value", asked.progress === null ? null : String(asked.progress.read));
    setAttr(this.#state, "data-tone", answer === null ? null : "bad");
    setShown(this.#state, account === null);
    setShown(this.#account, account !== null);
    setShown(this.#note, account !== null);
    if (account !== null) this.#account.replaceChildren(...parts(account, ctx));
  }
}

/** How far it is, and how long it takes from here at the pace so far. */
export function progressText(progress: Asked["progress"], ctx: Pick<Context, "words" | "format">): string {
  const words = ctx.words.explain;
  if (progress === null) return words.computing;
  const { read, of, elapsedMs } = progress;
  const { full, percent, duration } = ctx.format;
  const far = words.progress(full(read), full(of), percent(read / of));
  const leftMs = read === 0 ? null : (of - read) * elapsedMs / read;
  const seconds = leftMs === null ? null : Math.ceil(leftMs / 1000) * 1000;
  return seconds === null ? far : joined(far, words.left(duration(seconds)));
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
