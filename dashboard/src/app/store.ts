// The one state of the page.
import { INITIAL, reduce, type Event, type State } from "../data/state";

/** Holds the state and tells one listener of each change. */
export class Store {
  #state: State = INITIAL;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get state(): State {
    return this.#state;
  }

  dispatch(event: Event): void {
    this.#state = reduce(this.#state, event);
    this.#changed();
  }
}
