// Every form of a panel that is held against an earlier time.
import { describe, expect, it } from "vitest";
import { panelModel, type PanelInput } from "../../../src/panels/panel-model";
import { tilemapModel } from "../../../src/panels/tilemap-model";
import { decodeCompared } from "../../../src/wire/decode-compared";
import type { Frame, Panel } from "../../../src/wire/shapes";
import { counts, DAY_MS, NOW, timed, TIMED_SCENE, TODAY, UNTIL } from "../../scripted/timed.mjs";
import { frame } from "../../scripted/script.mjs";
import { ANSWERS, contextOf, greeted, inputOf, pairIn, type Pair } from "../fixtures";

const state = greeted(TIMED_SCENE);
const ctx = contextOf(state, "en");
const province = pairIn(state, "province");
const cross = pairIn(state, "cross");
const behavior = pairIn(state, "behavior");

/** What the host answers, or that with other frames. */
function answerOf(id: string, more: Record<string, unknown> = {}, to = "previous") {
  const body: unknown = JSON.parse(timed(`panels/${id}/compare`, new URLSearchParams({ window: "1d", to }))?.body ?? "");
  return { state: "ok" as const, value: decodeCompared({ ...(body as object), ...more }) };
}

function modelOf({ panel, frame: shown }: { panel: Panel; frame: Frame }, choice: Partial<PanelInput["choice"]> = {}, more: Record<string, unknown> = {}) {
  const compared = answerOf(panel.id, more);
  return panelModel(inputOf({ panel, frame: shown }, { against: "previous", window: "1d", isOwn: false, ...choice }, { answers: { ...ANSWERS, compared } }), ctx);
}

const as = ({ panel, frame: shown }: Pair, more: Partial<Panel>): Pair => ({ panel: { ...panel, ...more }, frame: shown });

describe("a panel that is compared", () => {
  it.each([
    ["pie", "hbar"], ["bar", "bar"], ["hbar", "hbar"], ["number", "number"], ["table", "table"], ["tiles", "tiles"],
  ])("is drawn in the form of a %s as %s", (chart, kind) => {
    const { drawn, body } = modelOf(as(province, { chart }));
    expect(drawn?.kind).toBe(kind);
    expect(drawn?.rows.every(({ past }) => past !== undefined)).toBe(true);
    expect(body.form).toBe(kind === "number" || kind === "table" || kind === "tiles" ? kind : "chart");
  });

  it("keeps a map of two dimensions, each cell with what it was", () => {
    const { drawn, comparison } = modelOf(cross);
    expect(drawn?.kind).toBe("heatmap");
    const before = counts("cross", TODAY - DAY_MS, UNTIL - DAY_MS);
    expect(drawn?.rows.map(({ past }) => past?.value)).toEqual(before);
    expect(comparison?.whole?.value).toBe(before.reduce((a, b) => a + b));
  });

  it("is of late records alone where these are chosen, on both sides", () => {
    const { drawn, comparison } = modelOf(behavior, { scope: "late" });
    const late = counts("behavior", TODAY, UNTIL).map((n) => Math.floor(n * 0.02));
    expect(drawn?.rows.map(({ value }) => value)).toEqual(late);
    expect(comparison?.whole?.value).toBe(counts("behavior", TODAY - DAY_MS, UNTIL - DAY_MS).reduce((sum, n) => sum + Math.floor(n * 0.02), 0));
  });

  it("has no change of the whole where values do not add up", () => {
    const measures = behavior.panel.measures.map((measure) => ({ ...measure, additive: false }));
    expect(modelOf(as(behavior, { measures })).comparison?.whole).toBeNull();
  });

  it("keeps its own rows in order where nobody asks for the change", () => {
    expect(modelOf(behavior).drawn?.rows.map(({ key }) => key)).toEqual(["0", "1", "2", "3"]);
    const { body } = modelOf(behavior, { byChange: true });
    expect(body).toMatchObject({ form: "chart", isOrdered: true });
    expect(modelOf(behavior).body).toMatchObject({ isOrdered: false });
  });
});

