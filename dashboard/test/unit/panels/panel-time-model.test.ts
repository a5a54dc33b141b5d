import { describe, expect, it } from "vitest";
import { panelModel, type PanelInput } from "../../../src/panels/panel-model";
import { panelTimeModel } from "../../../src/panels/panel-time-model";
import { decodeFrame } from "../../../src/wire/decode";
import { decodeCompared } from "../../../src/wire/decode-compared";
import { counts, DAY_MS, timed, TIMED_SCENE, TODAY, UNTIL } from "../../scripted/timed.mjs";
import { ANSWERS, CHOICE, contextOf, greeted, inputOf, pairIn } from "../fixtures";

const state = greeted(TIMED_SCENE);
const ctx = contextOf(state, "en");
const behavior = pairIn(state, "behavior");
const cross = pairIn(state, "cross");
const gender = pairIn(state, "gender");
const TO = { against: "1d", window: "1d", isOwn: false } as const;

/** What the host answers about a panel against the day before. */
function against(id: string, more: Record<string, unknown> = {}) {
  const body: unknown = JSON.parse(timed(`panels/${id}/compare`, new URLSearchParams({ window: "1d", to: "1d" }))?.body ?? "");
  return { state: "ok" as const, value: decodeCompared({ ...(body as object), ...more }) };
}

function modelOf(input: PanelInput) {
  return panelModel(input, ctx);
}

const compared = (pair: typeof behavior, choice: Partial<PanelInput["choice"]> = {}, more = {}) =>
  modelOf(inputOf(pair, { ...TO, ...choice }, { answers: { ...ANSWERS, compared: against(pair.panel.id, more) } }));

describe("a panel held against the day before", () => {
  it("shows today up to the last full hour, and yesterday up to that hour behind it", () => {
    const { drawn, comparison, sum } = compared(behavior);
    const [now, before] = [counts("behavior", TODAY, UNTIL), counts("behavior", TODAY - DAY_MS, UNTIL - DAY_MS)];
    expect(drawn?.rows.map(({ value }) => value)).toEqual(now);
    expect(drawn?.rows.map(({ past }) => past?.value)).toEqual(before);
    expect(sum).toBe(now.reduce((a, b) => a + b));
    expect(comparison).toMatchObject({ to: "1d", until: "to 14:00" });
    // A ring has no place for what was before.
    expect(drawn?.kind).toBe("hbar");
  });

  it("has them as a table, and by change, the largest growth first", () => {
    const { body, drawn } = compared(behavior, { table: true, byChange: true });
    const ratios = drawn?.rows.map(({ past }) => past?.ratio ?? 0) ?? [];
    expect([...ratios].sort((a, b) => b - a)).toEqual(ratios);
    if (body.form !== "table") throw new Error(body.form);
    expect(body.table.columns.map(({ title }) => title)).toEqual(["Events · Now", "Before", "Change"]);
    expect(body.table.columns[2]?.cells).toEqual(drawn?.rows.map(({ past }) => past?.text));
  });

  it("keeps what it shows where the history is too short, and says so", () => {
    const { comparison, state: shown, drawn, time } = compared(behavior, {}, { before: null, before_start: null, before_until: null, reason: "no-history" });
    expect([shown, drawn?.rows[0]?.past]).toEqual(["ok", undefined]);
    expect(comparison?.why).toBe(ctx.words.headline.reasons["no-history"]);
    expect(time.compare?.why).toBe(comparison?.why);
  });

  it("is of one key of the second dimension where one is chosen, the largest first", () => {
    const { drawn, title } = compared(cross, { slice: "2" });
    const all = counts("cross", TODAY, UNTIL).filter((_, i) => i % 4 === 2);
    expect(drawn?.rows.map(({ value }) => value)).toEqual([...all].sort((a, b) => b - a));
    expect(drawn?.rows.every(({ past }) => (past?.value ?? 0) > 0)).toBe(true);
    expect([drawn?.kind, title]).toEqual(["hbar", "Province and action · Buy"]);
  });
});

