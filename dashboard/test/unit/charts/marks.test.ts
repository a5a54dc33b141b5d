import { expect, it } from "vitest";
import { runs } from "../../../src/charts/marks";

it.each([
  [[1, 2, 3], [[0, 1, 2]]], [[1, null, 3, 0], [[0], [2, 3]]], [[null, null], []], [[], []], [[null, 5], [[1]]],
])("a line of %j is drawn in pieces that have no gaps", (values, expected) => expect(runs(values)).toEqual(expected));
