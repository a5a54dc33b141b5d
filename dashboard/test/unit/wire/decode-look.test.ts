import { describe, expect, it } from "vitest";
import { decodeValue } from "../../../src/wire/decode";
import { decodeCompared } from "../../../src/wire/decode-compared";
import {
  decodeLayouts, decodeLook, decodeThresholds, decodeTicker, LAYOUT_UNITS_MAX, THRESHOLDS_MAX, TICKER_MAX,
} from "../../../src/wire/decode-look";

const THRESHOLD = { measure: "events", key: null, window: "1d", level: "bad", side: "below", value: -2 };
const UNIT = { key: "s1", text: { zh: "一号店", en: "Store 1" }, row: 0, column: 3, aliases: ["S-1"] };
const LINE = { at: 5, text: { zh: "有人购买", en: "Somebody bought" } };

describe("what the pipeline file says of the page", () => {
  it("is decoded as the host sends it", () => {
    expect(decodeThresholds([THRESHOLD])).toEqual([THRESHOLD]);
    expect(decodeLayouts([{ name: "stores", units: [UNIT] }])).toEqual([{ name: "stores", units: [UNIT] }]);
    expect(decodeTicker([LINE])).toEqual([LINE]);
    expect(decodeValue({ t: "schema", panels: [], layouts: [], ticker: { fields: ["province", 7] } }))
      .toMatchObject({ layouts: [], ticker: { fields: ["province"] } });
  });

  it("is nothing of an older host", () => {
    expect(decodeValue({ t: "schema" })).toEqual({ t: "schema", panels: [], headlines: [], layouts: [], ticker: null });
    expect(decodeLook(undefined)).toEqual({ logo: null, accent: null });
  });

  it.each([
    ["logo?5f3a", "logo?5f3a"], ["logo", "logo"], ["https://example.com/a", null], ["//a", null], ["../a", null],
    ["/a", null], ["data:x", null], ["logo')", null], [7, null],
  ])("takes a logo from the host alone: %s", (logo, expected) => {
    expect(decodeLook({ logo }).logo).toBe(expected);
  });

  it.each([["#0072B2", "#0072B2"], ["#07b", null], ["red", null], ["#0072b2;x", null]])(
    "takes an accent that is a colour: %s", (accent, expected) => {
      expect(decodeLook({ accent }).accent).toBe(expected);
    });

  it("is bounded, and what cannot be read is left out", () => {
    expect(decodeThresholds(Array.from({ length: 100 }, () => THRESHOLD))).toHaveLength(THRESHOLDS_MAX);
    expect(decodeThresholds([null, { ...THRESHOLD, level: "worse" }, { ...THRESHOLD, value: "1" }])).toEqual([]);
    const units = Array.from({ length: 900 }, () => UNIT);
    expect(decodeLayouts([{ name: "a", units }, { name: "a", units: [] }, {}])[0]?.units).toHaveLength(LAYOUT_UNITS_MAX);
    expect(decodeLayouts([{ name: "a", units: [{ ...UNIT, row: 0.5 }, null] }])[0]?.units).toEqual([]);
    expect(decodeTicker([{ at: 1 }, { text: LINE.text }, ...Array.from({ length: 20 }, () => LINE)])).toHaveLength(TICKER_MAX);
  });
});

describe("a comparison", () => {
  it("has a frame on each side, or none", () => {
    const frame = { state: "ok", keys: ["0"], total: { events: [3] }, of: 9 };
    const answer = {
      to: "previous", window: "1d", start: 1, until: 2, before_start: -3, before_until: -2,
      now: frame, before: null, reason: "no-history", hint: null,
    };
    const found = decodeCompared(answer);
    expect(found).toMatchObject({ to: "previous", beforeStart: -3, before: null, reason: "no-history" });
    expect([found?.now?.of, found?.now?.columns.total.get("events")]).toEqual([9, [3]]);
    expect([decodeCompared({ ...answer, to: "2d" }), decodeCompared("x")]).toEqual([null, null]);
  });
});
