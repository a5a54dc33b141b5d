import { describe, expect, it } from "vitest";
import { decode, decodeFrame, FRAME_KEYS_MAX, PANELS_MAX, SERIES_MAX, SERIES_POINTS_MAX } from "../../../src/wire/decode";
import type { Message } from "../../../src/wire/shapes";
import { EVENT_TIME, greeting, status, update } from "../../scripted/script.mjs";

const text = (value: unknown) => JSON.stringify(value);
const as = <T extends Message["t"]>(t: T, value: unknown): Extract<Message, { t: T }> => {
  const message = decode(text(value));
  if (message?.t !== t) throw new Error(`not a ${t}: ${text(message)}`);
  return message as Extract<Message, { t: T }>;
};

describe("decode", () => {
  it("reads all that a host says on connect", () => {
    const [hello, schema, snapshot] = greeting({ events: 1000, now: 5_000_000 });
    expect(as("hello", hello)).toMatchObject({ heartbeatMs: 2000, tz: "Asia/Shanghai" });
    expect(as("schema", schema).panels.map((panel) => panel.chart))
      .toEqual(["pie", "bar", "pie", "hbar"]);
    const { frames, clock, status, series } = as("snapshot", snapshot);
    expect(frames.get("gender")?.columns.total.get("events")).toEqual([660, 290, 50]);
    expect(frames.get("province")?.other?.columns.total.get("events")).toEqual([210]);
    expect(clock.now).toBe(5_000_000);
    expect(status.accounting).toEqual({ read: 1000, onTime: 980, late: 20, rejected: 0 });
    expect(series.get("events_per_second")).toHaveLength(240);
  });

  it("reads the messages that follow", () => {
    expect(as("update", update(50, 7)).points.get("events_per_second")).toHaveLength(1);
    expect(as("hb", { t: "hb", seq: 2, now: 9 }).now).toBe(9);
    expect(as("bye", { t: "bye", reason: "shutdown", retry_ms: 1000 }).retryMs).toBe(1000);
  });

  it.each([
    ["not text", new ArrayBuffer(4)],
    ["not JSON", "{"],
    ["not an object", "[1]"],
    ["null", "null"],
    ["an unknown message", text({ t: "notice" })],
    ["a hello without an epoch", text({ t: "hello", proto: 1 })],
    ["a hello of half a protocol", text({ t: "hello", proto: 1.5, epoch: "e" })],
    ["a number that JSON has not", '{"t":"hb","now":1e999}'],
    ["a text that ends too early", text(greeting()[2]).slice(0, -1)],
    ["a heartbeat without a clock", text({ t: "hb", now: "now" })],
    ["a snapshot without a status", text({ t: "snapshot", clock: { now: 1 } })],
    ["an unknown mode", text({ ...update(1, 1), status: { mode: "dreaming" } })],
  ])("refuses %s", (_name, data) => {
    expect(decode(data)).toBeNull();
  });

  it("ignores keys that it does not know", () => {
    expect(as("hb", { t: "hb", now: 3, later: { a: [1] } })).toEqual({ t: "hb", now: 3 });
  });

  it("keeps the first of two panels with one id, and no more than its limit", () => {
    const many = Array.from({ length: PANELS_MAX + 9 }, (_, i) => ({ id: `p${i}` }));
    expect(as("schema", { t: "schema", panels: many }).panels).toHaveLength(PANELS_MAX);
    const twice = [{ id: "a", chart: "pie" }, { id: "a", chart: "bar" }, { chart: "bar" }];
    expect(as("schema", { t: "schema", panels: twice }).panels.map((p) => p.chart)).toEqual(["pie"]);
  });

  it("borrows a missing language from the other one", () => {
    const panels = [{ id: "a", title: { zh: "甲" } }, { id: "b", title: 7 }];
    expect(as("schema", { t: "schema", panels }).panels.map((panel) => panel.title))
      .toEqual([{ zh: "甲", en: "甲" }, { zh: "b", en: "b" }]);
  });

  it("keeps unknown figures unknown", () => {
    const { status } = as("update", {
      t: "update", clock: { now: 1 }, frames: {}, points: {},
      status: { mode: "live", accounting: { read: 0, on_time: 0, late: 0, rejected: 0 }, lag: "x" },
    });
    expect([status.lag, status.latencyP99Ms, status.checkpoint, status.cause])
      .toEqual([null, null, null, null]);
  });

  it("reads what an operator asks about", () => {
    const { status } = as("snapshot", greeting({ events: 1000, now: 5_000_000 })[2]);
    expect(status.stages).toEqual({ waiting: 0.41, decode: 0.24, plugins: 0.27, publish: 0.06, blocked: 0.02 });
    expect([status.queueRecords, status.batchRows, status.workers]).toEqual([4096, 512, 2]);
    expect(status.publishEveryMs).toBe(100);
    expect(status.partitions[3]).toEqual({
      partition: 3, offset: 250, readTo: 250, end: 253, lag: 3, heldBack: 0, emptyOffsets: 0,
      watermark: EVENT_TIME - 420_000, state: "running", cause: null, gaps: [], leap: null,
    });
    expect(status.watermarkHeldBy).toEqual({ partition: 3, watermark: EVENT_TIME - 420_000, since: 4_986_000 });
    expect(status.checkpoint).toEqual({ at: 4_996_800, durationMs: 4.1, bytes: 18_234, failures: 0, error: null });
    expect(status.metrics[1]?.plugin).toMatchObject({ name: "age", nsPerRow: 5.9, memoryBytes: 1_245_184, traps: 0 });
    expect(status.lateOutput).toEqual({ written: 20 });
    expect(status.happened).toEqual([{ at: 4_940_000, what: "started", of: null, cause: null }]);
    expect(as("snapshot", greeting()[2]).status.deadLetters)
      .toEqual({ written: 246, byReason: [["not_json", 197], ["required_missing", 49]] });
  });

  it("does without all of it", () => {
    const { status } = as("update", {
      t: "update", clock: { now: 1 }, frames: {}, points: {},
      status: {
        mode: "live", accounting: { read: 0, on_time: 0, late: 0, rejected: 0 },
        partitions: [{ partition: 1 }, { partition: "x" }, 7], stages: { waiting: 1 },
        metrics: [{ id: "m", plugin: null }], dead_letters: {}, happened: [{ at: 1 }, null],
        watermark_held_by: { partition: 1 },
      },
    });
    expect(status).toMatchObject({
      stages: null, queueRecords: null, publishEveryMs: null, watermarkHeldBy: null, deadLetters: null, lateOutput: null, happened: [],
      partitions: [{ partition: 1, offset: null, lag: null, watermark: null, state: "running", gaps: [], leap: null }],
      metrics: [{ id: "m", state: "ok", plugin: null }],
    });
  });

  it("does without what a hello need not say", () => {
    expect(as("hello", { t: "hello", proto: 1, epoch: "e" }))
      .toEqual({
        t: "hello", proto: 1, epoch: "e", build: "", heartbeatMs: 2000, tz: "UTC", name: "Streamgauge",
        names: { zh: "Streamgauge", en: "Streamgauge" }, look: { logo: null, accent: null }, control: false,
      });
  });

  it.each([[99, 2000], [100, 100], [0, 2000], [-5, 2000], ["7", 2000], [60_000, 60_000]])(
    "takes a heartbeat of %j ms as %i ms", (told, taken) => {
      expect(as("hello", { t: "hello", proto: 1, epoch: "e", heartbeat_ms: told }).heartbeatMs).toBe(taken);
    });

  it("reads a cause with arguments that are texts or numbers, and takes its code where it says no more", () => {
    const cause = (told: unknown) => as("update", { ...update(1, 1), status: { ...status(1, 1), cause: told } }).status.cause;
    expect(cause({ code: "log_start_moved", message: "m", args: { partition: 3, topic: "t", odd: [1], none: null }, hint: "h" }))
      .toEqual({ code: "log_start_moved", message: "m", args: { partition: "3", topic: "t" }, hint: "h" });
    expect(cause({ code: "new" })).toEqual({ code: "new", message: "new", args: {}, hint: null });
    expect(cause({ message: "no code" })).toBeNull();
  });

  it("keeps the first of a long list, and of what happened and of gaps the last", () => {
    const many = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));
    const told = {
      partitions: many(5000, (partition) => ({ partition, gaps: many(40, (from) => ({ kind: "k", from, to: from })) })),
      metrics: many(300, (i) => ({ id: `m${i}` })), warnings: many(20, (i) => ({ code: `w${i}` })),
      happened: many(60, (at) => ({ at, what: "gap" })), dead_letters: { written: 1, by_reason: many(70, (i) => [`r${i}`, i]) },
    };
    const read = as("update", { ...update(1, 1), status: { ...status(1, 1), ...told } }).status;
    expect([read.partitions.length, read.metrics.length, read.warnings.length, read.deadLetters?.byReason.length])
      .toEqual([4096, 256, 16, 64]);
    expect([read.warnings[0]?.code, read.partitions[0]?.gaps.length, read.partitions[0]?.gaps.at(-1)?.from])
      .toEqual(["w0", 32, 39]);
    expect([read.happened.length, read.happened[0]?.at]).toEqual([50, 10]);
  });

  it("bounds the number of series, the first of which are kept", () => {
    const told = Object.fromEntries(Array.from({ length: SERIES_MAX + 3 }, (_, i) => [`s${i}`, [[1, 1]]]));
    const { series } = as("snapshot", { ...greeting()[2], series: told });
    expect([series.size, series.has(`s${SERIES_MAX - 1}`), series.has(`s${SERIES_MAX}`)]).toEqual([SERIES_MAX, true, false]);
  });

  it("bounds a series", () => {
    const points = Array.from({ length: SERIES_POINTS_MAX + 50 }, (_, i) => [i, i]);
    const { series } = as("snapshot", { ...greeting()[2], series: { a: points, b: [[1, null]] } });
    expect(series.get("a")?.at(0)).toEqual([50, 50]);
    expect(series.get("b")).toEqual([]);
  });
});

