import { describe, expect, it } from "vitest";
import { decodeLateness, decodeSamples } from "../../src/wire/decode-reports";
import { accountOf } from "../../src/views/account";
import { checkpointModel, factsOf, pluginsModel } from "../../src/ops/facts";
import { annotationsOf } from "../../src/ops/happened";
import { BARS_MAX, histogramOf, latenessWords } from "../../src/ops/lateness";
import { heldWords, PARTITIONS_MAX, partitionsModel } from "../../src/ops/partitions";
import { NO_REPORTS, Reports } from "../../src/net/reports";
import { deadModel, eventsModel, lateModel, noteOf } from "../../src/ops/samples";
import { bottleneckOf, stagesModel } from "../../src/ops/stages";
import { niceTicks } from "../../src/plots/scale";
import { split, timePlot } from "../../src/plots/time-plot";
import type { Answer } from "../../src/net/ask";
import { deadLetters, events, explain, lateness } from "../scripted/api.mjs";
import { greeting } from "../scripted/script.mjs";
import { contextOf, feed, greeted } from "./helpers";

const statusOf = (more: Record<string, unknown> = {}) => {
  const { status } = greeted({ status: more });
  if (status === null) throw new Error("no status");
  return status;
};
const ctx = contextOf(greeted(), "en");
const texts = (model: { rows: readonly { cells: readonly { text: string }[] }[] }) =>
  model.rows.map(({ cells }) => cells.map(({ text }) => text).join(" | "));

describe("the stages", () => {
  const shares = (waiting: number, decode: number, plugins: number, publish: number, blocked: number) =>
    ({ waiting, decode, plugins, publish, blocked });

  it("say how the workers spend their time", () => {
    const model = stagesModel(statusOf(), ctx);
    expect(model?.stages.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      "Fetch: queue 4,096 · waiting 41.0%", "Decode: busy 24.0%", "Plugins: busy 27.0%", "Publish: busy 6.0%",
      "Checkpoint: blocked 2.0%",
    ]);
    expect(model?.words).toBe("no bottleneck: 41.0% to spare, busiest is plugins");
  });

  it.each([
    ["workers wait at the end of the log", shares(0.9, 0.05, 0.05, 0, 0), 0, 0, "idle"],
    ["workers wait though much is left", shares(0.6, 0.3, 0.1, 0, 0), 0, 1_000_000, "source"],
    ["checkpoints block", shares(0, 0.3, 0.3, 0.1, 0.3), 500, 5, "checkpoint"],
    ["decoding takes longest", shares(0.01, 0.6, 0.3, 0.09, 0), 500, 1_000_000, "decode"],
    ["plugins take longest", shares(0.01, 0.3, 0.6, 0.09, 0), 500, 1_000_000, "plugins"],
    ["publishing takes longest", shares(0.05, 0.2, 0.3, 0.45, 0), 500, 1_000_000, "publish"],
  ])("name the bottleneck where %s", (_name, stages, queue_records, lag, expected) => {
    expect(bottleneckOf(statusOf({ stages, queue_records, lag }))).toBe(expected);
  });

  it("are unknown of an older host", () => {
    expect(stagesModel(statusOf({ stages: undefined }), ctx)).toBeNull();
  });
});

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

describe("what happened", () => {
  it("is told with icon and word, a restart as such", () => {
    const happened = [
      { at: 940_000, what: "started", of: null }, { at: 950_000, what: "waiting", of: "broker_unreachable" },
      { at: 960_000, what: "gap", of: "3" }, { at: 970_000, what: "quarantined", of: "gender" },
      { at: 10, what: "failed", of: null }, { at: 980_000, what: "from_the_future", of: null },
    ];
    const state = greeted({ status: { happened } });
    expect(annotationsOf(contextOf(state, "en")).map(({ word, text, isBad }) => [word, text, isBad])).toEqual([
      ["started", "started", false], ["waiting", "waiting: broker unreachable", true],
      ["gap in a log", "gap in a log: partition 3", true],
      ["metric quarantined", "metric quarantined: Gender", true],
      ["from_the_future", "from_the_future", true],
    ]);
    const again = feed(state, 0, ...greeting({ now: 1_030_000, hello: { epoch: "e2" } }));
    expect(annotationsOf(contextOf(again, "en")).map(({ word }) => word)).toEqual(["started", "restarted"]);
  });
});

describe("a plot over time", () => {
  it("breaks where nothing was measured", () => {
    expect(split([[0, 1], [1000, 2], [20_000, 3]]).map((piece) => piece.length)).toEqual([2, 1]);
  });

  it("stays in its box", () => {
    const points = Array.from({ length: 300 }, (_, i): [number, number] => [700_000 + i * 1000, Math.abs(Math.sin(i)) * 1e6]);
    const plot = timePlot([{ name: "in", points }], [{ at: 800_000, text: "x", isBad: true }, { at: 1, text: "y", isBad: true }],
      1_000_000, { width: 400, height: 100, fontPx: 16 }, ctx.format);
    expect(plot.marks.map(({ x }) => x > plot.left && x < plot.right)).toEqual([true]);
    const numbers = plot.lines[0]?.path.split(/[ML ]/).filter((part) => part !== "").map(Number) ?? [];
    expect(numbers.every((n, i) => n >= 0 && n <= (i % 2 === 0 ? 400 : 100))).toBe(true);
    expect(plot.ys.length).toBeGreaterThan(1);
  });

  it.each([[0, 3, [0, 0.5e-9 * 2]], [100, 4, [0, 25, 50, 75, 100]], [62_000, 3, [0, 25_000, 50_000, 75_000]]])(
    "has round marks up to %d", (top, count, expected) => {
      const ticks = niceTicks(top, count);
      if (top === 0) expect(ticks).toHaveLength(2);
      else expect(ticks).toEqual(expected);
    });
});

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

