/**
 * A ready-made state: the number of events of each key.
 *
 * Invariant: equal counters give equal bytes, since the keys are written in order. The bytes are
 * JSON, `[[key, count], …]`.
 */

import { BadState } from "./errors.js";
import { Table } from "./describe.js";
import { decode, encode, sortKeys } from "./text.js";

/**
 * Counts events by keys of one type: texts, numbers or booleans.
 * @template {string | number | boolean} K
 */
export class Counter {
  /** @type {Map<K, number>} */
  #counts = new Map();

  /** Adds `events` events of `key`, 1 without a number. @param {K} key @param {number} [events] */
  record(key, events = 1) {
    const count = (this.#counts.get(key) ?? 0) + events;
    if (!Number.isSafeInteger(count)) throw new RangeError("a count of events fits in 53 bits");
    this.#counts.set(key, count);
  }

  /** Counts every row of a column by its value. Nulls are not counted. */
  count(/** @type {import("./batch.js").Column<K> | import("./batch.js").TextColumn} */ column) {
    column.tally().forEach((events, value) => this.record(value, events));
  }

  /**
   * Counts every row under the key that `keyOf` gives for the row's value. `keyOf` must be pure: it
   * is called at most once per distinct value of the batch and dictionary entry.
   * @param {import("./batch.js").Column<any> | import("./batch.js").TextColumn} column
   * @param {(value: any) => K} keyOf
   */
  countAs(column, keyOf) {
    column.tally().forEach((events, value) => this.record(keyOf(value), events));
  }

  /** Keys with their counts, in the order of the keys. @returns {[K, number][]} */
  entries() {
    return sortKeys([...this.#counts.keys()]).map((key) => [key, this.#counts.get(key)]);
  }

  /** The events of one key, 0 for a key that was never counted. @param {K} key */
  get(key) {
    return this.#counts.get(key) ?? 0;
  }

  /** Two columns: keys as texts, and their counts. */
  table() {
    const entries = this.entries();
    return new Table(entries.map(([key]) => String(key)), entries.map(([, count]) => count));
  }

  /** Adds the counts of another counter. @param {Counter<K>} other */
  merge(other) {
    [...other.#counts].forEach(([key, events]) => this.record(key, events));
  }

  /** The whole state; equal counters give equal bytes. @returns {Uint8Array} */
  snapshot() {
    return encode(JSON.stringify(this.entries()));
  }

  /** The counter of a snapshot. @param {Uint8Array} state */
  static restore(state) {
    const counter = new Counter();
    let text = "";
    try {
      text = decode(state);
      for (const [key, count] of JSON.parse(text)) {
        if (!(Number.isSafeInteger(count) && count > 0)) throw new Error("a count is above 0");
        counter.#counts.set(key, count);
      }
    } catch (error) {
      throw new BadState(`the state is no counter's: ${error.message}`);
    }
    if (JSON.stringify(counter.entries()) !== text) {
      throw new BadState("the state is no counter's: keys must ascend");
    }
    return counter;
  }
}
