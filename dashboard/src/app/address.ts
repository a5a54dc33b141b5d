// The address of the page, kept such that it opens what is shown.
import { writeLink, type Link } from "../data/link";
import type { Prefs } from "../data/prefs";

/** The address is written up to `WRITES_MAX` times in a period, and once more at its end. */
const PERIOD_MS = 1000;
const WRITES_MAX = 8;

export class Address {
  #writes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #show: () => void = () => undefined;

  /** Writes at once, but less often while a key is held down, as browsers demand. */
  show(link: Link, prefs: Prefs): void {
    this.#show = () => {
      const url = new URL(location.href);
      url.search = writeLink(url.search, link, prefs);
      if (url.href !== location.href) history.replaceState(null, "", url);
    };
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writes = 0;
      this.#show();
    }, PERIOD_MS);
    this.#writes += 1;
    if (this.#writes <= WRITES_MAX) this.#show();
  }
}
