import { describe, expect, it } from "vitest";
import { contextOf } from "../../../src/data/context";
import { createFormat } from "../../../src/data/format";
import { reduce } from "../../../src/data/state";
import { update } from "../../scripted/script.mjs";
import { feed, greeted } from "../fixtures";

const state = greeted();
const latest = feed(state, 10, update(2, 1_000_100), update(3, 1_000_200));
const base = {
  latest, now: 900, paused: null, prefs: { lang: "en", theme: "light" }, kiosk: true, format: createFormat("en", "UTC"),
} as const;

describe("what every part is handed", () => {
  it("is the latest state with the reader's choices", () => {
    const ctx = contextOf(base);
    expect([ctx.state, ctx.now, ctx.page, ctx.pause]).toEqual([latest, 900, "live", null]);
    expect([ctx.lang, ctx.theme, ctx.kiosk, ctx.words.states.live]).toEqual(["en", "light", true, "Live"]);
  });

  it("of a paused page is what the page showed, and how many updates came since", () => {
    const ctx = contextOf({ ...base, paused: { state, at: 5 } });
    expect([ctx.state, ctx.now, ctx.page]).toEqual([state, 5, "paused"]);
    expect(ctx.pause).toEqual({ at: 5, updates: 2, page: "live" });
  });

  it("of a paused page says what becomes of the connection", () => {
    const lost = reduce(latest, { type: "lost", attempt: 1, retryAt: 9 });
    expect(contextOf({ ...base, latest: lost, paused: { state, at: 5 } }).pause?.page).toBe("reconnecting");
  });
});