describe("samples", () => {
  const of = (value: unknown) => ({ value: decodeSamples(value), fault: null });

  it("of dead letters say why", () => {
    expect(texts(deadModel(of(deadLetters()), ctx))[0]).toMatch(/required field missing · province/);
    expect(texts(deadModel(of(deadLetters()), contextOf(greeted(), "zh")))[1]).toMatch(/不是完整 JSON/);
  });

  it("of events say whether they are on time", () => {
    const rows = texts(eventsModel(of(events()), ctx));
    expect(rows.some((row) => row.includes("| on time |"))).toBe(true);
    expect(rows.some((row) => /\| late by \d+ min \|/.test(row))).toBe(true);
  });

  it("hide records where the host does", () => {
    const [first] = deadLetters().samples;
    const hidden = of({ shown: false, samples: [{ ...first, record: null }] });
    expect(texts(deadModel(hidden, ctx))[0]).toMatch(/the host does not show records$/);
  });

  it("say in place why there are none", () => {
    expect(noteOf(NO_REPORTS.events, "none", ctx)).toBe("Reading");
    expect(noteOf(of({ shown: true, samples: [] }), "none", ctx)).toBe("none");
    expect(noteOf({ value: null, fault: { error: null } }, "none", ctx)).toBe("not available at the moment, asked again soon");
    expect(noteOf({ value: null, fault: { error: "too many" } }, "none", ctx)).toBe("The host says: too many");
  });
});

describe("reports", () => {
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

  it("are asked for at their own pace, and a refusal less often", async () => {
    let now = 0;
    const asked: string[] = [];
    const reports = new Reports({
      now: () => now, changed: () => undefined,
      ask: async (path): Promise<Answer> => {
        asked.push(path);
        return path.endsWith("events") ? { kind: "ok", value: { shown: true, samples: [] } }
          : path.endsWith("lateness") ? { kind: "ok", value: lateness() }
            : { kind: "refused", status: 404, error: "no such path" };
      },
    });
    for (now = 0; now < 10_000; now += 250) {
      reports.tick("e1");
      await settle();
    }
    const count = (name: string) => asked.filter((path) => path === `api/v1/${name}`).length;
    expect([count("events"), count("lateness"), count("dead-letters")]).toEqual([10, 5, 1]);
    expect(reports.values.deadLetters.fault).toEqual({ error: "no such path" });
    expect(reports.values.lateness.value?.late).toBe(24_691);
    // Another run of the host has other ones.
    reports.tick("e2");
    expect(reports.values).toEqual(NO_REPORTS);
  });
});

describe("an explanation", () => {
  const of = (value: unknown, lang: "zh" | "en" = "en") => {
    return accountOf(value, contextOf(greeted(), lang));
  };
  const late = explain(new URLSearchParams("partition=0&offset=41"));

  it("is an account in both languages", () => {
    const account = of(late);
    expect(account?.lines.map(({ name, text }) => `${name}: ${text}`).slice(0, 6)).toEqual([
      "Verdict: late by 7 min", "Event time: 2015-11-10 23:48:00 Asia/Shanghai",
      "Effect on the watermark: not larger than others before: does not move it",
      "Watermark before: 2015-11-10 23:55:00 Asia/Shanghai", "Watermark after: 2015-11-10 23:55:00 Asia/Shanghai",
      "Late against: 2015-11-10 23:55:00 Asia/Shanghai (against the watermark)",
    ]);
    expect(account?.metrics.map(({ name, lines }) => [name, ...lines.map((line) => `${line.name}: ${line.text}`)])).toEqual([
      ["Behaviour", "all time: counted", "1d window 2015-11-10: counted · corrects a past window"],
      ["Gender", ": excluded: field missing (gender)"],
    ]);
    expect(account?.columns.slice(-2).map(({ text }) => text)).toEqual(["unusable: field of a wrong type", "missing"]);
    expect(of(late, "zh")?.lines[2]?.text).toBe("不比之前的大，不推动水位线");
  });

  it("tells of what is rejected", () => {
    const account = of({ ...late, verdict: "rejected", reason: "not_json", late_by_ms: null, metrics: undefined, event_time: undefined });
    expect(account?.lines.slice(0, 2).map(({ text }) => text)).toEqual(["rejected as a whole", "not complete JSON"]);
    expect(account?.metrics).toEqual([]);
  });

  it.each([[null], [{}], [{ verdict: "late" }], ["late"]])("is none: %j", (value) => {
    expect(of(value)).toBeNull();
  });
});
