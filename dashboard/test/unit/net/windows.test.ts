import { describe, expect, it } from "vitest";
import { Windows } from "../../../src/net/windows";
import { history } from "../../scripted/api.mjs";
import { frame } from "../../scripted/script.mjs";
import { day } from "../fixtures";

/** A host and a clock that do as they are told. */
function scripted(answers: (path: string) => unknown) {
  const asked: string[] = [];
  const timers: { at: number; act: () => void }[] = [];
  let time = 0;
  let changes = 0;
  const windows = new Windows({
    ask: async (path) => {
      asked.push(decodeURIComponent(path));
      const answer = answers(path);
      if (answer === undefined) throw new Error("status 404");
      return answer;
    },
    now: () => time,
    later: (act, ms) => timers.push({ at: time + ms, act }),
    changed: () => { changes += 1; },
  });
  const settle = async () => { for (let i = 0; i < 10; i += 1) await Promise.resolve(); };
  const pass = async (ms: number) => {
    time += ms;
    for (const timer of timers.splice(0)) timer.at <= time ? timer.act() : timers.push(timer);
    await settle();
  };
  return { windows, asked, settle, pass, changes: () => changes };
}

const EVENT_TIME = Date.parse("2015-11-11T00:00:00+08:00");
const data = { ...frame(["0"], [5]), window: day(1).window };

const told = history(new URLSearchParams("metric=behavior&window=1d&last=30&open=true"));

describe("what the stream does not carry", () => {
  it("is looked for further back until something is found", async () => {
    const host = scripted((path) => ({ windows: path.includes("from=2015-11-08") ? [] : [day(1)] }));
    expect(host.windows.finals("m", EVENT_TIME).size).toBe(0);
    await host.settle();
    expect(host.asked).toEqual([
      "api/v1/history?metric=m&from=2015-11-08T16:00:00.000Z",
      "api/v1/history?metric=m&from=2015-10-01T16:00:00.000Z",
    ]);
    expect([host.windows.finals("m", EVENT_TIME).size, host.windows.isListed("m"), host.changes()])
      .toEqual([1, true, 1]);
  });

  it("is looked for again, but ever more rarely while there is none", async () => {
    const host = scripted(() => ({ windows: [] }));
    for (let minute = 0; minute < 60; minute += 1) {
      host.windows.finals("m", EVENT_TIME);
      await host.pass(60_000);
    }
    // Three questions each time: after half a minute, then after 1, 2, 4, 8 and ever 10.
    expect(host.asked.length / 3).toBeGreaterThan(6);
    expect(host.asked.length / 3).toBeLessThan(13);
  });

  it("is nothing before there is an event", async () => {
    const host = scripted(() => ({ windows: [] }));
    host.windows.finals("m", null);
    await host.settle();
    expect(host.asked).toEqual([]);
  });

  it("is asked for once where it is final, whatever the stream brings", async () => {
    const host = scripted(() => data);
    const past = "1d@2015-11-01T00:00:00+08:00";
    expect(host.windows.frame("p", past, 1).state).toBe("loading");
    await host.settle();
    for (let rev = 2; rev < 9; rev += 1) {
      host.windows.frame("p", past, rev);
      await host.pass(5000);
    }
    expect(host.windows.frame("p", past, 9)).toMatchObject({ state: "ok", span: { kind: "1d" } });
    expect(host.asked).toEqual([`api/v1/panels/p/data?window=${past}`]);
  });

  it("follows the stream where it is not, every two seconds at most", async () => {
    const host = scripted(() => data);
    host.windows.frame("p", "1d", 1);
    await host.settle();
    for (let rev = 2; rev <= 40; rev += 1) {
      host.windows.frame("p", "1d", rev);
      await host.pass(100);
    }
    expect(host.asked.length).toBeLessThanOrEqual(3);
    expect(host.asked.length).toBeGreaterThan(1);
    const before = host.asked.length;
    host.windows.frame("p", "1d", null);
    await host.pass(60_000);
    expect(host.asked.length).toBe(before);
  });

  it("is missing where the host does not know it, and forgotten with another host", async () => {
    const host = scripted(() => undefined);
    host.windows.attend("e1");
    host.windows.frame("p", "9d", 1);
    await host.settle();
    expect(host.windows.frame("p", "9d", 1).state).toBe("missing");
    host.windows.attend("e2");
    expect(host.windows.frame("p", "9d", 1).state).toBe("loading");
  });
});