describe("a panel and the time of the page", () => {
  it("says that its metric lacks it, and which line adds it", () => {
    const { state: shown, body, windowRow } = modelOf(inputOf(gender, { window: "1d*7", isOwn: false }));
    expect(shown).toBe("lacking");
    expect(body).toMatchObject({ form: "message", text: 'Write windows = ["cumulative", "1d"] at [[metric]] gender in pipeline.toml to see them' });
    expect([windowRow.isShown, windowRow.chosen, windowRow.options.map(({ text }) => text)]).toEqual([true, "lacks", ["All time", "Latest 7 days"]]);
  });

  it("says that it has another one of its own, which can be undone", () => {
    expect(modelOf(inputOf(behavior, { window: null, isOwn: true })).time.own).toMatchObject({ text: "Follow the page" });
    expect(modelOf(inputOf(behavior, { window: null })).time.own).not.toBeNull();
    expect(modelOf(inputOf(behavior)).time.isShown).toBe(false);
  });

  it("is marked where its figures are of another moment than those of others", () => {
    const at = (of: number) => decodeFrame({ state: "ok", keys: ["0"], total: { events: [1] }, on_time: { events: [1] }, late: { events: [0] }, of });
    const frames = new Map([...state.frames, ["behavior", at(90)], ["gender", at(1090)]]);
    const calm = state.status === null ? null : { ...state.status, eventsPerSecond: 10 };
    const context = { ...ctx, state: { ...state, frames, status: calm } };
    expect(panelModel(inputOf({ ...behavior, frame: at(90) }), context).age?.title).toContain("1,000");
    expect(panelModel(inputOf({ ...gender, frame: at(1090) }), context).age).toBeNull();
  });
});

describe("the line of a panel about its time", () => {
  const line = (pair: typeof behavior, choice: Partial<PanelInput["choice"]>, more: Partial<Parameters<typeof panelTimeModel>[0]> = {}) =>
    panelTimeModel({ ...pair, choice: { ...CHOICE, ...choice }, answers: ANSWERS, isTrend: false, comparison: null, ...more }, ctx);

  it("lets one key of a second dimension be chosen", () => {
    expect(line(cross, { slice: "2" }).slice).toMatchObject({ chosen: "2" });
    expect(line(cross, {}).slice?.options.map(({ text }) => text)).toEqual(["All", "Click", "Add to cart", "Buy", "Favourite"]);
    expect(line(cross, { slice: "9" }).slice?.options.at(-1)).toEqual({ value: "9", text: "9" });
    expect(line(behavior, {}).slice).toBeNull();
  });

  it("lets a trend be stacked, logarithmic or of shares, and lines be on either axis", () => {
    expect(line(behavior, {}, { isTrend: true }).form?.options.map(({ value }) => value)).toEqual(["stack", "log", "share"]);
    const measures = behavior.panel.measures.map((each) => ({ ...each, additive: false }));
    const lines = line({ ...behavior, panel: { ...behavior.panel, measures } }, { form: "share" }, { isTrend: true }).form;
    expect([lines?.options.map(({ text }) => text), lines?.chosen]).toEqual([["Linear", "Log"], "stack"]);
    expect(line(behavior, { table: true }, { isTrend: true }).form).toBeNull();
  });

  it.each([
    ["all-time", ctx.words.time.compareAllTime], ["sliding", ctx.words.time.compareSliding],
    [{ state: "loading", value: null }, ctx.words.time.comparing], [{ state: "missing", value: null }, ctx.words.time.compareFailed],
  ] as const)("says why nothing is compared: %s", (answer, why) => {
    expect(line(behavior, { against: "7d" }, { answers: { ...ANSWERS, compared: answer } }).compare).toMatchObject({ why, change: "" });
  });
});
