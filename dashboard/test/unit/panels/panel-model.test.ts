import { describe, expect, it } from "vitest";
import type { PanelChoice } from "../../../src/data/link";
import { brokenBody, panelModel, type PanelInput, type PanelModel } from "../../../src/panels/panel-model";
import type { WindowAnswers } from "../../../src/panels/window-model";
import type { Frame } from "../../../src/wire/shapes";
import { decodeSpan, decodeTrend } from "../../../src/wire/windows";
import { history } from "../../scripted/api.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { ANSWERS, contextOf, crossed, day, greeted, inputOf, pairIn, type Pair } from "../fixtures";

const state = greeted({ events: 1000 });
const ctx = contextOf(state, "en");
const gender = pairIn(state, "gender");
const hostile = greeted(SCENES["hostile"]);
const several = pairIn(greeted(SCENES["crossed"]), "hours");

function modelOf(pair: Pair, choice: Partial<PanelChoice> = {}, more: Partial<PanelInput> = {}, lang: "zh" | "en" = "en"): PanelModel {
  return panelModel(inputOf(pair, choice, more), contextOf(state, lang));
}

const withFrame = (change: Partial<Frame>): Pair => ({ ...gender, frame: { ...gender.frame, ...change } });
const told = ({ state: is, body }: PanelModel) =>
  [is, ...(body.form === "message" ? [body.title, body.text] : [body.form])];

describe("a panel with figures", () => {
  it("says its title and unit, and what was counted", () => {
    expect(modelOf(gender)).toMatchObject({
      state: "ok", title: "Gender", unit: "Events", sum: 1000, window: null, dates: "",
      body: { form: "chart", kind: "pie", restKeys: 0 },
    });
    expect(modelOf(gender, {}, {}, "zh")).toMatchObject({ title: "性别", unit: "事件数" });
  });

  it("has the unit of its measure where there is one that its figures do not say", () => {
    const [measure] = gender.panel.measures;
    if (measure === undefined) throw new Error("no measure");
    const of = (unit: string) => modelOf({ ...gender, panel: { ...gender.panel, measures: [{ ...measure, unit }] } });
    expect([of("km").unit, of("ms").unit]).toEqual(["km", "Events"]);
    expect([of("km").format.compact(1500), of("ms").format.compact(1500)]).toEqual(["1,500", "1.5 sec"]);
  });

  it("draws the rows of the chosen scope and sums up all of them", () => {
    const { body, sum } = modelOf(gender, { scope: "late" });
    expect(body.form === "chart" && body.rows.map(({ value }) => value)).toEqual([13, 5, 1]);
    expect(sum).toBe(1000);
  });

  it("draws the chosen measure, and the first one where a link names none that exists", () => {
    expect(modelOf(several, { measure: 1 }).unit).toBe("Buyers");
    expect(modelOf(several, { measure: 9 }).unit).toBe("Events");
    expect(modelOf(several, { measure: 1 }).sum).toBe(modelOf(several).sum);
  });

  it("knows how many keys are in the rest", () => {
    expect(modelOf(pairIn(state, "province")).body).toMatchObject({ form: "chart", kind: "hbar", restKeys: 19 });
  });

  it.each([
    ["behavior", state, "chart", "pie"], ["age", state, "chart", "bar"], ["line", hostile, "chart", "line"],
    ["number", hostile, "number", "number"], ["unknown", hostile, "table", "table"],
    // A ring has no room for values below 0.
    ["negative", hostile, "chart", "bar"],
  ] as const)("is drawn as its descriptor and its rows allow: %s", (id, from, form, kind) => {
    const model = modelOf(pairIn(from, id));
    expect([model.body.form, model.drawn?.kind]).toEqual([form, kind]);
  });

  it("of two dimensions is a heat map", () => {
    expect(modelOf(crossed()).body).toMatchObject({ form: "chart", kind: "heatmap", restKeys: 9 });
  });

  it("is a table where the reader wants one, whose rows can be chosen", () => {
    const { body, drawn } = modelOf(gender, { table: true });
    expect(body).toMatchObject({ form: "table", canDrill: true, table: { labels: [["Female"], ["Male"], ["Unknown"]] } });
    expect([drawn?.kind, drawn?.rows.map(({ key }) => key)]).toEqual(["pie", ["0", "1", "2"]]);
  });

  it("cuts a title that is too long", () => {
    expect(Array.from(modelOf(pairIn(hostile, "long")).title)).toHaveLength(80);
  });
});