describe("a window that is not there", () => {
  const past = "1d@2015-11-01T00:00:00+08:00";

  it("is asked for again after half a minute, and keeps what it showed", async () => {
    let answer: unknown;
    const host = scripted(() => answer);
    host.windows.frame("p", past, 1);
    await host.settle();
    await host.pass(30_000);
    expect([host.windows.frame("p", past, 2).state, host.asked.length]).toEqual(["missing", 1]);
    await host.pass(1);
    answer = data;
    host.windows.frame("p", past, 2);
    await host.pass(2000);
    host.windows.frame("p", past, 2);
    await host.settle();
    expect([host.windows.frame("p", past, 2).state, host.asked.length]).toEqual(["ok", 2]);
    answer = undefined;
    host.windows.frame("p", "1d", 1);
    await host.settle();
    expect(host.windows.frame("p", past, 3)).toMatchObject({ state: "ok", frame: { keys: ["0"] } });
  });

  it("leaves the last frame of a present one", async () => {
    let answer: unknown = data;
    const host = scripted(() => answer);
    host.windows.frame("p", "1d", 1);
    await host.settle();
    answer = undefined;
    await host.pass(5000);
    host.windows.frame("p", "1d", 2);
    await host.settle();
    expect(host.windows.frame("p", "1d", 2)).toMatchObject({ state: "missing", frame: { keys: ["0"] }, span: { kind: "1d" } });
  });
});

describe("the windows that a page keeps", () => {
  it("are bounded: the one that was first asked for is forgotten", async () => {
    const host = scripted(() => data);
    const ask = (i: number) => host.windows.frame("p", `1d@${i}`, 1).state;
    for (let i = 0; i < 201; i += 1) ask(i);
    await host.settle();
    expect([ask(1), ask(200), ask(0)]).toEqual(["ok", "ok", "loading"]);
  });

  it("are of one panel and one window, whose names may have any sign", async () => {
    const host = scripted((path) => (path.startsWith("api/v1/panels/a%2Fb%20c/data?window=10m%2F1m") ? data : undefined));
    host.windows.frame("a/b c", "10m/1m", 1);
    host.windows.frame("a/b", "10m/1m", 1);
    await host.settle();
    expect([host.windows.frame("a/b c", "10m/1m", 1).state, host.windows.frame("a/b", "10m/1m", 1).state]).toEqual(["ok", "missing"]);
  });

  it("say of which kind the stream's frame is, asked once and told once", async () => {
    const host = scripted(() => data);
    expect([host.windows.ownKind("p"), host.windows.ownKind("p")]).toEqual([null, null]);
    await host.settle();
    expect([host.windows.ownKind("p"), host.asked, host.changes()]).toEqual(["1d", ["api/v1/panels/p/data"], 1]);
    const silent = scripted(() => undefined);
    silent.windows.ownKind("p");
    await silent.settle();
    expect([silent.windows.ownKind("p"), silent.asked.length]).toEqual([null, 1]);
  });
});

describe("a trend", () => {
  it("is asked for as figures change, but not more often than can be followed", async () => {
    let time = 0;
    let asked = 0;
    const timers: (() => void)[] = [];
    const source = new Windows({
      ask: async () => { asked += 1; return told; }, now: () => time,
      later: (act) => timers.push(act), changed: () => undefined,
    });
    for (let rev = 1; rev <= 40; rev += 1) {
      source.trend("behavior", "1d", rev);
      for (let i = 0; i < 8; i += 1) await Promise.resolve();
      time += 500;
      for (const act of time % 5000 === 0 ? timers.splice(0) : []) act();
    }
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(7);
    const before = asked;
    time += 60_000;
    source.trend("behavior", "1d", null);
    expect(asked).toBe(before);
  });
});
