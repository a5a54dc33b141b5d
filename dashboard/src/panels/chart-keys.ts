// A chart by the keyboard: arrows choose a row, whose figures are shown and told, and Enter
// tells more of it.
import type { Row } from "../data/rows";
import { h, setAttr, setText } from "../dom/element";

export interface ChartKeyActions {
  readonly rows: () => readonly Row[];
  /** Shows the figures of a row at its mark; `null` hides them. */
  readonly point: (row: Row | null) => void;
  readonly choose: (row: Row) => void;
  /** A row in words. */
  readonly say: (row: Row) => string;
}

/** The place that a key leads to among so many; `null` means that the key leads nowhere. */
export function placeAfter(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return Math.min(count - 1, at + 1);
    case "ArrowLeft":
    case "ArrowUp":
      return at < 0 ? count - 1 : Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

export class ChartKeys {
  /** Told to readers who hear the page. */
  readonly element = h("span", { class: "unseen", role: "status" });
  readonly #host: HTMLElement;
  readonly #actions: ChartKeyActions;
  /** Below 0 no row is chosen. */
  #at = -1;

  constructor(host: HTMLElement, actions: ChartKeyActions) {
    this.#host = host;
    this.#actions = actions;
    host.addEventListener("keydown", (event) => this.#key(event));
    host.addEventListener("blur", () => this.#leave());
  }

  /** `hint` says what the keys do; `null` means that the chart is not reached by keys. */
  update(hint: string | null): void {
    setAttr(this.#host, "tabindex", hint === null ? null : "0");
    setAttr(this.#host, "aria-description", hint);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = this.#actions.rows();
    const chosen = rows[this.#at];
    if ((event.key === "Enter" || event.key === " ") && chosen !== undefined) {
      event.preventDefault();
      return this.#actions.choose(chosen);
    }
    if (event.key === "Escape" && this.#at >= 0) {
      event.preventDefault();
      return this.#leave();
    }
    const next = placeAfter(event.key, this.#at, rows.length);
    const row = next === null ? undefined : rows[next];
    if (next === null || row === undefined) return;
    event.preventDefault();
    this.#at = next;
    this.#actions.point(row);
    setText(this.element, this.#actions.say(row));
  }

  #leave(): void {
    this.#at = -1;
    setText(this.element, "");
    this.#actions.point(null);
  }
}
