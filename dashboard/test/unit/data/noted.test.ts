import { describe, expect, it } from "vitest";
import { sentenceOf, standsStill } from "../../../src/data/trouble";
import { HELLO } from "../../scripted/script.mjs";
import { contextOf, feed, greeted } from "../fixtures";

const refused = {
  code: "reload_refused", message: "m", hint: null,
  args: { place: "pipeline.toml:12:8", reason: "`batch.max` is 0", faults: "3" },
};
const restart = { code: "restart_needed", message: "m", args: { settings: "server.listen" }, hint: null };
const busy = { code: "plugin_busy", message: "m", args: {}, hint: null };
const well = { ready: true, troubles: [], degraded: [], exact_until: 1 };
const withWarnings = (warnings: object[], health: object = well) => greeted({ status: { warnings, health } });

describe("a changed file", () => {
  it("is told with its fault and its place where it was not taken over, and nothing stands still", () => {
    const state = withWarnings([busy, refused]);
    expect(sentenceOf(contextOf(state, "en"))).toMatchObject({
      tone: "noted", codes: ["reload_refused"], age: "",
      lines: ["The changed pipeline was not taken over, the one before runs on: pipeline.toml:12:8: `batch.max` is 0 (+2)"],
    });
    expect(sentenceOf(contextOf(state, "zh"))?.lines[0]).toContain("pipeline.toml:12:8: `batch.max` is 0 (+2)");
    expect(standsStill(contextOf(state))).toBe(false);
    expect(sentenceOf(contextOf(withWarnings([busy])))).toBeNull();
  });

  it("is told while an edition of the state is built for it", () => {
    const args = { edition: "2", read: "1500", rate: "300", behind: "40" };
    const built = { code: "rebuilding", message: "m", args, hint: null };
    const sentence = sentenceOf(contextOf(withWarnings([built]), "en"));
    expect(sentence?.codes).toEqual(["rebuilding"]);
    expect(sentence?.lines[0]).toBe(
      "Edition 2 of the state is being built, and this one is shown until then: 1500 records, 300/s, 40 behind",
    );
    expect(sentenceOf(contextOf(withWarnings([built]), "zh"))?.lines[0]).toContain("1500");
  });

  it("is told after what stands still", () => {
    const trouble = { what: "partition", of: ["3"], since: 1, cause: { code: "unknown", message: "why", args: {}, hint: null } };
    const sentence = sentenceOf(contextOf(withWarnings([restart], { ...well, ready: false, troubles: [trouble] }), "en"));
    expect(sentence?.codes).toEqual(["unknown", "restart_needed"]);
    expect(sentence?.lines[1]).toBe("In force after a restart of the host only: server.listen");
  });
});

// A warning took a strip of the screen for ever.
describe("a warning that was seen", () => {
  const cause = (late: string) => ({ code: "mostly_late", message: "m", args: { bound: "300s", bound_for_999: late }, hint: null });
  const seenAs = (...degraded: object[]) => sentenceOf(contextOf(withWarnings([], { ...well, degraded })))?.seenAs;
  const late = (days: string) => ({ what: "data", of: [], since: 1, cause: cause(days) });

  it("is the same while only its figures move, and another when something is added", () => {
    expect(seenAs(late("185d"))).toBe(seenAs(late("186d")));
    expect(seenAs(late("185d"), { ...late("185d"), what: "metric", of: ["age"] })).not.toBe(seenAs(late("185d")));
    expect(seenAs({ ...late("1d"), what: "metric", of: ["a", "b"] })).toBe(seenAs({ ...late("1d"), what: "metric", of: ["b", "a"] }));
  });

  it("cannot be put away where something stands still", () => {
    const troubles = [{ what: "partition", of: ["3"], since: 1, cause: cause("1d") }];
    expect(sentenceOf(contextOf(withWarnings([], { ...well, ready: false, troubles })))?.seenAs).toBeNull();
  });
});

describe("another title", () => {
  const state = greeted();
  it("of the same host leaves what was measured, and of another host does not", () => {
    expect(state.series.size).toBeGreaterThan(0);
    expect(feed(state, 1, { ...HELLO, name: "Shop" })).toMatchObject({ series: state.series, runs: state.runs });
    expect(feed(state, 1, { ...HELLO, name: "Shop", epoch: "e2" }).series.size).toBe(0);
  });
});
