import { describe, expect, it } from "vitest";
import { decodeLateness, decodeSamples } from "../../../src/wire/decode-reports";
import { deadLetters, lateness, sample } from "../../scripted/api.mjs";

describe("how late records are", () => {
  it("is read whole", () => {
    const report = decodeLateness(lateness());
    expect(report).toMatchObject({ clock: "watermark", replayable: true, boundMs: 300_000, boundFor999Ms: 425_983 });
    expect(report?.buckets[0]).toEqual([0, 999, 912_000]);
    expect(report?.samples).toHaveLength(20);
  });

  it.each([[null], [7], [{}], [{ bound_ms: 1, records: 2 }]])("is nothing for %j", (value) => {
    expect(decodeLateness(value)).toBeNull();
  });

  it("leaves out what is no bucket and no sample, and sorts", () => {
    const report = decodeLateness({
      ...lateness(), bound_for_999_ms: null,
      buckets: [[9, 12, 1], [0, 8, 3], [5, 4, 1], [1, 2], "x"],
      samples: [sample(3), { ...sample(4), offset: null }, 7],
    });
    expect([report?.buckets, report?.boundFor999Ms]).toEqual([[[0, 8, 3], [9, 12, 1]], null]);
    expect(report?.samples.map(({ offset }) => offset)).toEqual([308_003]);
  });
});

describe("samples", () => {
  it("have a place, and what is known of them", () => {
    const samples = decodeSamples(deadLetters());
    expect(samples?.shown).toBe(true);
    expect(samples?.samples[3]).toMatchObject({
      partition: 3, offset: 308_043, reason: "required_missing", detail: "province", eventTime: null,
    });
  });

  it("are not records where the host hides them", () => {
    const hidden = { shown: false, samples: [{ ...sample(1), record: null }] };
    expect(decodeSamples(hidden)).toMatchObject({ shown: false, samples: [{ record: null, recordBase64: null }] });
    expect(decodeSamples({ shown: true })).toBeNull();
  });
});
