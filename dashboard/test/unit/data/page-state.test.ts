import { describe, expect, it } from "vitest";
import { buildDiffers, dataAge, hostTime, isDated, pageState } from "../../../src/data/page-state";
import { INITIAL, reduce } from "../../../src/data/state";
import { HELLO } from "../../scripted/script.mjs";
import { feed, greeted } from "../fixtures";

describe("page state", () => {
  it.each([
    ["before anything", INITIAL, 0, "connecting"],
    ["after a first failure", reduce(INITIAL, { type: "lost", attempt: 1, retryAt: 5 }), 0, "reconnecting"],
    ["with fresh data", greeted(), 4999, "live"],
    ["after 2.5 silent heartbeats", greeted(), 5001, "stale"],
    ["with a slower heartbeat", greeted({ hello: { heartbeat_ms: 4000 } }), 9000, "live"],
    ["without a network, as long as figures come", reduce(greeted(), { type: "online", on: false }), 4999, "live"],
    ["without a network, when none come", reduce(greeted(), { type: "online", on: false }), 5001, "offline"],
    ["without a network, when the socket is lost", reduce(reduce(greeted(),
      { type: "lost", attempt: 1, retryAt: 5 }), { type: "online", on: false }), 0, "offline"],
    ["while the host waits", greeted({ status: { mode: "waiting" } }), 0, "waiting"],
    ["while it catches up", greeted({ status: { mode: "catching-up" } }), 0, "catching-up"],
    ["at the end", greeted({ status: { mode: "ended" } }), 0, "ended"],
    ["with another protocol", feed(INITIAL, 0, { ...HELLO, proto: 2 }), 0, "failed"],
  ] as const)("%s", (_name, state, now, expected) => {
    expect(pageState(state, now)).toBe(expected);
  });

  it("is stale when messages go on but the host's clock stands still", () => {
    const standing = feed(greeted(), 4000, { t: "hb", now: 1_000_000 });
    expect(pageState(standing, 5001)).toBe("stale");
    const moving = feed(greeted(), 4000, { t: "hb", now: 1_004_000 });
    expect(pageState(moving, 5001)).toBe("live");
  });

  it("marks only the past as dated", () => {
    expect((["live", "stale", "reconnecting", "offline", "waiting"] as const).map(isDated))
      .toEqual([false, true, true, true, false]);
  });

  it("shows a clock that dies with the stream", () => {
    const state = greeted();
    expect([0, 1500, 60_000].map((now) => hostTime(state, now)))
      .toEqual([1_000_000, 1_001_500, 1_002_000]);
    expect(dataAge(state, 60_000)).toBe(60_000);
    expect(hostTime(INITIAL, 5)).toBeNull();
  });

  it("notices another build of the page", () => {
    const state = greeted();
    expect(buildDiffers(state)).toBe(false);
    expect(buildDiffers(feed(state, 1, { ...HELLO, epoch: "e2" }))).toBe(false);
    expect(buildDiffers(feed(state, 1, { ...HELLO, build: "b2" }))).toBe(true);
  });
});
