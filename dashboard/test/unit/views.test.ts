import { describe, expect, it } from "vitest";
import { readPrefs } from "../../src/data/prefs";
import { reduce } from "../../src/data/state";
import { balance, isBalanced, partitionStates } from "../../src/views/balance";
import { stateDetail } from "../../src/views/detail";
import { sparkPath } from "../../src/plots/sparkline";
import { tile, TILES, type TileId } from "../../src/views/tile-model";
import { SCENES } from "../scripted/scenes.mjs";
import { contextOf, feed, greeted } from "./helpers";
import { INITIAL } from "../../src/data/state";
import { HELLO } from "../scripted/script.mjs";

const tileOf = (id: TileId, script = {}, lang: "zh" | "en" = "en") => {
  const { value, text, note } = tile(id, contextOf(greeted(script), lang));
  return { value, text, note };
};

describe("tiles", () => {
  it("show what the host counts", () => {
    expect(tileOf("events")).toEqual({
      value: 1_234_567, text: "1,234,567", note: "about 1.2M · from generator taobao",
    });
    expect(tileOf("rate")).toMatchObject({ value: 49_715.3, text: "49,715" });
    expect(tileOf("late", {}, "zh"))
      .toEqual({ value: 24_691, text: "24,691", note: "占 2.0%，照常计入总计" });
    expect(tileOf("rejected")).toMatchObject({ value: 246, note: "0.02% of all records" });
    expect(tileOf("latency")).toMatchObject({ value: 37, text: "37 ms" });
    expect(tileOf("watermark", {}, "zh"))
      .toMatchObject({ text: "11-10 23:55:00", note: "比事件时间慢 5 分钟" });
  });

  it("explain a lag", () => {
    expect(tileOf("lag")).toMatchObject({ value: 5435, note: "about 109 ms at this rate" });
    expect(tileOf("lag", { status: { lag: 0 } }))
      .toEqual({ value: 0, text: "0", note: "at the end of the log" });
    expect(tileOf("lag", { status: { lag: null } }).note).toBe("a generator has no lag");
    expect(tileOf("lag", SCENES["waiting"]).note).toBe("end of the log not known");
  });

  it.each(TILES)("never show an unknown %s as 0", (id) => {
    expect(tile(id, contextOf(INITIAL))).toMatchObject({ value: null, text: "—" });
  });

  it.each(["rate", "lag", "watermark", "latency"] as const)(
    "say why the %s is not known", (id) => {
      const waiting = tileOf(id, SCENES["waiting"]);
      expect([waiting.value, waiting.text]).toEqual([null, "—"]);
      expect(waiting.note).not.toBe("");
    });

  it("know no share of nothing", () => {
    expect(tileOf("late", { events: 0 })).toMatchObject({ value: 0, note: "no record yet" });
  });
});

describe("the accounting", () => {
  const found = (status: Record<string, unknown>) => {
    const next = greeted({ status }).status;
    if (next === null) throw new Error("no status");
    return balance(next);
  };
  const metric = (id: string, excluded: number) =>
    ({ id, on_time: 8, late: 2, folded: 10, excluded });

  it("adds up", () => {
    expect(isBalanced(found({}))).toBe(true);
  });

  it("says by how much it does not", () => {
    const off = found({ accounting: { read: 100, on_time: 90, late: 5, rejected: 2 } });
    expect([off.difference, isBalanced(off)]).toEqual([3, false]);
  });

  it("holds for each metric too", () => {
    const off = found({ metrics: [{ ...metric("good", 3), folded: 7 }, metric("bad", 1)] });
    expect([off.unbalancedMetrics, isBalanced(off)]).toEqual([["bad"], false]);
    expect(off.excluded).toEqual([{ id: "good", count: 3 }, { id: "bad", count: 1 }]);
  });

  it("counts partitions by state", () => {
    const partitions = ["running", "idle", "running"]
      .map((state, partition) => ({ partition, state }));
    const { status } = greeted({ status: { partitions } });
    expect(status && [...partitionStates(status)]).toEqual([["running", 2], ["idle", 1]]);
  });
});

describe("the words beside the state", () => {
  const detail = (state = greeted(), now = 0) => stateDetail(contextOf(state, "en", now));

  it.each([
    ["live", greeted(), 0, ""],
    ["stale", greeted(), 12_000, "no update for 12 sec"],
    ["catching up", greeted(SCENES["catching-up"]), 0, "4.2M records to go · about 1 min 36 sec"],
    ["lost", reduce(greeted(), { type: "lost", attempt: 3, retryAt: 9500 }), 8000,
      "attempt 3 in 2 sec · data is 8 sec old"],
    ["lost before any data", reduce(INITIAL, { type: "lost", attempt: 1, retryAt: 500 }), 0,
      "attempt 1 in 1 sec"],
    ["dialling again", reduce(greeted(), { type: "dialling", attempt: 2 }), 3000,
      "attempt 2 · data is 3 sec old"],
    ["another protocol", feed(INITIAL, 0, { ...HELLO, proto: 9 }), 0, "see below"],
  ] as const)("when %s", (_name, state, now, expected) => {
    expect(detail(state, now)).toBe(expected);
  });
});

describe("the sparkline", () => {
  it.each([
    ["nothing", [], ""],
    ["one point", [[0, 1]], ""],
    ["a fall to zero", [[0, 10], [1000, 0]], "M0.0 3.0L300.0 57.0"],
    ["a rate that stands", [[0, 5], [1000, 5]], "M0.0 3.0L300.0 3.0"],
    ["no rate at all", [[0, 0], [1000, 0]], "M0.0 57.0L300.0 57.0"],
  ] as const)("of %s", (_name, points, expected) => {
    expect(sparkPath(points as unknown as [number, number][])).toBe(expected);
  });

  it("never leaves its box", () => {
    const points = Array.from({ length: 400 }, (_, i): [number, number] =>
      [i * 1000, Math.abs(Math.sin(i)) * 1e9]);
    const numbers = sparkPath(points).split(/[ML ]/).filter((part) => part !== "").map(Number);
    expect(numbers.every((n) => n >= 0 && n <= 300)).toBe(true);
  });
});

describe("the reader's choices", () => {
  const memory = (kept: Record<string, string>) => (name: string) => kept[name] ?? null;

  it.each([
    ["", {}, "zh", "dark"],
    ["?lang=en", {}, "en", "dark"],
    ["", { lang: "en", theme: "light" }, "en", "light"],
    ["?lang=zh&theme=dark", { lang: "en", theme: "light" }, "zh", "dark"],
    ["?lang=fr&theme=pink", { lang: "xx" }, "zh", "dark"],
  ])("from %j and %j", (search, kept, lang, theme) => {
    expect(readPrefs(search, memory(kept), false)).toEqual({ lang, theme });
  });
});
