import { expect, it } from "vitest";
import { byTitle } from "../../../src/views/accounting";
import { reasonsOf } from "../../../src/ops/samples";
import { PANELS } from "../../scripted/script.mjs";
import { contextOf, greeted } from "../fixtures";

const again = { ...PANELS[1], id: "age2", metric: "age2" };
const ctx = contextOf(greeted({ panels: [...PANELS, again] }), "en");

it("says a title once, however many metrics have it", () => {
  const excluded = [{ id: "age", count: 3 }, { id: "gender", count: 1 }, { id: "age2", count: 5 }, { id: "gone", count: 2 }];
  expect(byTitle(excluded, ctx)).toEqual([["Age", [3, 5]], ["Gender", [1]], ["gone", [2]]]);
});

it("has a bar for what metrics leave out", () => {
  expect(reasonsOf([["not_json", 30], ["excluded", 15]], ctx).map(({ name, text, share }) => [name, text, share]))
    .toEqual([["not complete JSON", "30", 1], ["left out by a metric", "15", 0.5]]);
});
