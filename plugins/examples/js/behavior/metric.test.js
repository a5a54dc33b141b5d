/** The same rows and results as in the tests of the Rust metric. */

import assert from "node:assert/strict";
import { test } from "node:test";
import Behavior from "./metric.js";
import { TestBatch, checkLaws, resultOf } from "./vendor/streamgauge-sdk/testing.js";

test("actions are counted by raw value", () => {
  const result = resultOf(Behavior, new TestBatch([0, 2, 0, 3, 0, 1, 2]));
  assert.deepEqual(result, [["0", "3"], ["1", "1"], ["2", "2"], ["3", "1"]]);
});

test("an unknown action is counted under its own key", () => {
  const result = resultOf(Behavior, new TestBatch([0, 4_000_000_000, 9]));
  assert.deepEqual(result, [["0", "1"], ["9", "1"], ["4000000000", "1"]]);
});

test("the laws hold", () => {
  const rows = Array.from({ length: 500 }, (_, row) => (row * row) % 7);
  checkLaws(Behavior, new TestBatch(rows));
});