describe("a panel", () => {
  const read = (panel: object) =>
    as("schema", { t: "schema", panels: [{ id: "a", ...panel }] }).panels[0];

  it("has no second dimension, size or place of its own unless it says so", () => {
    const measures = [{ name: "n" }];
    expect(read({ measures })).toMatchObject({ across: null, size: null, order: 0 });
    expect(read({ measures })?.measures[0]?.errorOf).toBeNull();
    expect(read({ across: 7, size: "gigantic", order: "first" }))
      .toMatchObject({ across: null, size: null, order: 0 });
  });

  it("has the kinds of windows that the host names", () => {
    expect(read({ windows: ["cumulative", "1d", 7] })?.windows).toEqual(["cumulative", "1d"]);
    expect(read({})?.windows).toEqual([]);
  });

  it("may have a second dimension, a size and a place", () => {
    const across = { name: "hour", title: { zh: "时", en: "Hour" }, labels: [{ key: "0", text: {} }] };
    expect(read({ across, size: "wide", order: -2.5 })).toMatchObject({
      across: { name: "hour", labels: [{ key: "0", text: { zh: "0", en: "0" } }] },
      size: "wide", order: -2.5,
    });
  });

  it("has errors only of measures that are there and are no errors", () => {
    const measures = [
      { name: "n" }, { name: "n_error", error_of: "n" }, { name: "lost", error_of: "gone" },
      { name: "self", error_of: "self" }, { name: "of_error", error_of: "n_error" },
      { name: "odd", error_of: 7 },
    ];
    expect(read({ measures })?.measures.map((measure) => measure.errorOf))
      .toEqual([null, "n", null, null, null, null]);
  });
});

