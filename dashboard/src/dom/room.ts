// The room that an element has for its texts, asked once and again only when it changes:
// each question makes the browser lay out the page.

interface Em {
  readonly px: number;
  readonly width: number;
  readonly height: number;
}

export class Room {
  readonly #element: HTMLElement;
  #size: Em | null = null;

  /** `element` must have a size of its own, whatever is in it. */
  constructor(element: HTMLElement) {
    this.#element = element;
    new ResizeObserver(() => { this.#size = null; }).observe(element);
  }

  /** The width in multiples of the element's text size. */
  get em(): number {
    return this.#known.width;
  }

  /** The width in pixels. */
  get px(): number {
    return this.#known.px;
  }

  get heightEm(): number {
    return this.#known.height;
  }

  get #known(): Em {
    if (this.#size !== null) return this.#size;
    const { clientWidth, clientHeight } = this.#element;
    // An element that is not shown yet has no size, which is no answer to keep.
    const em = parseFloat(getComputedStyle(this.#element).fontSize);
    const size = { px: clientWidth, width: clientWidth / em, height: clientHeight / em };
    if (clientWidth > 0) this.#size = size;
    return size;
  }
}
