import { describe, expect, it } from "vitest";
import { pageState } from "../../../src/data/page-state";
import { INITIAL } from "../../../src/data/state";
import { hintOf, sentenceOf, standsStill } from "../../../src/data/trouble";
import { factsOf } from "../../../src/ops/facts";
import { stagesModel } from "../../../src/ops/stages";
import { tile } from "../../../src/views/tile-model";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted } from "../fixtures";

const NOW = 1_000_000;
const silent = { code: "broker_unreachable", message: "m", args: { brokers: "b:1" }, hint: "streamgauge check" };
const trouble = (what: string, of: string[], cause: object = silent, since = NOW - 95_000) => ({ what, of, since, cause });
const withHealth = (health: object, more: object = {}) =>
  greeted({ status: { health: { ready: false, troubles: [], degraded: [], exact_until: NOW - 97_000, ...health }, ...more } });
const said = (health: object, lang: "zh" | "en" = "en", more: object = {}) =>
  sentenceOf(contextOf(withHealth(health, more), lang));

describe("the sentence above everything", () => {
  it("is not there where all is well", () => {
    expect(sentenceOf(contextOf(greeted()))).toBeNull();
    expect(standsStill(contextOf(greeted()))).toBe(false);
  });

  it("says what stands still, since when, up to when counts are exact, and what to do", () => {
    const zh = said({ troubles: [trouble("partition", ["0", "3"])] }, "zh");
    expect(zh).toMatchObject({ tone: "troubled", lines: ["分区 0、3 停止计数：连不上 Kafka：b:1"], cause: silent });
    expect(zh?.age).toBe("自 08:15:05 起，已 1 分钟 35 秒。所示计数截至 08:15:03 准确，此后停滞处的记录尚未计入。");
    const en = said({ troubles: [trouble("partition", ["0", "3"])] });
    expect(en?.lines).toEqual(["Partitions 0, 3 are not counted: Kafka cannot be reached at b:1"]);
    expect(en?.age).toContain("exact up to 08:15:03");
    expect(en?.outlook).toContain("keeps trying");
  });

  it("tells counts that go on and are not kept from counts that stand still", () => {
    const failing = { code: "checkpoint_failing", message: "m", args: { error: "disk full" }, hint: null };
    const kept = said({ troubles: [trouble("checkpoint", [], failing)] });
    expect(kept?.lines).toEqual(["Counts are not kept: The checkpoint cannot be stored: disk full"]);
    expect(kept?.age).toContain("nothing after 08:15:03 is kept");
    expect(said({ troubles: [trouble("checkpoint", [], failing)], exact_until: null })?.age).toContain("since the start");
  });

  it("says that nothing was counted yet where no moment was without a trouble", () => {
    const waiting = said({ troubles: [trouble("pipeline", [])], exact_until: null }, "en", { mode: "waiting" });
    expect(waiting).toMatchObject({ tone: "waiting", lines: ["No record is counted: Kafka cannot be reached at b:1"] });
    expect(waiting?.age).toContain("Nothing new has been counted since the start.");
  });

  it("names every trouble, the gravest first, and does not promise a retry to what has failed", () => {
    const both = { troubles: [trouble("pipeline", [])], degraded: [trouble("metric", ["gender"])] };
    const failed = said(both, "en", { mode: "failed" });
    expect(failed?.tone).toBe("failed");
    expect(failed?.lines.map((line) => line.split(":")[0])).toEqual(["No record is counted", "Metric Gender is incomplete"]);
    expect(failed?.outlook).toContain("does not retry");
  });

  it("promises no retry to a gap, which waits for a decision", () => {
    const gap = { code: "log_start_moved", message: "m", args: {}, hint: "streamgauge state rebuild --accept-loss" };
    expect(said({ troubles: [trouble("partition", ["0"], gap)] })?.outlook).toContain("until you decide");
  });

  it("names no more partitions than can be read", () => {
    const of = Array.from({ length: 40 }, (_, i) => String(i));
    expect(said({ troubles: [trouble("partition", of)] })?.lines[0]).toContain("10, 11 and 28 more");
  });

  it("says the day of what is older than today", () => {
    expect(said({ troubles: [trouble("pipeline", [], silent, NOW - 86_400_000 * 3)] })?.age).toMatch(/^Since .*29 08:16:40/);
  });

  it("stays quiet about what only degrades, without an exactness that is not in question", () => {
    const late = { code: "mostly_late", message: "m", args: { bound: "5m", bound_for_999: "1d" }, hint: null };
    const degraded = said({ ready: true, degraded: [trouble("data", [], late)] });
    expect(degraded).toMatchObject({ tone: "degraded", outlook: "" });
    expect(degraded?.age).not.toContain("exact");
  });
});

