import { describe, expect, it } from "vitest";
import { pageState } from "../../../src/data/page-state";
import { appendPoints, INITIAL, reduce } from "../../../src/data/state";
import type { Point } from "../../../src/wire/shapes";
import { SERIES_MAX, SERIES_POINTS_MAX } from "../../../src/wire/decode";
import { frame, greeting, PANELS, update } from "../../scripted/script.mjs";
import { feed, greeted } from "../fixtures";

const total = (state: typeof INITIAL, id: string) =>
  state.frames.get(id)?.columns.total.get("events");

describe("reduce", () => {
  it("replaces a frame by its successor and keeps the others", () => {
    const { frames, ...rest } = update(200, 1_000_500);
    const state = feed(greeted({ events: 100 }), 500, { ...rest, frames: { gender: frames["gender"] } });
    expect(total(state, "gender")).toEqual([132, 58, 10]);
    expect(total(state, "behavior")).toEqual([88, 5, 2, 3]);
  });

  it("forgets everything of the former host at a snapshot", () => {
    const before = greeted({ events: 900 });
    const lost = reduce(before, { type: "lost", attempt: 1, retryAt: 9 });
    const [hello, schema, snapshot] = greeting({ events: 100, now: 2, hello: { epoch: "e2" } });
    const after = feed(lost, 3000, hello, schema,
      { ...snapshot, frames: {}, series: { events_per_second: [[1, 7]] } });
    expect(after.frames.size).toBe(0);
    expect(after.series.get("events_per_second")).toEqual([[1, 7]]);
    expect(after.status?.accounting.read).toBe(100);
    expect(pageState(after, 3000)).toBe("live");
  });

  it("keeps what was measured before a restart, and when each run began", () => {
    const early: Point[] = [[900_000, 5], [999_000, 7]];
    const before = greeted({ series: { events_per_second: early } });
    const lost = reduce(before, { type: "lost", attempt: 1, retryAt: 9 });
    const series = { events_per_second: [[1_020_000, 3]] };
    const after = feed(lost, 3000, ...greeting({ now: 1_020_000, hello: { epoch: "e2" }, series }));
    expect(after.series.get("events_per_second")).toEqual([...early, [1_020_000, 3]]);
    expect(after.runs).toEqual([{ epoch: "e1", startedAt: 940_000 }, { epoch: "e2", startedAt: 960_000 }]);
    const again = feed(after, 4000, ...greeting({ now: 1_021_000, hello: { epoch: "e2" }, series }));
    expect([again.runs.length, again.series.get("events_per_second")?.length]).toEqual([2, 3]);
    const later = feed(after, 4000, ...greeting({ now: 1_250_000, hello: { epoch: "e3" }, series: {} }));
    expect(later.series.get("events_per_second")).toEqual([[999_000, 7], [1_020_000, 3]]);
    const other = feed(after, 4000, ...greeting({ now: 1_021_000, hello: { name: "other", epoch: "x" }, series }));
    expect([other.runs.length, other.series.get("events_per_second")?.length]).toEqual([1, 1]);
  });

  it("ignores an update before the snapshot of its socket", () => {
    const lost = reduce(greeted({ events: 100 }), { type: "dialling", attempt: 1 });
    expect(feed(lost, 1, update(999, 5)).status?.accounting.read).toBe(100);
  });

  it("counts what it cannot read", () => {
    expect(reduce(INITIAL, { type: "refused" }).refused).toBe(1);
  });

  it("counts snapshots and updates, and no sign of life", () => {
    const counted = feed(greeted(), 1, update(2, 1_000_100), { t: "hb", now: 1_000_200 }, { t: "bye", reason: "x" }, update(3, 1_000_300));
    expect(counted.updates).toBe(3);
  });

  it("takes updates though some between them are missing, and the last one where two come out of order", () => {
    const skipped = feed(greeted({ events: 100 }), 1, { ...update(900, 1_000_100), seq: 77 });
    expect([skipped.status?.accounting.read, total(skipped, "gender")]).toEqual([900, [594, 261, 45]]);
    expect(feed(skipped, 2, { ...update(800, 1_000_050), seq: 3 }).status?.accounting.read).toBe(800);
  });

  it("has no figures before a snapshot, whatever comes first", () => {
    const [hello, schema] = greeting({ now: 1_000_000 });
    const early = feed(INITIAL, 1, update(5, 1_000_000), schema, { t: "hb", now: 1_000_001 }, hello);
    expect([early.status, early.frames.size, early.series.size, early.updates]).toEqual([null, 0, 0, 0]);
    expect([early.panels?.length, early.hello?.epoch, early.connection.phase]).toEqual([4, "e1", "dialling"]);
  });

  it("keeps the figures of a lost host until another one tells its own", () => {
    const before = greeted({ events: 100 });
    const lost = reduce(before, { type: "lost", attempt: 1, retryAt: 9 });
    const dialled = reduce(lost, { type: "dialling", attempt: 1 });
    const greetedAgain = feed(dialled, 9, greeting({ now: 2_000_000, hello: { epoch: "e2" } })[0]);
    for (const state of [lost, dialled, greetedAgain]) expect(state.frames).toBe(before.frames);
    expect([lost, dialled, greetedAgain].map((state) => state.connection))
      .toEqual([{ phase: "lost", attempt: 1, retryAt: 9 }, ...Array(2).fill({ phase: "dialling", attempt: 1 })]);
  });

  it("replaces the panels by a new schema and leaves their frames to the snapshot after it", () => {
    const [, schema, snapshot] = greeting({ now: 1_000_500, panels: PANELS.slice(0, 1) });
    const between = feed(greeted(), 1, schema);
    expect([between.panels?.map(({ id }) => id), between.frames.size]).toEqual([["behavior"], 4]);
    const frames = { behavior: snapshot?.frames?.["behavior"] };
    expect([...feed(between, 2, { ...snapshot, frames }).frames.keys()]).toEqual(["behavior"]);
  });

  it("keeps the frame of a panel that no schema names", () => {
    expect(feed(greeted(), 1, { ...update(1, 1), frames: { later: frame(["a"], [1]) } }).frames.has("later")).toBe(true);
  });

  it.each([
    ["denied", { type: "denied", token: "none" }, { connection: { phase: "denied", token: "none" } }],
    ["polling", { type: "polling", on: true }, { polling: true }],
    ["without a network", { type: "online", on: false }, { online: false }],
  ] as const)("changes nothing else when it is %s", (_name, event, change) => {
    const state = greeted();
    expect(reduce(state, event)).toEqual({ ...state, ...change });
  });

  it("never changes a state that it was given", () => {
    const state = greeted({ events: 100 });
    const copy = structuredClone(state);
    feed(reduce(state, { type: "refused" }), 5, update(200, 1_000_500), ...greeting({ now: 2_000_000, hello: { epoch: "e2" } }));
    expect(state).toEqual(copy);
  });

  it("knows the runs of one host, the last sixteen of them", () => {
    let state = greeted();
    for (let run = 2; run <= 20; run += 1) {
      state = feed(state, run, ...greeting({ now: 1_000_000 + run * 60_000, hello: { epoch: `e${run}` } }));
    }
    expect(state.runs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 16 }, (_, i) => `e${i + 5}`));
    const old = feed(greeted(), 1, ...greeting({ now: 1, hello: { epoch: "e2" }, status: { started_at: null } }));
    expect(old.runs.map(({ epoch }) => epoch)).toEqual(["e1"]);
  });
});

