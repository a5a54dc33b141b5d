import { describe, expect, it } from "vitest";
import { decodeExplanation } from "../../../src/wire/decode-explanation";
import { explain } from "../../scripted/api.mjs";

const late = explain(new URLSearchParams("partition=0&offset=41"));

describe("an explanation", () => {
  it("is read whole", () => {
    const found = decodeExplanation(late);
    expect(found).toMatchObject({ verdict: "late", lateByMs: 420_000, reason: null, latenessClock: "watermark" });
    expect(found?.eventTime).toEqual({ ms: Date.parse(late.event_time), text: late.event_time });
    expect(found?.columns.map(({ kind }) => kind)).toEqual(["value", "value", "value", "invalid", "missing"]);
    expect(found?.metrics.map(({ id, excluded, windows }) => [id, excluded, windows.length]))
      .toEqual([["behavior", null, 2], ["gender", { reason: "missing", detail: "gender" }, 0]]);
    expect(found?.metrics[0]?.windows.map(({ spec, pane, isCorrection }) => [spec, pane?.kind, isCorrection]))
      .toEqual([["cumulative", undefined, false], ["1d", "1d", true]]);
  });

  it("leaves out what is of another shape", () => {
    const found = decodeExplanation({
      verdict: "on_time", offset: 3, event_time: "never", stamp: 7, columns: [], metrics: { m: { windows: [{ pane: { start: "x" } }, 4] } },
    });
    expect(found).toMatchObject({ eventTime: null, stamp: null, value: null, columns: [] });
    expect(found?.metrics[0]?.windows).toEqual(Array.from({ length: 2 }, () =>
      ({ spec: "", pane: null, isExpired: false, isUnplaced: false, isOpened: false, isCorrection: false, finals: [] })));
  });

  it("is bounded", () => {
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`c${i}`, i]));
    const found = decodeExplanation({ ...late, columns: many, metrics: many });
    expect([found?.columns.length, found?.metrics.length]).toEqual([200, 64]);
  });

  it.each([[null], [{}], [{ verdict: "late" }], ["late"]])("is none: %j", (value) => {
    expect(decodeExplanation(value)).toBeNull();
  });
});
