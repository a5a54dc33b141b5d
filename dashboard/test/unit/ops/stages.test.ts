import { describe, expect, it } from "vitest";
import { bottleneckOf, stagesModel } from "../../../src/ops/stages";
import { contextOf, greeted, statusOf } from "../fixtures";

const ctx = contextOf(greeted(), "en");

describe("the stages", () => {
  const shares = (waiting: number, decode: number, plugins: number, publish: number, blocked: number) =>
    ({ waiting, decode, plugins, publish, blocked });

  it("say how the workers spend their time", () => {
    const model = stagesModel(statusOf(), ctx);
    expect(model?.stages.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      "Fetch: queue 4,096 · waiting 41.0%", "Decode: busy 24.0%", "Plugins: busy 27.0%", "Publish: busy 6.0%",
      "Checkpoint: blocked 2.0%",
    ]);
    expect(model?.stages.map(({ more }) => more)).toEqual(["", "", "", "every 100 ms", ""]);
    expect(model?.words).toBe("no bottleneck: 41.0% to spare, busiest is plugins");
  });

  it.each([
    [{ client: "own", reason: "it honours all settings" }, "own connections"],
    [{ client: "librdkafka", reason: "own fetch does not know `client.rack`" },
      "librdkafka: own fetch does not know `client.rack`"],
    [null, ""],
  ])("say who fetches: %o", (fetch, expected) => {
    const status = statusOf({ source: { kind: "kafka", name: "events", fetch } });
    expect(stagesModel(status, ctx)?.stages[0]?.more).toBe(expected);
  });

  it.each([
    ["workers wait at the end of the log", shares(0.9, 0.05, 0.05, 0, 0), 0, 0, "idle"],
    ["workers wait though much is left", shares(0.6, 0.3, 0.1, 0, 0), 0, 1_000_000, "source"],
    ["checkpoints block", shares(0, 0.3, 0.3, 0.1, 0.3), 500, 5, "checkpoint"],
    ["decoding takes longest", shares(0.01, 0.6, 0.3, 0.09, 0), 500, 1_000_000, "decode"],
    ["plugins take longest", shares(0.01, 0.3, 0.6, 0.09, 0), 500, 1_000_000, "plugins"],
    ["publishing takes longest", shares(0.05, 0.2, 0.3, 0.45, 0), 500, 1_000_000, "publish"],
  ])("name the bottleneck where %s", (_name, stages, queue_records, lag, expected) => {
    expect(bottleneckOf(statusOf({ stages, queue_records, lag }), ctx)).toBe(expected);
  });

  it.each([
    ["workers are blocked for a fifth", shares(0.05, 0.5, 0.2, 0.05, 0.2), 500, 5, "decode"],
    ["workers wait for no more than a few moments", shares(0.15, 0.3, 0.5, 0.05, 0), 0, 1_000_000, "plugins"],
    ["few records are left", shares(0.6, 0.3, 0.1, 0, 0), 0, 10_000, "idle"],
    ["the end of the log is not known", shares(0.6, 0.3, 0.1, 0, 0), 0, null, "idle"],
    ["records wait for a worker", shares(0.6, 0.3, 0.1, 0, 0), 1, 1_000_000, "idle"],
    ["two stages take as long", shares(0, 0.5, 0.5, 0, 0), 500, 5, "decode"],
  ])("blame nothing too early where %s", (_name, stages, queue_records, lag, expected) => {
    expect(bottleneckOf(statusOf({ stages, queue_records, lag }), ctx)).toBe(expected);
  });

  it("blame no stage of a pipeline in which nothing flows", () => {
    const still = { stages: shares(0, 1, 0, 0, 0), queue_records: 0, lag: null, events_per_second: 0 };
    expect(bottleneckOf(statusOf(still), ctx)).toBe("idle");
  });

  it("are shares, whatever the host measured", () => {
    const model = stagesModel(statusOf({ stages: shares(1.2, -0.1, 0.4, 0, 0), queue_records: null, publish_every_ms: null }), ctx);
    expect(model?.stages.map(({ share }) => share)).toEqual([1, 0, 0.4, 0, 0]);
    expect(model?.stages.map(({ text }) => text)).toEqual(["waiting 100.0%", "busy 0.0%", "busy 40.0%", "busy 0.0%", "idle"]);
  });

  it("are unknown of an older host", () => {
    expect(stagesModel(statusOf({ stages: undefined }), ctx)).toBeNull();
  });
});
