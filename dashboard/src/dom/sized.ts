// What the browser says of the size of elements, asked once and again only when a size
// changes: each question in the midst of a drawing makes the browser lay out the page.

export class Sized<T> {
  readonly #read: () => T;
  #known: { readonly of: string; readonly value: T } | null = null;

  /** `read` asks of nothing but these elements. Whoever draws by it draws anew when they change. */
  constructor(elements: readonly HTMLElement[], read: () => T) {
    this.#read = read;
    const observer = new ResizeObserver(() => { this.#known = null; });
    for (const element of elements) observer.observe(element);
  }

  /** `of` names what the answer depends on besides the sizes. */
  get(of: string): T {
    if (this.#known?.of !== of) this.#known = { of, value: this.#read() };
    return this.#known.value;
  }
}
