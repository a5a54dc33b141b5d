/** The one class that an author writes. */

import { Counter } from "./counter.js";

/**
 * Event time from `start` up to but not including `end`, in ms since the Unix epoch.
 * @typedef {{ start: number, end: number }} Window
 */

/**
 * A metric whose accumulator is of type `S`: a `Counter`, unless you change it. For a state of
 * your own, override `create`, `merge`, `snapshot` and `restore`.
 * @template S
 */
export class Metric {
  /** Raise it when the meaning of the snapshot's bytes changes. */
  static stateVersion = 1;

  /**
   * JSON Schema of `[metric.config]`; none: it takes no key. What does not fit never comes here.
   * @type {object | undefined}
   */
  static configSchema = undefined;

  /** Reads `[metric.config]`; `BadConfig` refuses it. @param {Record<string, any>} config */
  constructor(config) {
    this.config = config;
  }

  /** What is read, what comes out, how it is shown. @returns {import("./describe.js").Descriptor} */
  describe() {
    throw new Error("the metric has no method `describe`");
  }

  /**
   * Folds rows into `state`: all of them, or with an error none.
   * @param {S} state
   * @param {import("./batch.js").Batch} batch
   */
  add(state, batch) {
    throw new Error("the metric has no method `add`");
  }

  /**
   * The state as a small table, columns in the order of the outputs.
   * @param {S} state
   * @returns {import("./describe.js").Table}
   */
  result(state) {
    throw new Error("the metric has no method `result`");
  }

  /** An empty state over `window`; none: cumulative. @param {Window} [window] @returns {S} */
  create(window) {
    return /** @type {any} */ (new Counter());
  }

  /** Folds the state `other` into `state`. @param {any} state @param {any} other */
  merge(state, other) {
    state.merge(other);
  }

  /** The whole state; equal states give equal bytes. @param {any} state @returns {Uint8Array} */
  snapshot(state) {
    return state.snapshot();
  }

  /**
   * The state of a snapshot; `BadState` refuses one that is not this metric's.
   * @param {Window | undefined} window
   * @param {Uint8Array} state
   * @returns {S}
   */
  restore(window, state) {
    return /** @type {any} */ (Counter.restore(state));
  }
}