describe("the host's clock", () => {
  const heard = (state: typeof INITIAL) => [state.heard?.hostNow, state.heard?.at];

  it("is heard when it differs from the last reading, whoever tells it", () => {
    const state = greeted();
    expect(heard(state)).toEqual([1_000_000, 0]);
    expect(heard(feed(state, 700, { t: "hb", now: 1_000_000 }))).toEqual([1_000_000, 0]);
    expect(heard(feed(state, 700, { t: "hb", now: 1_000_700 }))).toEqual([1_000_700, 700]);
    expect(heard(feed(state, 700, update(1, 1_000_700)))).toEqual([1_000_700, 700]);
    // A clock that was set back is a clock that runs.
    expect(heard(feed(state, 700, { t: "hb", now: 3 }))).toEqual([3, 700]);
  });

  it("is heard anew on a new connection, though it may stand where it stood", () => {
    const lost = reduce(greeted(), { type: "lost", attempt: 1, retryAt: 9 });
    expect(heard(feed(lost, 900, ...greeting({ now: 1_000_000 })))).toEqual([1_000_000, 900]);
  });
});

describe("series", () => {
  const series = (points: Point[]) => new Map([["s", points]]);

  it("grow by newer points only", () => {
    const merged = appendPoints(series([[1, 1], [2, 2]]), series([[2, 9], [3, 3]]));
    expect(merged.get("s")).toEqual([[1, 1], [2, 2], [3, 3]]);
  });

  it("are in the order of time, and each moment once, in whatever order points come", () => {
    const told: Point[] = [[5, 1], [3, 9], [5, 2], [7, 3], [6, 9]];
    expect(appendPoints(new Map(), series(told)).get("s")).toEqual([[5, 1], [7, 3]]);
    expect(appendPoints(series([[1, 1]]), new Map([["t", []]])).get("t")).toEqual([]);
  });

  it("are no more than can be drawn, by number and by points", () => {
    const names = (from: number, count: number) => new Map<string, Point[]>(Array.from({ length: count }, (_, i) => [`s${from + i}`, [[1, 1]]]));
    const merged = appendPoints(names(0, SERIES_MAX), new Map([...names(SERIES_MAX, 5), ["s0", [[2, 2]]]]));
    expect([merged.size, merged.get("s0"), merged.has(`s${SERIES_MAX}`)]).toEqual([SERIES_MAX, [[1, 1], [2, 2]], false]);
    const dense = Array.from({ length: SERIES_POINTS_MAX + 9 }, (_, i): Point => [1_000_000 + i, i]);
    expect(appendPoints(new Map(), series(dense)).get("s")).toEqual(dense.slice(9));
  });

  it("of a snapshot win where both know a moment, and end where it ends", () => {
    const known: Point[] = [[990_000, 1], [995_000, 2], [999_000, 3], [1_200_000, 4]];
    const before = greeted({ series: { lag: known, rate: known } });
    const after = feed(before, 1, ...greeting({ now: 1_000_000, series: { lag: [[995_000, 7], [1_000_000, 8]], late: [[1, 1]] } }));
    expect(after.series.get("lag")).toEqual([[990_000, 1], [995_000, 7], [1_000_000, 8]]);
    expect([after.series.get("rate"), after.series.get("late")]).toEqual([known.slice(0, 3), []]);
  });

  it("of a snapshot come before those that only the page knows, where there are too many", () => {
    const named = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, [[999_000, 1]]]));
    const after = feed(greeted({ series: named("old", 9) }), 1, ...greeting({ now: 1_000_000, series: named("new", 12) }));
    expect([...after.series.keys()].filter((name) => name.startsWith("new"))).toHaveLength(12);
    expect(after.series.size).toBe(SERIES_MAX);
  });

  it("hold five minutes, however long the page is open", () => {
    let held = series([]) as ReadonlyMap<string, readonly Point[]>;
    for (let i = 0; i < 2000; i += 1) held = appendPoints(held, series([[i * 1000, i]]));
    expect(held.get("s")).toHaveLength(300);
    expect(held.get("s")?.at(-1)).toEqual([1_999_000, 1999]);
  });
});
