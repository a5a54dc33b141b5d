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

  it("say their state by word, icon and tone, one of a newer host by its code", () => {
    const partitions = ["running", "idle", "gap", "waiting", "ended", "failed", "sleeping", "constructor"]
      .map((state, partition) => ({ partition, state }));
    const cells = partitionsModel(statusOf({ partitions, watermark_held_by: null }), ctx).rows.map((row) => row.cells[1]);
    expect(cells.map((cell) => [cell?.text, cell?.icon, cell?.tone])).toEqual([
      ["running", "play", "good"], ["idle", "pause", "muted"], ["gap", "warning", "bad"], ["waiting", "hourglass", "warn"],
      ["ended", "done", "muted"], ["failed", "failed", "bad"], ["sleeping", "dots", "muted"], ["constructor", "dots", "muted"],
    ]);
  });

  it("count several gaps, and list them to who asks", () => {
    const gaps = [{ kind: "log_start_moved", from: 5, to: 9000 }, { kind: "log_turned", from: 1, to: 2 }];
    const [row] = partitionsModel(statusOf({ partitions: [{ partition: 3, gaps }] }), ctx).rows;
    expect(row?.marked).toBe(true);
    expect(row?.cells.at(-1)).toMatchObject({
      text: "holds the watermark since 08:16:26 · 2 gaps", tone: "warn",
      title: "holds the watermark since 08:16:26 · 2 gaps\ndeleted before read: offsets 5 to 9,000\nlog_turned: offsets 1 to 2",
    });
  });

  it("name the record that moved the watermark far, without a mark", () => {
    const leap = { offset: 4711, time: null, from: 1_447_160_100_000, to: 1_447_170_900_000 };
    const [row] = partitionsModel(statusOf({ partitions: [{ partition: 0, leap }] }), ctx).rows;
    expect(row?.marked).toBe(false);
    const cell = row?.cells.at(-1);
    expect(cell?.text).toBe("offset 4,711 moved the watermark far: from 2015-11-10 20:55:00 to 2015-11-10 23:55:00");
    expect(cell?.tone).toBeUndefined();
  });

  it("come in the order of their numbers, and none is not an empty table", () => {
    const partitions = [7, 0, 10, 2].map((partition) => ({ partition, state: "idle" }));
    expect(partitionsModel(statusOf({ partitions }), ctx).rows.map(({ key }) => key)).toEqual(["0", "2", "7", "10"]);
    expect(partitionsModel(statusOf({ partitions: [] }), ctx)).toMatchObject({ rows: [], note: "no partition yet" });
  });
});
