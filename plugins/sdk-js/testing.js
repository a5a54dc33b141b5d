/** Tests of a metric without Wasm: make rows, fold them, compare the result, check the laws. */

import { Batch, Column, TextColumn } from "./batch.js";
import { BadRows, BadState } from "./errors.js";

/** Rows as arrays, one per input of the metric in its order. `null` is a null. */
export class TestBatch {
  /** @param {...any[]} columns */
  constructor(...columns) {
    this.columns = columns;
    this.rows = columns[0]?.length ?? 0;
    if (columns.some((column) => column.length !== this.rows)) {
      throw new Error("the columns of a batch have different lengths");
    }
  }

  /** @param {number} start @param {number} end */
  slice(start, end) {
    return new TestBatch(...this.columns.map((column) => column.slice(start, end)));
  }

  /** The rows as the host would pass them. @param {import("./metric.js").Metric<any>} metric */
  batch(metric) {
    const { inputs } = metric.describe();
    if (inputs.length !== this.columns.length) {
      throw new Error(`the metric reads ${inputs.length} columns, not ${this.columns.length}`);
    }
    return new Batch(this.rows, inputs.map(({ type }, at) => column(type, this.columns[at])));
  }
}

/** @param {string} type @param {any[]} cells */
function column(type, cells) {
  const valid = cells.includes(null) ? Uint8Array.from(cells, (cell) => Number(cell !== null)) : [];
  if (type !== "text") return new Column(cells.map((cell) => cell ?? 0), valid);
  const texts = [...new Set(cells.map((cell) => cell ?? ""))];
  return new TextColumn(cells.map((cell) => texts.indexOf(cell ?? "")), texts, valid);
}

/**
 * Folds rows into a fresh metric and returns the result's cells as texts, row after row.
 * @param {new (config: object) => import("./metric.js").Metric<any>} Type
 * @param {TestBatch} rows
 */
export function resultOf(Type, rows, config = {}) {
  const metric = new Type(config);
  return metric.result(fold(metric, rows, Math.max(rows.rows, 1))).cells();
}

/**
 * Checks the laws that checkpoints and merges rely on; a few hundred varied rows are plenty.
 *
 * Any cut into batches gives the same bytes; merging is associative and commutative and the empty
 * state changes nothing; a snapshot is restored; a snapshot that was cut short, or that is of a
 * newer state version, is refused. Merges of a metric that is `bounded` are not compared. Rows that
 * the metric refuses are left out, after a look at the refusal: it names all of them, and adds none.
 * @param {typeof import("./metric.js").Metric} Type
 * @param {TestBatch} all
 */
export function checkLaws(Type, all, config = {}) {
  const metric = new Type(config);
  const rows = usable(metric, all);
  const whole = fold(metric, rows, Math.max(rows.rows, 1));
  const state = metric.snapshot(whole);
  const same = (one, words) => law(String(metric.snapshot(one)) === String(state), words);
  for (const size of [1, 2, 7, 64]) same(fold(metric, rows, size), `batches of ${size}: same bytes`);
  same(whole, "the same bytes twice");
  const own = Type.stateVersion;
  const restored = metric.restore(undefined, own, state);
  same(restored, "a snapshot is restored");
  const cells = (of) => JSON.stringify(metric.result(of).cells());
  law(cells(restored) === cells(whole), "and so is the result");
  checkRefused(metric, own + 1, state, "a newer state version");
  state.forEach((_, length) => {
    checkRefused(metric, own, state.slice(0, length), `a snapshot cut to ${length} bytes`);
  });
  const { outputs, isBounded } = metric.describe();
  const { columns } = metric.result(metric.create());
  law(columns.length === outputs.length, "the result has the columns of the descriptor");
  if (!isBounded) checkMerge(metric, rows, state, same);
}

function usable(metric, rows) {
  const state = metric.create();
  const before = String(metric.snapshot(state));
  const refused = refusedBy(metric, state, rows);
  if (refused.size === 0) return rows;
  law(String(metric.snapshot(state)) === before, "an `add` that refuses adds no row");
  const left = rows.columns.map((column) => column.filter((_, row) => !refused.has(row)));
  const usable = new TestBatch(...left);
  const again = refusedBy(metric, state, usable);
  law(again.size === 0, "a refusal names all rows that cannot be used");
  return usable;
}

/** @returns {Set<number>} The rows that the metric refuses, of which none is added. */
function refusedBy(metric, state, rows) {
  try {
    metric.add(state, rows.batch(metric));
    return new Set();
  } catch (error) {
    if (error instanceof BadRows) return new Set(error.rows.map(([row]) => row));
    throw error;
  }
}

function checkRefused(metric, version, state, words) {
  try {
    metric.restore(undefined, version, state);
  } catch (error) {
    if (error instanceof BadState) return;
    throw error;
  }
  throw new Error(`law: ${words} is refused with BadState`);
}

function checkMerge(metric, rows, state, same) {
  const third = Math.floor(rows.rows / 3);
  const part = (index) => {
    const end = index === 2 ? rows.rows : (index + 1) * third;
    return fold(metric, rows.slice(index * third, end), Math.max(rows.rows, 1));
  };
  const merged = (one, other) => {
    metric.merge(one, other);
    return one;
  };
  const restored = () => metric.restore(undefined, metric.constructor.stateVersion, state);
  same(merged(merged(part(0), part(1)), part(2)), "the fold of parts is the merge of their folds");
  same(merged(part(0), merged(part(1), part(2))), "merge is associative");
  same(merged(merged(part(2), part(1)), part(0)), "merge is commutative");
  same(merged(metric.create(), restored()), "merging into the empty state");
  same(merged(restored(), metric.create()), "merging the empty state");
}

function fold(metric, rows, size) {
  const state = metric.create();
  for (let start = 0; start < rows.rows; start += size) {
    metric.add(state, rows.slice(start, start + size).batch(metric));
  }
  return state;
}

function law(holds, words) {
  if (!holds) throw new Error(`law: ${words}`);
}
