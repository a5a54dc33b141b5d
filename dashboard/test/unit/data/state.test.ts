import { describe, expect, it } from "vitest";
import { pageState } from "../../../src/data/page-state";
import { appendPoints, INITIAL, reduce } from "../../../src/data/state";
import type { Point } from "../../../src/wire/shapes";
import { greeting, update } from "../../scripted/script.mjs";
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
});

describe("series", () => {
  const series = (points: Point[]) => new Map([["s", points]]);

  it("grow by newer points only", () => {
    const merged = appendPoints(series([[1, 1], [2, 2]]), series([[2, 9], [3, 3]]));
    expect(merged.get("s")).toEqual([[1, 1], [2, 2], [3, 3]]);
  });

  it("hold five minutes, however long the page is open", () => {
    let held = series([]) as ReadonlyMap<string, readonly Point[]>;
    for (let i = 0; i < 2000; i += 1) held = appendPoints(held, series([[i * 1000, i]]));
    expect(held.get("s")).toHaveLength(300);
    expect(held.get("s")?.at(-1)).toEqual([1_999_000, 1999]);
  });
});
