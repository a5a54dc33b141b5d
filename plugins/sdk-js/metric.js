/** The one class that an author writes. */

import { Counter } from "./counter.js";
import { BadState } from "./errors.js";

/**
 * Event time from `start` up to but not including `end`, in ms since the Unix epoch.
 * @typedef {{ start: number, end: number }} Window
 */

/**
 * A metric whose accumulator is of type `S`, by default a `Counter`. A metric with another state
 * overrides `create`, `merge`, `snapshot` and `restore`.
 * @template S
 */
export class Metric {
  /** The version of the bytes that `snapshot` makes, from 1; raised when their meaning changes. */
  static stateVersion = 1;

  /**
   * JSON Schema of `[metric.config]`; `undefined` means that the table takes no key. A
   * configuration that does not fit never reaches the metric. `"x-display": true` marks a property
   * that only changes what is shown: another value of it counts nothing again.
   * @type {object | undefined}
   */
  static configSchema = undefined;

  /** Reads `[metric.config]`; throws `BadConfig` to refuse. @param {Record<string, any>} config */
  constructor(config) {
    this.config = config;
  }

  /** The same descriptor every time. @returns {import("./describe.js").Descriptor} */
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

  /** An empty state over `window`, or over all of time. @param {Window} [window] @returns {S} */
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
   * The state of a snapshot that state version `version` of the metric made. Throws `BadState` where
   * the metric did not make the bytes, or does not read this version. The default accepts exactly
   * `stateVersion`; an override begins with `checkVersion`, or reads older versions too.
   * @param {Window | undefined} window
   * @param {number} version
   * @param {Uint8Array} state
   * @returns {S}
   */
  restore(window, version, state) {
    this.checkVersion(version);
    return /** @type {any} */ (Counter.restore(state));
  }

  /** Throws `BadState` unless `version` is `stateVersion`. @param {number} version */
  checkVersion(version) {
    const own = /** @type {typeof Metric} */ (this.constructor).stateVersion;
    if (version !== own) throw new BadState(`has state version ${version}; supported is ${own}`);
  }
}
