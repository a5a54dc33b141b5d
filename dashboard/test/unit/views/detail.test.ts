import { describe, expect, it } from "vitest";
import { INITIAL, reduce } from "../../../src/data/state";
import { stateDetail } from "../../../src/views/detail";
import { SCENES } from "../../scripted/scenes.mjs";
import { HELLO, update } from "../../scripted/script.mjs";
import { contextOf, feed, greeted } from "../fixtures";

describe("the words beside the state", () => {
  const detail = (state = greeted(), now = 0) => stateDetail(contextOf(state, "en", now));

  it.each([
    ["live", greeted(), 0, ""],
    ["stale", greeted(), 12_000, "no update for 12 sec"],
    ["catching up", greeted(SCENES["catching-up"]), 0, "4.2M records to go · about 1 min 36 sec"],
    ["lost", reduce(greeted(), { type: "lost", attempt: 3, retryAt: 9500 }), 8000,
      "attempt 3 in 2 sec · data is 8 sec old"],
    ["lost before any data", reduce(INITIAL, { type: "lost", attempt: 1, retryAt: 500 }), 0,
      "attempt 1 in 1 sec"],
    ["dialling again", reduce(greeted(), { type: "dialling", attempt: 2 }), 3000,
      "attempt 2 · data is 3 sec old"],
    ["another protocol", feed(INITIAL, 0, { ...HELLO, proto: 9 }), 0, "see above"],
  ] as const)("when %s", (_name, state, now, expected) => {
    expect(detail(state, now)).toBe(expected);
  });
});

describe("a paused page", () => {
  it("says since when, and what it holds back", () => {
    const state = greeted();
    const later = feed(state, 10, update(2, 1_000_100), update(3, 1_000_200));
    const ctx = {
      ...contextOf(state), page: "paused",
      pause: { at: 0, updates: later.updates - state.updates, page: "live" },
    } as const;
    expect(stateDetail(ctx)).toMatch(/^画面停在 \d\d:\d\d:\d\d · 已积压 2 次更新$/);
    expect(stateDetail({ ...ctx, pause: { ...ctx.pause, page: "reconnecting" } })).toMatch(/ · 重连中$/);
  });
});
