import { describe, expect, it } from "vitest";
import { byChange, comparisonOf, pastOf, withPast } from "../../../src/data/compare";
import type { Compared, Measure } from "../../../src/wire/shapes";
import { NOW, TODAY, UNTIL } from "../../scripted/timed.mjs";
import { contextOf, greeted, row } from "../fixtures";

const DAY_MS = 86_400_000;
const state = greeted({ clock: { event_time: NOW, watermark: NOW } });
const ctx = contextOf(state, "en");
const COUNT: Measure = { name: "n", title: { zh: "数", en: "Count" }, unit: null, additive: true, errorOf: null };
const SHARE: Measure = { ...COUNT, unit: "%", additive: false };

describe("a change", () => {
  it.each([
    [112, 100, "↑ 12.0%", "up"], [88, 100, "↓ 12.0%", "down"], [100.01, 100, "→ no change", "same"],
    [5, 0, "new", "unknown"], [0, 0, "→ no change", "same"], [null, 5, "—", "unknown"], [5, null, "—", "unknown"],
    [-50, -100, "↑ 50.0%", "up"],
  ] as const)("from %s, before %s: %s", (now, before, text, way) => {
    expect(pastOf(now, before, COUNT, ctx)).toMatchObject({ value: before, text, way });
  });

  it("of a share is in points, because a per cent of a per cent would be misread", () => {
    expect(pastOf(12.5, 10, SHARE, ctx)).toMatchObject({ text: "↑ 2.5 pp", way: "up" });
  });
});

describe("rows beside what they were", () => {
  const now = [row("a", 10), row("b", 30), row("c", 20), { ...row("rest", 99, null) }];
  const before = [row("b", 20), row("a", 5), { ...row("rest", 1, null) }];

  it("find theirs by key, and had nothing where values add up", () => {
    expect(withPast(now, before, COUNT, ctx).map(({ past }) => past?.value)).toEqual([5, 20, 0, 1]);
    expect(withPast(now, before, SHARE, ctx).map(({ past }) => past?.value)).toEqual([5, 20, null, 1]);
  });

  it("stand in the order of their growth, what is new and the rest last", () => {
    expect(byChange(withPast(now, before, COUNT, ctx)).map(({ key }) => key)).toEqual(["a", "b", "c", "rest"]);
  });
});

describe("a comparison in words", () => {
  const compared = (more: Partial<Compared> = {}): Compared => ({
    to: "1d", window: "1d", start: TODAY, until: UNTIL, beforeStart: TODAY - DAY_MS, beforeUntil: UNTIL - DAY_MS,
    now: null, before: null, reason: null, hint: null, ...more,
  });

  it("says up to when of the day", () => {
    expect(comparisonOf(compared(), "1d", null, ctx)).toMatchObject({ until: "to 14:00", why: "" });
    expect(comparisonOf(compared(), "1d", null, contextOf(state, "zh")).until).toBe("至 14:00");
  });

  it("says the date of a day that is not the one of the newest events", () => {
    expect(comparisonOf(compared({ start: TODAY - DAY_MS, until: UNTIL - DAY_MS }), "1d", null, ctx).until).toBe("to 11-10 14:00");
  });

  it("says which days where they are whole, and which line makes it finer", () => {
    const words = comparisonOf(compared({
      start: TODAY - DAY_MS, until: TODAY, beforeStart: TODAY - 2 * DAY_MS, beforeUntil: TODAY - DAY_MS,
      reason: "no-finer", hint: 'windows = ["1d", "1h"]',
    }), "1d", null, ctx);
    expect(words.until).toBe("11-10 against 11-09");
    expect(words.why).toContain('windows = ["1d", "1h"]');
    expect(words.spans).toEqual(["2015-11-10", "2015-11-09"]);
  });

  it("says why there is none", () => {
    const none = comparisonOf(compared({ beforeStart: null, beforeUntil: null, reason: "no-history" }), "1y", null, ctx);
    expect([none.spans[1], none.why]).toEqual(["", ctx.words.headline.reasons["no-history"]]);
    expect(comparisonOf(compared({ start: null, until: null, reason: "not-yet" }), "1d", null, ctx).until).toBe("");
  });
});
