import { describe, expect, it } from "vitest";
import type { Link } from "../../../src/data/link";
import { TOGETHER_MAX } from "../../../src/data/page-time";
import { timeName } from "../../../src/data/time-name";
import { againstOf, timeModel } from "../../../src/views/time-model";
import { bounded, kindTitle, moved, nameOfPlaces, placesText, timelineModel } from "../../../src/views/timeline-model";
import { STEPS_MAX, stepOf } from "../../../src/net/courses";
import { TIMED_SCENE } from "../../scripted/timed.mjs";
import { contextOf, day, greeted } from "../fixtures";

const ctx = contextOf(greeted(TIMED_SCENE), "en");
const modelOf = (link: Partial<Pick<Link, "time" | "against">> = {}, context = ctx) => timeModel({ time: null, against: null, ...link }, context);
const SPAN = "1d@2015-11-01T00:00:00+08:00..2015-11-04T00:00:00+08:00";

describe("the time of the whole page", () => {
  it("is chosen among all time, present windows, the last ones, and a timeline", () => {
    expect(modelOf().options.map(({ value }) => value)).toEqual([
      "", "cumulative", "1d", "1d*3", "1d*7", "1d*30", "1h", "1h*3", "1h*7", "1h*30", "@",
    ]);
    expect(modelOf().options.map(({ text }) => text)).toContain("Latest 7 days");
  });

  it("has no choice where no metric has windows", () => {
    expect(modelOf({}, contextOf(greeted(), "en")).isShown).toBe(false);
    expect(modelOf().isShown).toBe(true);
  });

  it.each([
    [SPAN, "2015-11-01 – 2015-11-03"], ["1d@2015-11-01T00:00:00+08:00", "2015-11-01"], ["1d*14", "Latest 14 days"],
    ["1h@2015-11-01T13:00:00+08:00..2015-11-01T15:00:00+08:00", "2015-11-01 13:00 – 15:00"], ["1d", "Latest day"],
  ])("says what a link chose: %s", (time, text) => {
    expect(timeName(time, ctx)).toBe(text);
    const model = modelOf({ time });
    expect([model.chosen, model.options.find(({ value }) => value === time)?.text]).toEqual([time, text]);
  });

  it("does not break at a link that names no time", () => {
    expect(timeName("1d@never", ctx)).toBe("A past day");
  });

  it("says on a wall what is shown and what it is held against", () => {
    expect([modelOf().spoken, modelOf({ time: "1d", against: "7d" }).spoken]).toEqual(["", "Latest day · Against: Week before"]);
    expect([againstOf("7d"), againstOf("constructor")]).toEqual(["7d", null]);
  });
});

const steps = [1, 2, 3, 4, 5].flatMap((n) => stepOf({ ...day(n), total: [{ n }] }, "1d", "n"));

describe("the timeline", () => {
  it("finds the chosen span among the windows that are kept", () => {
    expect(timelineModel({ kind: "1d", steps, isLoading: false, time: SPAN }, ctx))
      .toMatchObject({ places: [0, 2], text: "2015-11-01 – 2015-11-03 (3 windows)", note: "" });
    expect(timelineModel({ kind: "1h", steps, isLoading: false, time: SPAN }, ctx).places).toBeNull();
  });

  it("says that it is not all where more is kept than it can show", () => {
    const titleOf = (many: typeof steps) => timelineModel({ kind: "1d", steps: many, isLoading: false, time: null }, ctx).title;
    expect(titleOf(steps)).toMatch(/^All that is kept, by day/u);
    expect(titleOf(Array.from({ length: STEPS_MAX }, () => steps[0]).flatMap((step) => step ?? []))).toMatch(/^The newest 10,000 windows/u);
  });

  it("says why there is nothing to choose from", () => {
    const note = (isLoading: boolean) => timelineModel({ kind: "1d", steps: null, isLoading, time: null }, ctx).note;
    expect([note(true), note(false)]).toEqual([ctx.words.time.loading, ctx.words.time.none]);
  });

  it("names spans by their edges, from either side", () => {
    expect(nameOfPlaces(steps, 0, 2)).toBe(SPAN);
    expect(nameOfPlaces(steps, 2, 0)).toBe(SPAN);
    expect(nameOfPlaces(steps, 3, 3)).toBe("1d@2015-11-04T00:00:00+08:00");
    expect(nameOfPlaces([], 0, 0)).toBeNull();
    expect(placesText(steps, [4, 4], ctx)).toBe("2015-11-05 (1 window)");
    expect([kindTitle("1d", ctx), kindTitle("10m", ctx)]).toEqual(["by day", "10m"]);
  });

  it("puts together no more windows than the host does", () => {
    expect(bounded(0, 5000, 6000)).toEqual([0, TOGETHER_MAX - 1]);
    expect(bounded(5000, 0, 6000)).toEqual([5000 - TOGETHER_MAX + 1, 5000]);
    expect(bounded(-4, 99, 5)).toEqual([0, 4]);
  });

  it.each([
    ["ArrowLeft", "first", false, [1, 3]], ["ArrowRight", "first", false, [3, 3]], ["ArrowRight", "last", false, [2, 4]],
    ["ArrowLeft", "last", false, [2, 2]], ["Home", "first", false, [0, 3]], ["End", "last", false, [2, 4]],
    ["PageUp", "last", false, [2, 4]], ["Home", "last", false, [2, 2]], ["ArrowLeft", "first", true, [1, 2]],
    ["End", "last", true, [3, 4]], ["Home", "first", true, [0, 1]], ["Tab", "first", false, null],
  ] as const)("moves by keys: %s at the %s end, whole %s", (key, end, whole, places) => {
    expect(moved(key, end, whole, [2, 3], 5)).toEqual(places);
  });
});
