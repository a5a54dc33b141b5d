/**
 * Write a Streamgauge metric in JavaScript: one class, and the host does the rest.
 *
 * The host owns event time, windows and checkpoints; a metric owns one thing, an accumulator. The
 * words are those of Flink's `AggregateFunction`. Only `component.js` knows the contract's wire
 * types, and tests never import `component.js`, so a metric is tested without Wasm.
 */

export { Batch, Column, TextColumn } from "./batch.js";
export { Counter } from "./counter.js";
export { Descriptor, Output, Table } from "./describe.js";
export { BadConfig, BadRows, BadState } from "./errors.js";
export * as log from "./log.js";
export { Metric } from "./metric.js";
