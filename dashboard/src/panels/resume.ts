// The button that lets a stopped metric go on, for a page that may change the pipeline
// of its host. What became of the wish is said beside the button.
import { h, setShown, setText } from "../dom/element";
import type { Words } from "../i18n/words";
import type { Answer } from "../net/ask";

const SAID_CHARACTERS_MAX = 300;

export class Resume {
  readonly element: HTMLElement;
  readonly #button = h("button", { type: "button", "data-testid": "resume" });
  readonly #said = h("span", { role: "status" });
  #isAsking = false;
  #answer: Answer | null = null;

  /** `act` has the host do it; `changed` draws the panel again. */
  constructor(act: () => Promise<Answer>, changed: () => void) {
    this.#button.addEventListener("click", () => {
      this.#isAsking = true;
      this.#answer = null;
      changed();
      void act().then((answer) => {
        this.#isAsking = false;
        this.#answer = answer;
        changed();
      });
    });
    this.element = h("p", { class: "panel-resume" }, this.#button, this.#said);
    this.element.hidden = true;
  }

  update(isShown: boolean, { panels }: Words): void {
    setShown(this.element, isShown);
    // The next stop is another one.
    if (!isShown) this.#answer = null;
    setText(this.#button, panels.resume);
    this.#button.disabled = this.#isAsking;
    setText(this.#said, this.#isAsking ? panels.resuming : this.#answer === null ? "" : said(this.#answer, panels));
  }
}

/** A refusal in the host's own words. */
function said(answer: Answer, panels: Words["panels"]): string {
  switch (answer.kind) {
    case "ok": return panels.resumed;
    case "refused": return answer.error.slice(0, SAID_CHARACTERS_MAX);
    case "failed": return panels.resumeFailed;
  }
}