describe("a panel without figures", () => {
  const words = ctx.words.panels;

  it.each([
    ["waits for its first frame", inputOf(gender, {}, { frame: undefined }), ["loading", words.loading, ""]],
    ["says why it is quarantined before its first row", inputOf(withFrame({ state: "quarantined", reason: "trap", keys: [] })),
      ["quarantined", words.quarantined, `trap · ${words.quarantinedNote}`]],
    ["says why it cannot be read", inputOf(pairIn(hostile, "broken")),
      ["unreadable", words.unreadable, "frame has a column of another length than its keys"]],
  ])("%s", (_name, input, expected) => {
    expect(told(panelModel(input, ctx))).toEqual(expected);
  });

  it("has nothing yet: no row, or nothing but zeros and unknowns", () => {
    const empty = ["empty", ctx.words.panels.empty, ctx.words.panels.emptyNote];
    expect(told(modelOf(withFrame({ state: "empty" })))).toEqual(empty);
    const columns = { total: new Map([["events", [0, null, 0]]]), on_time: new Map(), late: new Map() };
    expect(told(modelOf(withFrame({ columns })))).toEqual(empty);
  });

  it("tells no late record from no record", () => {
    const columns = { ...gender.frame.columns, late: new Map([["events", [0, 0, 0]]]) };
    expect(told(modelOf(withFrame({ columns }), { scope: "late" }))).toEqual(["empty", ctx.words.panels.emptyLate, ""]);
    expect(modelOf(withFrame({ columns }), { scope: "late" }).sum).toBe(1000);
  });

  it("knows a sum from an unknown one", () => {
    expect([modelOf(gender, {}, { frame: undefined }).sum, modelOf(withFrame({ state: "quarantined" })).sum])
      .toEqual([null, 1000]);
  });

  it("says of a metric that lags how much of the log is counted", () => {
    const progress = { read: 430_000, of: 1_000_000 };
    const stale = { since: null, at: [], hint: "wait", progress };
    const { state, mark } = modelOf(withFrame({ state: "lagging", reason: "r", stale }), {});
    expect(state).toBe("lagging");
    expect(mark?.title).toBe(words.lagging);
    expect(mark?.text).toContain(words.laggingShare("43", "430,000", "1,000,000"));
    expect(mark?.text).toContain(words.laggingNote);
  });

  it("says how many records a metric does not count though its partitions do", () => {
    const { state, mark, body } = modelOf(withFrame({ missing: 1200 }), {});
    expect([state, body.form]).toEqual(["ok", modelOf(withFrame({}), {}).body.form]);
    expect(mark).toEqual({ title: words.missing("1,200"), text: words.missingNote });
    expect(modelOf(withFrame({ missing: 0 }), {}).mark).toBeNull();
  });

  it("says how often a result is made that takes long", () => {
    const { state, mark } = modelOf(withFrame({ every: 12 }), {});
    expect([state, mark]).toEqual(["ok", { title: words.every("12"), text: words.everyNote }]);
  });

  it.each([
    ["quarantined", words.quarantined, words.quarantinedNote],
    ["unreadable", words.unreadableResult, words.unreadableNote],
  ] as const)("keeps the last good figures of a metric that is %s, marked with age, place, reason and remedy", (state, title, note) => {
    const stale = { since: 0, at: [{ partition: 3, offset: 250 }], hint: "mend it", progress: null };
    const frame = withFrame({ state, reason: "x".repeat(900), stale });
    for (const choice of [{}, { table: true }]) {
      const { state: shown, drawn, body, mark } = modelOf(frame, choice);
      expect([shown, drawn?.rows.length]).toEqual([state, modelOf(gender).drawn?.rows.length]);
      expect(body.form).toBe("table" in choice ? "table" : "chart");
      expect(mark?.title).toBe(title);
      const parts = mark?.text.split(" · ") ?? [];
      expect(parts.slice(1)).toEqual([words.countsUpTo("3@250"), expect.any(String), "mend it", note]);
      expect(parts[2]).toHaveLength(300);
    }
    expect(modelOf(gender).mark).toBeNull();
  });

  it("says what went wrong while it was drawn", () => {
    expect(brokenBody(new Error("no canvas"), ctx)).toEqual(
      { form: "message", title: ctx.words.panels.unreadable, text: "no canvas" });
    expect(brokenBody("odd", ctx).text).toBe("odd");
  });
});

