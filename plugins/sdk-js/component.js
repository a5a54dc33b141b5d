/**
 * The component: the contract's calls, answered by a metric's class.
 *
 * Only `component.js` of a plugin imports this module, because only the component has the module of
 * the host's log.
 */

import { log as hostLog } from "streamgauge:metric/log@0.3.0";
import { Batch, Column, TextColumn } from "./batch.js";
import { texts } from "./describe.js";
import { BadConfig, BadRows, BadState } from "./errors.js";
import * as log from "./log.js";
import { decode, encode } from "./text.js";

log.writeTo(hostLog);

/**
 * The exports of a component for a metric.
 * @param {typeof import("./metric.js").Metric} Type
 */
export function component(Type) {
  /** @type {import("./metric.js").Metric<any>} */
  let metric;
  /** @type {string[]} */
  let types;

  class Accumulator {
    constructor(window) {
      this.state = calling(() => metric.create(window));
    }

    add(batch) {
      calling(() => metric.add(this.state, new Batch(batch.rows, batch.columns.map(column))));
    }

    merge(other) {
      calling(() => metric.merge(this.state, other.state));
    }

    getResult() {
      return calling(() => table(metric.result(this.state), types));
    }

    snapshot() {
      return calling(() => metric.snapshot(this.state));
    }

    static restore(window, version, state) {
      return calling(() => {
        const accumulator = new Accumulator(window);
        accumulator.state = metric.restore(window, version, state);
        return accumulator;
      });
    }
  }

  return {
    describe: {
      configSchema: () => (Type.configSchema ? JSON.stringify(Type.configSchema) : ""),
      describe: (config) => calling(() => {
        const opened = new Type(JSON.parse(config));
        return descriptor(opened.describe(), Type.stateVersion);
      }),
    },
    aggregate: {
      Accumulator,
      open: (config) => calling(() => {
        metric = new Type(JSON.parse(config));
        types = metric.describe().outputs.map(({ type }) => type);
      }),
    },
  };
}

/** Turns the SDK's errors into the contract's. Any other error is a crash, with its message. */
function calling(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof BadConfig) throw { tag: "bad-config", val: error.message };
    if (error instanceof BadState) throw { tag: "bad-state", val: error.message };
    if (error instanceof BadRows) throw { tag: "bad-rows", val: error.rows };
    // The engine's message would begin with the place, so this one begins with what happened.
    log.error(`${error} ${error?.stack?.trim().split("\n")[0] ?? ""}`);
    throw error;
  }
}

function descriptor(of, stateVersion) {
  const output = ({ title, labels, ...rest }) => ({
    ...rest,
    title: texts(title),
    labels: labels.map(([key, text]) => ({ key, text: texts(text) })),
  });
  const view = ({ title, top = 0, sorted = false, ...rest }) => ({
    ...rest, title: texts(title), top, sorted,
  });
  return {
    name: of.name,
    version: of.version,
    doc: texts(of.doc),
    inputs: of.inputs,
    outputs: of.outputs.map(output),
    views: of.views.map(view),
    stateVersion,
    mergeLaw: of.isBounded ? "bounded" : "exact",
  };
}

function column({ values: { tag, val }, valid }) {
  if (tag === "dictionary") return new TextColumn(val.codes, strings(val.values), valid);
  if (tag === "booleans") return new Column(Array.from(val, (byte) => byte !== 0), valid);
  // The engine hands over the upper half of 32 bits as negative numbers.
  return new Column(tag === "u32s" ? new Uint32Array(val) : val, valid);
}

function strings({ offsets, utf8 }) {
  const text = (_, at) => decode(utf8.subarray(offsets[at], offsets[at + 1]));
  return Array.from({ length: offsets.length - 1 }, text);
}

function table(of, types) {
  if (of.columns.length !== types.length) {
    throw new Error(`the result has ${of.columns.length} columns, not ${types.length}`);
  }
  return { rows: of.rows, columns: of.columns.map((cells, at) => result(types[at], cells)) };
}

function result(type, cells) {
  const hasNulls = cells.includes(null);
  const valid = Uint8Array.from(hasNulls ? cells : [], (cell) => Number(cell !== null));
  if (type === "text") return { values: { tag: "strings", val: laidOut(cells) }, valid };
  if (type === "float") {
    return { values: { tag: "f64s", val: Float64Array.from(cells, Number) }, valid };
  }
  if (type === "boolean") {
    return { values: { tag: "booleans", val: Uint8Array.from(cells, Number) }, valid };
  }
  const whole = BigInt64Array.from(cells, (cell) => BigInt(cell ?? 0));
  return { values: { tag: "s64s", val: whole }, valid };
}

/** Texts laid end to end, with the offset of each in bytes. */
function laidOut(cells) {
  const parts = cells.map((cell) => encode(cell ?? ""));
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, at) => {
    offsets[at + 1] = offsets[at] + part.length;
  });
  const utf8 = new Uint8Array(offsets[parts.length]);
  parts.forEach((part, at) => utf8.set(part, offsets[at]));
  return { offsets, utf8 };
}
