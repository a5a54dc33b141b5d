import { describe, expect, it } from "vitest";
import { comparisonOf, withPast } from "../../../src/data/compare";
import { comparedCsv } from "../../../src/data/compared-csv";
import { measureOf } from "../../../src/data/rows";
import { TODAY } from "../../scripted/timed.mjs";
import { contextOf, crossed, greeted, pairIn, row } from "../fixtures";

const DAY_MS = 86_400_000;
const state = greeted();
const ctx = contextOf(state, "en");
const { panel } = pairIn(state, "behavior");
const measure = measureOf(panel, 0);
const comparison = comparisonOf({
  to: "1d", window: "1d", start: TODAY, until: TODAY + DAY_MS, beforeStart: TODAY - DAY_MS, beforeUntil: TODAY,
  now: null, before: null, reason: null, hint: null,
}, "1d", null, ctx);

describe("a comparison as a file", () => {
  it("has codes beside labels, exact figures and both spans", () => {
    const rows = withPast([{ ...row("Click", 1234567), key: "0" }, { ...row('=a,"b"', null), key: "9" }], [{ ...row("Click", 1000000), key: "0" }], measure, ctx);
    expect(comparedCsv(panel, rows, measure, comparison, ctx).split("\r\n")).toEqual([
      "\ufeffaction,Action,events,events_before,events_change,Span,Span before",
      "0,Click,1234567,1000000,0.234567,2015-11-11,2015-11-10",
      '9,"\'=a,""b""",,0,,2015-11-11,2015-11-10',
      "",
    ]);
  });

  it("has a column for each dimension, and the unit where there is one", () => {
    const cross = crossed().panel;
    const text = comparedCsv(cross, [], { ...measureOf(cross, 0), unit: "B" }, comparison, ctx);
    expect(text).toBe("\ufeffword,Word,hour,Hour,n,n_before,n_change,Span,Span before,Unit\r\n");
  });
});
