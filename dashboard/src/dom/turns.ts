// Drawing that may wait for a frame: as much as one has time for, the rest in those after it. A
// pointer or a rolling figure would stand still while eight charts are drawn at once.

/** Part of a frame at 60 Hz that drawings may take, in milliseconds: half, as the browser paints after them. */
const BUDGET_MS = 8;

/** What a page has and a test makes up. */
export interface TurnsEnv {
  readonly frame: (act: () => void) => void;
  /** Milliseconds that only rise. */
  readonly now: () => number;
}

export class Turns {
  readonly #env: TurnsEnv;
  readonly #waiting = new Set<{ draw(): void }>();
  #isAsked = false;

  constructor(env: TurnsEnv) {
    this.#env = env;
  }

  /** Draws `view` in one of the next frames; who waits already keeps its place. */
  add(view: { draw(): void }): void {
    this.#waiting.add(view);
    this.#ask();
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#env.frame(() => {
      this.#isAsked = false;
      this.#draw();
    });
  }

  /** One at least, so that all come to their turn. */
  #draw(): void {
    const begun = this.#env.now();
    for (const view of this.#waiting) {
      this.#waiting.delete(view);
      view.draw();
      if (this.#env.now() - begun >= BUDGET_MS) break;
    }
    if (this.#waiting.size > 0) this.#ask();
  }
}