describe("a frame", () => {
  const good = { rev: 1, state: "ok", keys: ["a", "b"], total: { n: [1, null] } };

  it("keeps unknown cells apart from zero", () => {
    const frame = decodeFrame(good);
    expect([frame.state, frame.columns.total.get("n")]).toEqual(["ok", [1, null]]);
  });

  it.each([
    ["null", null],
    ["a state from the future", { ...good, state: "dreaming" }],
    ["a key that is no text", { ...good, keys: ["a", 7] }],
    ["a short column", { ...good, late: { n: [1] } }],
    ["a second key too few", { ...good, across: ["x"] }],
    ["a second key that is no text", { ...good, across: ["x", 7] }],
    ["too many keys", { ...good, keys: Array.from({ length: FRAME_KEYS_MAX + 1 }, String) }],
  ])("with %s is unreadable and says why", (_name, value) => {
    const frame = decodeFrame(value);
    expect(frame.state).toBe("unreadable");
    expect(frame.reason).toMatch(/^frame /);
  });

  it("at its limit of keys is read", () => {
    const keys = Array.from({ length: FRAME_KEYS_MAX }, String);
    expect(decodeFrame({ rev: 1, state: "ok", keys }).keys).toHaveLength(FRAME_KEYS_MAX);
  });

  it("has a rest only where the rest is one row", () => {
    const rest = (other: unknown) => decodeFrame({ ...good, other }).other;
    expect(rest({ keys: 3, total: { n: [5] } })).toMatchObject({ keys: 3, columns: { total: new Map([["n", [5]]]) } });
    expect(rest({ total: { n: [5] } })?.keys).toBe(0);
    expect([rest({ keys: 3, total: { n: [5, 6] } }), rest(null), rest([])]).toEqual([null, null, null]);
  });

  it("may have keys and measures with the names of an object's own things", () => {
    const frame = decodeFrame(JSON.parse('{"state":"ok","keys":["__proto__"],"total":{"__proto__":[1],"constructor":[2]}}'));
    expect([...frame.columns.total]).toEqual([["__proto__", [1]], ["constructor", [2]]]);
  });

  it("has second keys where its panel has a second dimension", () => {
    expect(decodeFrame(good).across).toEqual([]);
    expect(decodeFrame({ ...good, across: null }).across).toEqual([]);
    expect(decodeFrame({ ...good, across: ["x", "y"] }).across).toEqual(["x", "y"]);
  });

  it("that is broken leaves the others alone", () => {
    const { frames } = as("update", { ...update(100, 1), frames: { a: good, b: { keys: 3 } } });
    expect([...frames].map(([id, frame]) => [id, frame.state]))
      .toEqual([["a", "ok"], ["b", "unreadable"]]);
  });
});
