/** Tests of columns, counters and texts; the host tests the contract's side. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { BadRows, BadState, Batch, Column, Counter, Descriptor, Metric, Output, Table, TextColumn } from "../index.js";
import { TestBatch, checkLaws, resultOf } from "../testing.js";
import { decode, encode, sortKeys } from "../text.js";

/** Counts by text or number, and refuses nothing. */
class ByKey extends Metric {
  describe() {
    return new Descriptor("by-key", "0.1.0", { en: "Events by key" })
      .input("key", this.config.type ?? "text", { nullable: true })
      .output(Output.dimension("key", ["键", "Key"]))
      .output(Output.measure("events", ["事件数", "Events"]));
  }

  add(counter, batch) {
    counter.count(this.config.type ? batch.numbers(0) : batch.text(0));
  }

  result(counter) {
    return counter.table();
  }
}

test("nulls are not counted", () => {
  const column = new Column([1, 2, 1], [1, 0, 1]);
  assert.deepEqual([column.at(0), column.at(1)], [1, null]);
  assert.deepEqual([...column.tally()], [[1, 2]]);
  const text = new TextColumn([0, 1, 0], ["a", "b"], [1, 1, 0]);
  assert.deepEqual([text.at(1), text.at(2)], ["b", null]);
  assert.deepEqual([...text.tally()], [["a", 1], ["b", 1]]);
});

test("numbers of all kinds are counted", () => {
  const values = [1, 256, -1, 1, 1.5, 255, Number.NaN, true, 255, 0];
  const expected = [[256, 1], [-1, 1], [1.5, 1], [Number.NaN, 1], [true, 1], [0, 1], [1, 2], [255, 2]];
  assert.deepEqual(new Map(new Column(values).tally()), new Map(expected));
});

test("two codes of one text are one key", () => {
  const text = new TextColumn([0, 1, 2, 1], ["a", "a", "b"]);
  assert.deepEqual([...text.tally()], [["a", 3], ["b", 1]]);
  assert.deepEqual([...text.tally(() => "x")], [["x", 4]]);
});

test("a wrong type is named", () => {
  const batch = new Batch(1, [new Column([1]), new TextColumn([0], ["a"])]);
  assert.throws(() => batch.text(0), /input 0 is not a text/);
  assert.throws(() => batch.numbers(1), /input 1 is a text/);
});

test("keys are in the order of code points, whatever came first", () => {
  const ordered = ["", "b", "浙江", "｡", "𐀀"];
  const counters = [ordered, ordered.toReversed?.() ?? [...ordered].reverse()].map((keys) => {
    const counter = new Counter();
    keys.forEach((key) => counter.record(key));
    return counter;
  });
  assert.deepEqual(counters[0].snapshot(), counters[1].snapshot());
  assert.deepEqual(counters[1].entries().map(([key]) => key), ordered);
  assert.deepEqual(sortKeys([10, 9, -1]), [-1, 9, 10]);
});

test("what is no snapshot is refused", () => {
  const wrong = [
    "", "{}", "[1]", '[["a",0]]', '[["a",-1]]', '[["a",true]]', '[["b",1],["a",1]]',
    '[["a",1],["a",1]]', '[["a", 1]]', '[["a",9007199254740992]]',
  ];
  for (const text of wrong) {
    assert.throws(() => Counter.restore(encode(text)), BadState, text);
  }
  assert.throws(() => Counter.restore(Uint8Array.of(0xff)), BadState);
});

test("a count is never rounded", () => {
  const counter = new Counter();
  counter.record("a", Number.MAX_SAFE_INTEGER);
  assert.throws(() => counter.record("a"), RangeError);
});

test("texts are UTF-8 as everybody writes it", () => {
  for (const text of ["", "abc", "省份", "€😀é", `${"a".repeat(4095)}长${"b".repeat(9000)}`]) {
    assert.deepEqual(encode(text), new TextEncoder().encode(text));
    assert.equal(decode(encode(text)), text);
  }
  assert.equal(decode(encode("a\ud800")), "a\ufffd");
});

test("the laws hold for each type of key", () => {
  const rows = Array.from({ length: 90 }, (_, row) => row);
  checkLaws(ByKey, new TestBatch(rows.map((row) => ["a", null, "é", ""][row % 4])));
  checkLaws(ByKey, new TestBatch(rows.map((row) => ((row * row) % 11) - 5)), { type: "integer" });
  const booleans = new TestBatch(rows.map((row) => row % 3 === 0));
  checkLaws(ByKey, booleans, { type: "boolean" });
  const result = resultOf(ByKey, booleans, { type: "boolean" });
  assert.deepEqual(result, [["false", "60"], ["true", "30"]]);
});

test("restore is given the state version", () => {
  /** Reads version 1, whose bytes are texts in lines, besides its own. */
  class Older extends ByKey {
    static stateVersion = 2;

    restore(window, version, state) {
      if (version !== 1) return super.restore(window, version, state);
      const counter = new Counter();
      decode(state).split("\n").forEach((key) => counter.record(key));
      return counter;
    }
  }
  checkLaws(Older, new TestBatch(["a", "b", "a"]));
  const older = new Older({}).restore(undefined, 1, encode("b\na\nb"));
  assert.deepEqual(older.entries(), [["a", 1], ["b", 2]]);
  for (const version of [0, 3]) {
    const words = new RegExp(`has state version ${version}; supported is 2`);
    const restore = () => new Older({}).restore(undefined, version, encode("[]"));
    assert.throws(restore, (error) => error instanceof BadState && words.test(error.message));
  }
});

test("a metric that reads every version breaks a law", () => {
  class Any extends ByKey {
    restore(window, version, state) {
      return Counter.restore(state);
    }
  }
  const words = /law: a newer state version is refused/;
  assert.throws(() => checkLaws(Any, new TestBatch(["a"])), words);
});

test("a broken law is named", () => {
  class Forgetful extends ByKey {
    merge() {}
  }
  const rows = new TestBatch(["a", "b", "c"]);
  assert.throws(() => checkLaws(Forgetful, rows), /law: the fold of parts/);
});

test("a refusal names all rows that cannot be used and adds none", () => {
  class Strict extends ByKey {
    add(counter, batch) {
      const bad = [];
      for (let row = 0; row < batch.rows; row += 1) {
        if (batch.text(0).at(row) === "c") bad.push([row, "it is c"]);
      }
      if (this.config.adds) super.add(counter, batch);
      if (bad.length > 0) throw new BadRows(bad.slice(0, this.config.most));
      if (!this.config.adds) super.add(counter, batch);
    }
  }
  const rows = new TestBatch(["a", "c", "b", "c"]);
  checkLaws(Strict, rows);
  assert.throws(() => checkLaws(Strict, rows, { most: 1 }), /law: a refusal names all rows/);
  assert.throws(() => checkLaws(Strict, rows, { adds: true }), /law: an `add` that refuses/);
});

test("a table has columns of one length", () => {
  assert.throws(() => new Table([1], []));
  assert.deepEqual(new Table(["a"], [null]).cells(), [["a", ""]]);
});
