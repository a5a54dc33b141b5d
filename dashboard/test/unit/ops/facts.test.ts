import { describe, expect, it } from "vitest";
import { checkpointModel, factsOf, pluginsModel } from "../../../src/ops/facts";
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
      .toBe("Behaviour | ok | 0.1.0 | 5f3a9c01d2e4 | 4.2 | 1.2 MB | 0 | 0");
    const quarantined = pluginsModel(statusOf({ metrics: [{ id: "x", state: "quarantined", reason: "trap" }] }), ctx);
    expect(texts(quarantined)).toEqual(["x | quarantined | — | — | — | — | — | 0"]);
    expect(quarantined.rows[0]?.cells[1]).toMatchObject({ icon: "shield", tone: "bad", title: "trap" });
  });
});