describe("what was before", () => {
  const keys = ["0", "1", "9"];

  it("is nothing of a key that was not there, and a key that is gone is not shown", () => {
    const { drawn } = modelOf(behavior, {}, { now: frame(["0", "2"], [10, 5]), before: frame(["0", "3"], [20, 7]) });
    expect(drawn?.rows.map(({ key, past }) => [key, past?.value, past?.text])).toEqual([["0", 20, "↓ 50.0%"], ["2", 0, "new"]]);
  });

  it("is the rest of a cut list against the rest", () => {
    const rest = (events: number) => ({ keys: 4, total: { events: [events] }, on_time: { events: [events] }, late: { events: [0] } });
    const { drawn, comparison } = modelOf(behavior, {}, {
      now: frame(keys, [1, 1, 1], { other: rest(30) }), before: frame(keys, [1, 1, 1], { other: rest(20) }),
    });
    expect(drawn?.rows.at(-1)?.past?.text).toBe("↑ 50.0%");
    expect(comparison?.whole?.text).toBe("↑ 43.5%");
  });

  it("is shown where there is nothing now", () => {
    const { state: shown, drawn } = modelOf(behavior, {}, { now: frame(["0"], [0]), before: frame(["0"], [9]) });
    expect([shown, drawn?.rows[0]?.past?.text]).toEqual(["ok", "↓ 100.0%"]);
    expect(modelOf(behavior, {}, { now: frame([], []), before: frame([], []) }).state).toBe("empty");
  });

  it.each([
    ["failed", { before: null, reason: "failed" }], ["not-yet", { now: null, before: null, start: null, until: null, reason: "not-yet" }],
    ["no-history", { before: null, reason: "no-history" }],
  ] as const)("is not known, and the panel shows what it would show anyway: %s", (reason, more) => {
    const { comparison, time, drawn } = modelOf(behavior, { window: null }, more);
    expect(comparison?.why).toContain(ctx.words.headline.reasons[reason]);
    expect(time.compare?.change).toBe("");
    expect(drawn?.rows.some(({ past }) => past !== undefined)).toBe(false);
  });

  it("is not there yet while the host is asked, and the panel stays as it was", () => {
    const input = inputOf(behavior, { against: "1d", window: null }, { answers: { ...ANSWERS, compared: { state: "loading", value: null } } });
    const { drawn, comparison, time } = panelModel(input, ctx);
    expect([drawn?.kind, comparison, time.compare?.why]).toEqual(["pie", null, ctx.words.time.comparing]);
  });
});

describe("tiles that are compared", () => {
  const input = (byChange: boolean) => {
    const { body } = modelOf(as(province, { chart: "tiles" }), { byChange });
    if (body.form !== "tiles") throw new Error(body.form);
    return tilemapModel({ title: "Provinces", rows: body.rows, additive: true, share: false, before: body.before, byChange }, ctx);
  };

  it("tell their change, in words too", () => {
    const tiles = input(false).tiles.filter(({ row }) => row !== null);
    expect(tiles.length).toBe(6);
    for (const { figure, title, row } of tiles) {
      expect(figure).toBe(row?.past?.text);
      expect(title).toContain(`Before ${ctx.format.full(row?.past?.value ?? null)}`);
    }
  });

  it("are ranked by what they are, or by their change", () => {
    const values = input(false).ranking.map(({ row }) => row.value ?? 0);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    const ratios = input(true).ranking.map(({ row }) => row.past?.ratio ?? 0);
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a));
    expect(input(true).ranking.every(({ isCompared, share, row }) => isCompared && share === row.past?.text)).toBe(true);
  });
});

it("the made-up host counts no hour that is still to come", () => {
  expect(counts("behavior", NOW, NOW + DAY_MS)).toEqual([0, 0, 0, 0]);
});