describe("a panel over a window", () => {
  const name = "1d@2015-11-01T00:00:00+08:00";
  const windowed = pairIn(greeted(SCENES["windowed"]), "behavior");
  const span = decodeSpan(day(1).window);
  const over = (frame: WindowAnswers["frame"], more: Partial<WindowAnswers> = {}) =>
    modelOf(windowed, { window: name }, { answers: { ...ANSWERS, frame, ...more } });

  it("shows that window's frame and its dates", () => {
    const frame = { ...windowed.frame, columns: { ...windowed.frame.columns, total: new Map([["events", [5, 6, 7, 8]]]) } };
    expect(over({ state: "ok", frame, span })).toMatchObject({ state: "ok", sum: 26, window: name, dates: "2015-11-01" });
  });

  it("keeps the window's last frame while the next one is loading or lost", () => {
    for (const is of ["loading", "missing"] as const) {
      expect(over({ state: is, frame: windowed.frame, span })).toMatchObject({ state: "ok", window: name });
    }
  });

  it("says that the window is on its way, or that it holds nothing", () => {
    const words = ctx.words.panels;
    expect(told(over({ state: "loading", frame: null, span: null }))).toEqual(["loading", words.windowLoading, ""]);
    expect(told(over({ state: "missing", frame: null, span: null }))).toEqual(["empty", words.windowEmpty, ""]);
    expect(over({ state: "missing", frame: null, span: null }).sum).toBeNull();
  });

  it("shows the stream's frame where a link names a window that the metric never had", () => {
    const model = modelOf(windowed, { window: "9d" }, { answers: { ...ANSWERS, frame: { state: "missing", frame: null, span: null } } });
    expect(model).toMatchObject({ state: "ok", window: null, dates: "" });
  });
});

describe("a panel over its last windows", () => {
  const windowed = pairIn(greeted(SCENES["windowed"]), "behavior");
  const windows = decodeTrend(history(new URLSearchParams("metric=behavior&window=1d&last=30&open=true")), "1d");
  const over = (trend: WindowAnswers["trend"], choice: Partial<PanelChoice> = {}, pair = windowed) =>
    modelOf(pair, { trend: true, ...choice }, { answers: { ...ANSWERS, trend } });

  it("shows a trend, said in words", () => {
    const { state: is, body, drawn, controls } = over({ state: "ok", windows });
    expect([is, drawn]).toEqual(["ok", null]);
    expect(body.form === "trend" && body.trend.series).toHaveLength(4);
    expect(body.form === "trend" && body.words).toMatch(/^Behaviour.* · 2015-11-11: Click /);
    expect(controls.menu).toMatchObject({ hasFiles: false, hasPicture: false });
  });

  it("is a table too, whose rows are windows and cannot be chosen", () => {
    const { body, drawn } = over({ state: "ok", windows }, { table: true });
    expect(body).toMatchObject({ form: "table", canDrill: false });
    expect(drawn).toBeNull();
  });

  it("has the unit of the measure that can be summed up", () => {
    const [events] = windowed.panel.measures;
    if (events === undefined) throw new Error("no measure");
    const buyers = { ...events, name: "buyers", title: { zh: "买家", en: "Buyers" }, additive: false };
    const pair = { ...windowed, panel: { ...windowed.panel, measures: [buyers, events] } };
    expect([over({ state: "ok", windows }, {}, pair).unit, modelOf(pair).unit]).toEqual(["Events", "Buyers"]);
  });

  it("says that the windows are on their way, or that there are none", () => {
    const words = ctx.words.panels;
    expect(told(over(null))).toEqual(["loading", words.windowLoading, ""]);
    expect(told(over({ state: "loading", windows: [] }))).toEqual(["loading", words.windowLoading, ""]);
    expect(told(over({ state: "ok", windows: [] }))).toEqual(["empty", words.windowEmpty, ""]);
  });

  it("says of a quarantined metric that it is quarantined", () => {
    const pair = { ...windowed, frame: { ...windowed.frame, state: "quarantined" as const } };
    expect(over({ state: "ok", windows }, {}, pair).state).toBe("quarantined");
  });

  it("is no trend where the metric has no windows", () => {
    expect(modelOf(gender, { trend: true })).toMatchObject({ state: "ok", body: { form: "chart" } });
    expect(modelOf(gender, { trend: true }).windowRow.trend).toMatchObject({ isShown: false, isOn: false });
  });
});
