import { describe, expect, it } from "vitest";
import { STATE_ICONS } from "../../../src/data/icons";
import { buildDiffers, dataAge, hostTime, isDated, pageState, type PageState } from "../../../src/data/page-state";
import { INITIAL, reduce, type State } from "../../../src/data/state";
import { greeting, HELLO, update } from "../../scripted/script.mjs";
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
    ["at 2.5 silent heartbeats", greeted(), 5000, "live"],
    ["at the end, long after", greeted({ status: { mode: "ended" } }), 60_000, "stale"],
    ["without a token", reduce(greeted(), { type: "denied", token: "none" }), 0, "locked"],
    ["without a token and without a network", reduce(reduce(INITIAL, { type: "online", on: false }), { type: "denied", token: "none" }), 0, "locked"],
    ["with another protocol and no connection", reduce(feed(INITIAL, 0, { ...HELLO, proto: 2 }),
      { type: "lost", attempt: 1, retryAt: 9 }), 0, "failed"],
    ["before anything, without a network", reduce(INITIAL, { type: "online", on: false }), 0, "offline"],
    ["while the first socket is greeted", feed(INITIAL, 0, HELLO), 0, "connecting"],
    ["while another socket is dialled", reduce(greeted(), { type: "dialling", attempt: 1 }), 0, "reconnecting"],
    ["with what was polled", feed(reduce(INITIAL, { type: "polling", on: true }), 0, ...greeting({ now: 5 })), 10, "live"],
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
    const dated = (Object.keys(STATE_ICONS) as PageState[]).filter(isDated);
    expect(dated.sort()).toEqual(["locked", "offline", "reconnecting", "stale"]);
  });

  it("goes from nothing to live, to the past and back, and never shows the past as alive", () => {
    const seen: [string, boolean][] = [];
    let state = INITIAL;
    const see = (now: number, next: State) => {
      state = next;
      const page = pageState(state, now);
      seen.push([page, isDated(page)]);
    };
    const [hello, schema, snapshot] = greeting({ now: 9_000_000, hello: { epoch: "e2" }, status: { mode: "restoring" } });
    see(0, state);
    see(100, feed(state, 100, ...greeting({ now: 1_000_000 })));
    see(6000, state);
    see(6500, feed(state, 6500, update(2, 1_006_500)));
    see(7000, reduce(state, { type: "lost", attempt: 1, retryAt: 7500 }));
    see(7500, reduce(state, { type: "dialling", attempt: 1 }));
    see(7600, feed(state, 7600, hello, schema));
    see(7601, feed(state, 7601, update(3, 9_000_001)));
    see(7700, feed(state, 7700, snapshot));
    see(7800, feed(state, 7800, { ...update(4, 9_000_100) }));
    expect(seen).toEqual([
      ["connecting", false], ["live", false], ["stale", true], ["live", false], ["reconnecting", true],
      ["reconnecting", true], ["reconnecting", true], ["reconnecting", true], ["restoring", false], ["live", false],
    ]);
  });

  it("shows a clock that dies with the stream", () => {
    const state = greeted();
    expect([0, 1500, 60_000].map((now) => hostTime(state, now)))
      .toEqual([1_000_000, 1_001_500, 1_002_000]);
    expect(dataAge(state, 60_000)).toBe(60_000);
    // A browser's clock may be read a moment before the message's.
    expect([dataAge(state, -5), hostTime(state, -5)]).toEqual([0, 1_000_000]);
    expect(hostTime(INITIAL, 5)).toBeNull();
  });

  it("notices another build of the page", () => {
    const state = greeted();
    expect(buildDiffers(state)).toBe(false);
    expect(buildDiffers(feed(state, 1, { ...HELLO, epoch: "e2" }))).toBe(false);
    expect(buildDiffers(feed(state, 1, { ...HELLO, build: "b2" }))).toBe(true);
    expect(buildDiffers(feed(state, 1, { ...HELLO, build: "b2" }, HELLO))).toBe(false);
    expect(buildDiffers(INITIAL)).toBe(false);
  });
});
