import { describe, expect, it } from "vitest";
import { heldWords, PARTITIONS_MAX, partitionsModel } from "../../../src/ops/partitions";
import { contextOf, greeted, statusOf, texts } from "../fixtures";

const ctx = contextOf(greeted(), "en");

describe("the partitions", () => {
  it("tell which one holds the watermark back", () => {
    expect(texts(partitionsModel(statusOf(), ctx))[3])
      .toBe("3 | running | 308,641 | 3 | 11-10 23:53:00 | holds the watermark since 08:16:26");
    expect(heldWords(statusOf(), ctx)).toBe("Partition 3 holds the watermark since 08:16:26");
    expect(heldWords(statusOf({ watermark_held_by: null }), ctx)).toBe("no partition holds the watermark back");
  });

  it("are bounded, and those in trouble are among the shown ones", () => {
    const partitions = Array.from({ length: 200 }, (_, partition) => ({
      partition, offset: 1, end: 1, lag: 0, watermark: null, state: partition === 150 ? "gap" : "running",
      gaps: partition === 199 ? [{ kind: "log_start_moved", from: 5, to: 9000 }] : [],
    }));
    const model = partitionsModel(statusOf({ partitions }), ctx);
    expect(model.rows).toHaveLength(PARTITIONS_MAX);
    expect(model.note).toBe("another 168 not listed");
    expect(texts(model).slice(-2)).toEqual([
      "150 | gap | 1 | 0 | — | ", "199 | running | 1 | 0 | — | deleted before read: offsets 5 to 9,000",
    ]);
  });
});
