import { describe, expect, it } from "vitest";
import { INITIAL } from "../../../src/data/state";
import { tile, type TileId, TILES } from "../../../src/views/tile-model";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted } from "../fixtures";

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
