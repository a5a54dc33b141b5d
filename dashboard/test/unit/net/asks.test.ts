import { describe, expect, it } from "vitest";
import { Asks } from "../../../src/net/asks";
import { Compares } from "../../../src/net/compares";
import { Courses, stepOf } from "../../../src/net/courses";

/** A host that answers by hand, and a clock. */
function bench(answer: (path: string) => unknown = (path) => path) {
  const asked: string[] = [];
  const later: { readonly act: () => void; readonly ms: number }[] = [];
  const clock = { now: 0, changes: 0 };
  return {
    asked, later, clock,
    env: {
      ask: (path: string) => {
        asked.push(path);
        const value = answer(path);
        return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
      },
      now: () => clock.now, changed: () => { clock.changes += 1; },
      later: (act: () => void, ms: number) => { later.push({ act, ms }); },
    },
  };
}

const settle = async () => { for (let i = 0; i < 20; i += 1) await Promise.resolve(); };

describe("an answer", () => {
  const fetched = (ask: (path: string) => Promise<unknown>) => ask("path").then(String);

  it("is asked for once, and again when the figures change", async () => {
    const { env, asked, clock, later } = bench();
    const asks = new Asks<string>(env, 10, 2000);
    expect(asks.get("a", 1, fetched)).toEqual({ state: "loading", value: null });
    asks.get("a", 1, fetched);
    await settle();
    expect([asks.get("a", 1, fetched), asked.length, clock.changes]).toEqual([{ state: "ok", value: "path" }, 1, 1]);
    clock.now = 500;
    expect(asks.get("a", 2, fetched).value).toBe("path");
    expect([asked.length, later.map(({ ms }) => ms)]).toEqual([1, [1500]]);
    clock.now = 2000;
    later[0]?.act();
    asks.get("a", 2, fetched);
    await settle();
    expect(asked).toHaveLength(2);
  });

  it("stays as it is while the page is paused, and where it never changes", async () => {
    const { env, asked, clock } = bench();
    const asks = new Asks<string>(env, 10, 0);
    asks.get("a", 7, fetched);
    await settle();
    clock.now = 1e6;
    asks.get("a", null, fetched);
    asks.get("a", 7, fetched);
    await settle();
    expect(asked).toHaveLength(1);
  });

  it("that is missing is asked for again after a while, and the last known one is kept", async () => {
    let fails = false;
    const { env, clock } = bench(() => (fails ? new Error("gone") : "known"));
    const asks = new Asks<string>(env, 10, 0);
    asks.get("a", 1, fetched);
    await settle();
    fails = true;
    asks.get("a", 2, fetched);
    await settle();
    expect(asks.get("a", 2, fetched)).toEqual({ state: "missing", value: "known" });
    fails = false;
    clock.now = 31_000;
    asks.get("a", 2, fetched);
    await settle();
    expect(asks.get("a", 2, fetched).state).toBe("ok");
  });

  it("is forgotten where there are too many, and at another run of the host", async () => {
    const { env, asked } = bench();
    const asks = new Asks<string>(env, 2, 0);
    for (const name of ["a", "b", "c"]) asks.get(name, 1, fetched);
    await settle();
    asks.get("a", 1, fetched);
    expect(asked).toHaveLength(4);
    asks.attend("e1");
    asks.get("c", 1, fetched);
    asks.attend("e1");
    asks.get("c", 1, fetched);
    expect(asked).toHaveLength(5);
  });
});

describe("a comparison", () => {
  it("is asked for by panel, window and what it is held against", async () => {
    const { env, asked } = bench(() => ({ to: "1d", window: "1d@x", start: 1, until: 2, before_start: 0, before_until: 1, now: null, before: null }));
    const compares = new Compares(env);
    compares.compared("a/b", "1d@2015-11-11T00:00:00+08:00", "1d", 0);
    await settle();
    expect(asked).toEqual(["api/v1/panels/a%2Fb/compare?window=1d%402015-11-11T00%3A00%3A00%2B08%3A00&to=1d"]);
    expect(compares.compared("a/b", "1d@2015-11-11T00:00:00+08:00", "1d", 0).value).toMatchObject({ start: 1, until: 2 });
  });

  it("is missing where the host has no such answer", async () => {
    const { env } = bench(() => ({ error: "not found" }));
    const compares = new Compares(env);
    compares.compared("a", "1d", "1y", 0);
    await settle();
    expect(compares.compared("a", "1d", "1y", 0).state).toBe("missing");
  });
});

describe("a course", () => {
  const window = (n: number, spec = "1d") => ({
    window: { spec, start: `2015-11-0${n}T00:00:00Z`, end: `2015-11-0${n + 1}T00:00:00Z` }, total: [{ n }, { n: 10 }, { n: null }],
  });

  it("goes on where an answer ends, and is in the order of time", async () => {
    const { env, asked } = bench((path) => (path.includes("next=x")
      ? { windows: [window(1)], next: null } : { windows: [window(3), window(2)], next: "x" }));
    const courses = new Courses(env);
    courses.course("m", "1d", "n", 1);
    await settle();
    expect(courses.course("m", "1d", "n", 1).value?.map(({ value }) => value)).toEqual([11, 12, 13]);
    expect(asked).toHaveLength(2);
  });

  it("ends also where answers never do", async () => {
    const { env, asked } = bench(() => ({ windows: [window(1)], next: "again" }));
    const courses = new Courses(env);
    courses.course("m", "1d", "n", 1);
    for (let i = 0; i < 20; i += 1) await settle();
    expect(asked.length).toBeLessThan(20);
  });

  it("counts the rest of what the host leaves out", () => {
    const other = { keys: 2, total: { n: 100 }, on_time: { n: 100 }, late: { n: 0 } };
    expect(stepOf({ ...window(1), other }, "1d", "n")[0]?.value).toBe(111);
  });

  it("leaves out windows of another kind and what is none", () => {
    expect([stepOf(window(1, "1h"), "1d", "n"), stepOf(null, "1d", "n"), stepOf({}, "1d", "n")]).toEqual([[], [], []]);
  });
});
