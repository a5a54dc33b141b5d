// The width that an element has for its texts, asked once and again only when it changes:
// each question makes the browser lay out the page.

export class Room {
  readonly #element: HTMLElement;
  #em: number | null = null;

  /** `element` must have a width of its own, whatever is in it. */
  constructor(element: HTMLElement) {
    this.#element = element;
    new ResizeObserver(() => { this.#em = null; }).observe(element);
  }

  /** The width in multiples of the element's text size. */
  get em(): number {
    this.#em ??= this.#element.clientWidth / parseFloat(getComputedStyle(this.#element).fontSize);
    return this.#em;
  }
}