describe("beside a trouble nothing says that all is well", () => {
  const stands = withHealth({ troubles: [trouble("partition", ["1"])] }, { lag: 0 });

  it.each(["live", "catching-up", "replaying", "ended"])("not the state of a %s host", (mode) => {
    expect(pageState(withHealth({ troubles: [trouble("partition", ["1"])] }, { mode }), 0)).toBe("troubled");
    expect(pageState(withHealth({ ready: true, degraded: [trouble("data", [])] }, { mode }), 0)).toBe("degraded");
  });

  it("not a lag of 0", () => {
    expect(tile("lag", contextOf(stands, "en"))).toMatchObject({ value: null, text: "—", note: "unknown while something stands still" });
    expect(tile("lag", contextOf(greeted({ status: { lag: 0 } }), "en")).value).toBe(0);
  });

  it("not the absence of a bottleneck", () => {
    const ctx = contextOf(stands, "en");
    const { status } = ctx.state;
    if (status === null) throw new Error("no status");
    expect(stagesModel(status, ctx)?.words).toContain("stands still");
    expect(factsOf(status, ctx)[0]).toMatchObject({ icon: "hourglass", tone: "warn" });
  });

  it.each(["warned", "quarantined", "failed", "waiting"])("in the scene %s", (scene) => {
    const ctx = contextOf(greeted(SCENES[scene]));
    expect(standsStill(ctx)).toBe(true);
    expect(sentenceOf(ctx)?.lines.length).toBeGreaterThan(0);
  });
});

describe("a page that hears nothing of its host", () => {
  const lost = { ...greeted({ status: { lag: 0 } }), connection: { phase: "lost", attempt: 3, retryAt: 0 } } as const;
  const stale = greeted({ status: { lag: 500 } });
  const offline = { ...lost, online: false };

  it.each([
    [lost, "host_unreachable", "The host takes no connection from this page", "look whether the host runs"],
    [stale, "host_silent", "The host sends nothing any more", "process was stopped"],
    [offline, "no_network", "This device has no network", "when the network is back"],
  ])("says so above everything, since when, and of when the figures are", (state, code, line, outlook) => {
    const sentence = sentenceOf(contextOf(state, "en", 60_000));
    expect(sentence).toMatchObject({ tone: "dated", lines: [line], codes: [code] });
    expect(sentence?.age).toBe("Since 08:16:40, for 1 min. The figures shown are of 08:16:40; " +
      "what the host has counted since is not known here.");
    expect(sentence?.outlook).toContain(outlook);
    expect(sentenceOf(contextOf(state, "zh", 60_000))?.age).toContain("本页无从得知");
  });

  it.each([lost, stale, offline])("shows no lag, no tick and no slack", (state) => {
    const ctx = contextOf(state, "en", 60_000);
    const { status } = state;
    if (status === null) throw new Error("no status");
    expect(tile("lag", ctx).value).toBeNull();
    expect(stagesModel(status, ctx)?.words).toContain("stands still");
    expect(factsOf(status, ctx).filter(({ icon, tone }) => icon === "check" || tone === "good")).toEqual([]);
  });

  it("waits for two heartbeats and a half before it says so", () => {
    expect(sentenceOf(contextOf(lost, "en", 1000))).toBeNull();
    const never = { ...INITIAL, connection: lost.connection };
    expect(sentenceOf(contextOf(never, "en", 0))).toMatchObject({ codes: ["host_unreachable"], age: "" });
  });
});

describe("what to do", () => {
  it.each([
    ["broker_unreachable", "streamgauge check --config a.toml", { words: "Try", command: "streamgauge check --config a.toml" }],
    ["metric_stopped", "mend it; it then goes on",
      { words: "Mend the plugin or raise its limit; it then goes on from where it stopped", command: null }],
    ["other", "look at the machine", { words: "look at the machine", command: null }],
  ])("is told in words, with the command in it", (code, hint, expected) => {
    expect(hintOf({ code, message: "", args: {}, hint }, contextOf(greeted(), "en"))).toEqual(expected);
  });
});
