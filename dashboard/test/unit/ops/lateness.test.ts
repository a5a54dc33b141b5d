import { describe, expect, it } from "vitest";
import { BARS_MAX, histogramOf, latenessWords } from "../../../src/ops/lateness";
import { lateModel } from "../../../src/ops/samples";
import { decodeLateness } from "../../../src/wire/decode-reports";
import { lateness } from "../../scripted/api.mjs";
import { contextOf, greeted, texts } from "../fixtures";

const ctx = contextOf(greeted(), "en");

describe("late records", () => {
  const report = decodeLateness(lateness());
  if (report === null) throw new Error("no report");

  it("are few bars, none across the bound", () => {
    const { bars, bound, bound999 } = histogramOf(report);
    expect(bars.length).toBeLessThanOrEqual(BARS_MAX);
    expect(bars.every((bar) => bar.left >= 0 && bar.right <= 1.02 && bar.height >= 0 && bar.height <= 1)).toBe(true);
    expect(bars.filter((bar) => bar.isLate).every((bar) => bar.fromMs > report.boundMs)).toBe(true);
    expect(bars.reduce((sum, bar) => sum + bar.records, 0))
      .toBe(report.buckets.reduce((sum, [, , records]) => sum + records, 0));
    expect(bound999 !== null && bound999 > bound).toBe(true);
    const many = Array.from({ length: 1856 }, (_, i) => [i * 1000, i * 1000 + 999, 1] as const);
    expect(histogramOf({ ...report, buckets: many }).bars.length).toBeLessThanOrEqual(BARS_MAX);
    expect(histogramOf({ ...report, buckets: [] }).bars).toEqual([]);
  });

  it("are said in words", () => {
    expect(latenessWords(report, histogramOf(report), ctx).facts).toEqual([
      "24,691 of 1,234,320 records late (2.0%) with a bound of 5 min",
      "99.9 % on time would take a bound of 7 min 5 sec", "against the watermark",
    ]);
    const within = { ...report, boundFor999Ms: 1000, replayable: false, clock: "processing" };
    expect(latenessWords(within, histogramOf(within), ctx).facts.slice(1)).toEqual([
      "the bound keeps 99.9 % on time (1 sec would do)", "against the time of processing",
      "a replay gives other verdicts, as each reading has its own time",
    ]);
  });

  it("are listed, the newest first", () => {
    expect(lateModel(report.samples, ctx).rows[0]?.key).toBe("3@308019");
    expect(texts(lateModel(report.samples, ctx))[0]).toMatch(/^3@308019 \| 11-10 23:59:41 \| 15 min \| \{"user_id"/);
    expect(lateModel([], ctx).note).toBe("no late record yet");
  });
});
