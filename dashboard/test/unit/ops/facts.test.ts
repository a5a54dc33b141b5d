import { describe, expect, it } from "vitest";
import { checkpointModel, checkpointsModel, factsOf, pluginsModel } from "../../../src/ops/facts";
import { decodeCheckpoints } from "../../../src/wire/decode-reports";
import { contextOf, greeted, statusOf, texts } from "../fixtures";

const ctx = contextOf(greeted(), "en");

describe("facts", () => {
  const facts = (more = {}) => factsOf(statusOf(more), ctx).map(({ tone, text }) => `${tone}: ${text}`);

  it("are the same whatever the state", () => {
    expect(facts()).toEqual([
      "good: idle 41.0%", "good: 4 of 4 partitions running", "warn: partition 3 holds the watermark",
      "good: checkpoint 3 sec ago",
    ]);
    expect(facts({ checkpoint: { at: null, failures: 3, error: "disk is full" }, stages: null })[2])
      .toBe("bad: 3 failed checkpoints");
  });

  // The notice flashed up for single updates: in most of them some partition is behind.
  it("name a partition that holds the watermark only once it has done so for a while", () => {
    const held = (since: number) =>
      facts({ watermark_held_by: { partition: 1, watermark: 0, since } }).filter((fact) => fact.includes("holds"));
    expect(held(999_000)).toEqual([]);
    expect(held(990_000)).toEqual(["warn: partition 1 holds the watermark"]);
  });

  // 16 rows a call at 60 ns looked like an alarm; the call took 1 µs.
  it("of plugins have the cost of a call beside that of a row", () => {
    const [row] = texts(pluginsModel(statusOf({ batch_rows: 16, metrics: [{ id: "x", plugin: { ns_per_row: 60 } }] }), ctx));
    expect(row?.split(" | ").slice(4, 6)).toEqual(["0.96", "60"]);
  });

  it("of checkpoints", () => {
    const named = (more = {}) => checkpointModel(statusOf(more), ctx).map(({ name, text }) => `${name}: ${text}`);
    expect(named()).toEqual(["Age: 3 sec ago", "Size: 18.2 kB", "Took: 4 ms", "Failures in a row: none"]);
    expect(named({ checkpoint: { at: null, failures: 2, error: "disk is full" } })).toEqual([
      "Age: no checkpoint yet", "Size: —", "Took: —", "Failures in a row: 2", "Error: disk is full",
    ]);
    expect(named({ checkpoint: null })).toEqual(["Age: state is not kept"]);
  });

  it("of plugins", () => {
    expect(texts(pluginsModel(statusOf(), ctx))[0])
      .toBe("Behaviour | ok | 0.1.0 | 5f3a9c01d2e4 | 2.2 | 4.2 | 1.2 MB | 0 | 0 | 0");
    const quarantined = pluginsModel(statusOf({ metrics: [{ id: "x", state: "quarantined", reason: "trap" }] }), ctx);
    expect(texts(quarantined)).toEqual(["x | quarantined | — | — | — | — | — | — | 0 | 0"]);
    expect(quarantined.rows[0]?.cells[1]).toMatchObject({ icon: "shield", tone: "bad", title: "trap" });
    const missing = [{ partition: 0, from: 0, to: 1200, why: "before" }, { partition: 1, from: 5, to: 6, why: "gone" }];
    const { rows } = pluginsModel(statusOf({ metrics: [{ id: "x", missing }] }), ctx);
    expect(rows[0]?.cells.at(-1)).toEqual({ text: "1,201", title: "0@0 – 0@1199, 1@5 – 1@5", tone: "warn" });
  });
});

const FULL = { code: "checkpoint_failing", message: "m", args: { error: "disk full" }, hint: null };

describe("the last checkpoints", () => {
  const ctx = contextOf(greeted(), "en");
  const model = (value: unknown) => checkpointsModel(decodeCheckpoints(value), "", ctx);

  it("show when, how long, how large and why not", () => {
    const { rows } = model({ checkpoints: [
      { at: 990_000, duration_ms: 12, bytes: 0, cause: FULL }, { at: 985_000, duration_ms: 4, bytes: 18_234, cause: null },
    ] });
    expect(rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ["01-01 08:16:30", "12 ms", "—", "The checkpoint cannot be stored: disk full"], ["01-01 08:16:25", "4 ms", "18.2 kB", "stored"],
    ]);
    expect(rows[0]?.cells[3]?.tone).toBe("bad");
  });

  it.each([null, {}, { checkpoints: 3 }, { checkpoints: [null, { at: "x" }, 7] }])("survive %j", (value) => {
    expect(model(value).rows).toEqual([]);
  });
});
