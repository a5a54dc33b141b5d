import { describe, expect, it } from "vitest";
import {
  comparable, coursePanel, edgesOf, endOf, fitOf, hasTotals, kindsOf, lineFor, placesOf, spansName,
} from "../../../src/data/page-time";
import { decodeSpan, type Span } from "../../../src/wire/windows";
import { TIMED_SCENE } from "../../scripted/timed.mjs";
import { CHOICE, day, greeted, panelIn } from "../fixtures";

const state = greeted(TIMED_SCENE);
const panels = state.panels ?? [];
const behavior = panelIn(state, "behavior");
const gender = panelIn(state, "gender");

function spanOf(n: number, more = {}): Span {
  const span = decodeSpan({ ...day(n).window, ...more });
  if (span === null) throw new Error("no span");
  return span;
}

describe("the time of a page", () => {
  it("is one of the kinds of windows that its metrics have", () => {
    expect(kindsOf(panels)).toEqual(["1d", "1h"]);
    expect([hasTotals(panels), hasTotals([{ ...behavior, windows: ["1d"] }])]).toEqual([true, false]);
    expect(kindsOf(Array.from({ length: 20 }, (_, i) => ({ ...behavior, windows: [`${i + 2}h`] })))).toHaveLength(8);
  });

  it.each([
    ["nothing is chosen", behavior, null, false, { window: null, lacks: null }],
    ["the stream brings it", behavior, "cumulative", false, { window: null, lacks: null }],
    ["the metric has it", behavior, "1d*7", false, { window: "1d*7", lacks: null }],
    ["the metric lacks it", gender, "1d*7", false, { window: null, lacks: "1d" }],
    ["the panel alone asks for it", gender, "1d", true, { window: "1d", lacks: null }],
    ["an older host does not say its kinds", { ...gender, windows: [] }, "1d", false, { window: "1d", lacks: null }],
  ])("fits a panel: %s", (_name, panel, window, isOwn, fit) => {
    expect(fitOf(panel, { ...CHOICE, window, isOwn })).toEqual(fit);
  });

  it("fits a panel with smaller windows of which whole ones make the span", () => {
    const span = "2015-11-01T00:00:00+08:00..2015-11-04T00:00:00+08:00";
    const fit = (windows: readonly string[], window: string) => fitOf({ ...behavior, windows }, { ...CHOICE, window });
    expect(fit(["cumulative", "1h"], `1d@${span}`)).toEqual({ window: `1h@${span}`, lacks: null });
    expect(fit(["1h/10m"], `1d@${span}`).lacks).toBe("1d");
    expect(fit(["7h"], `1d@${span}`).lacks).toBe("1d");
    // More windows than the host puts together.
    expect(fit(["1m"], `1d@${span}`).lacks).toBe("1d");
    expect(fit(["1h"], "1d*3").lacks).toBe("1d");
    expect(fit(["1d"], `1h@${span}`).lacks).toBe("1h");
  });

  it("names the line that gives a metric its windows", () => {
    expect(lineFor(gender, "1d")).toBe('windows = ["cumulative", "1d"]');
    expect(lineFor({ ...gender, windows: [] }, "1h")).toBe('windows = ["cumulative", "1h"]');
  });

  it("is the present window where all time was shown and something is to be compared", () => {
    expect([comparable(null, panels), comparable("cumulative", panels), comparable("1h", panels)]).toEqual(["1d", "1d", "1h"]);
    expect(comparable(null, [{ ...behavior, windows: ["1h"] }])).toBeNull();
    expect(comparable(null, [gender])).toBeNull();
  });

  it("has a course of the metric with the fewest keys that add up", () => {
    expect(coursePanel(panels, "1d")?.id).toBe("behavior");
    expect(coursePanel([panelIn(state, "cross")], "1d")?.id).toBe("cross");
    expect(coursePanel([gender], "1d")).toBeNull();
    expect(coursePanel([{ ...behavior, measures: [] }], "1d")).toBeNull();
  });
});

describe("a span of windows", () => {
  it("is named by its edges, and alone by its start", () => {
    expect(spansName(spanOf(1), spanOf(1))).toBe("1d@2015-11-01T00:00:00+08:00");
    expect(spansName(spanOf(1), spanOf(3))).toBe("1d@2015-11-01T00:00:00+08:00..2015-11-04T00:00:00+08:00");
  });

  it.each([
    ["2015-11-01T00:00:00+08:00", "2015-11-02T00:00:00+08:00", "2015-11-02T00:00:00+08:00"],
    ["2015-11-01T00:00:00-03:30", "2015-11-02T00:00:00-03:30", "2015-11-02T00:00:00-03:30"],
    ["2015-11-01T00:00:00Z", "2015-11-02T00:00:00Z", "2015-11-02T00:00:00Z"],
  ])("ends with the offset of its start: %s", (start, end, expected) => {
    expect(endOf(spanOf(1, { start, end }))).toBe(expected);
  });

  it("is found among the windows that are kept", () => {
    const spans = [1, 2, 3, 5].map((n) => spanOf(n));
    const name = (first: number, last: number) => spansName(spanOf(first), spanOf(last));
    expect(placesOf(name(2, 3), spans)).toEqual([1, 2]);
    expect(placesOf(name(3, 3), spans)).toEqual([2, 2]);
    // A window without a row is not listed, but may be an edge.
    expect(placesOf(name(4, 6), spans)).toEqual([3, 3]);
    expect([placesOf(name(6, 6), spans), placesOf("1d*7", spans), placesOf(null, spans)]).toEqual([null, null, null]);
    expect(edgesOf("1d@a..b")).toEqual({ start: "a", end: "b" });
  });
});
