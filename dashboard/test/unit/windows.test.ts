import { describe, expect, it } from "vitest";
import { createFormat } from "../../src/data/format";
import { windowOptions } from "../../src/panels/window-model";
import { contextOf, greeted } from "./helpers";
import { nameOf, spanText } from "../../src/data/spans";
import { decodeFinals, decodeSpan, type Finals } from "../../src/wire/windows";
import { Windows } from "../../src/net/windows";
import { frame } from "../scripted/script.mjs";

const day = (n: number, more = {}) => ({
  window: {
    spec: "1d", start: `2015-11-0${n}T00:00:00+08:00`, end: `2015-11-0${n + 1}T00:00:00+08:00`,
    state: "final", ...more,
  },
  total: [],
});

describe("the list of final windows", () => {
  it("is by kind and in the order of time", () => {
    const finals = decodeFinals({ windows: [
      day(3), day(1), { window: null }, day(2, { spec: "10m/1m" }), day(2, { start: "never" }), 7,
    ] });
    expect([...finals].map(([kind, spans]) => [kind, spans.map(nameOf)])).toEqual([
      ["1d", ["1d@2015-11-01T00:00:00+08:00", "1d@2015-11-03T00:00:00+08:00"]],
      ["10m/1m", ["10m/1m@2015-11-02T00:00:00+08:00"]],
    ]);
  });

  it.each([[null], [{}], [{ windows: "none" }], [[]]])("is empty for %j", (value) => {
    expect(decodeFinals(value).size).toBe(0);
  });
});

describe("what can be chosen", () => {
  const ctx = contextOf(greeted(), "en");
  const past = decodeFinals({ windows: [day(1)] });
  const answers = { finals: new Map(), isListed: true, ownKind: null, frame: null, trend: null };
  const names = ({ window = null, kinds = [], finals = new Map() }: {
    readonly window?: string | null; readonly kinds?: readonly string[]; readonly finals?: Finals;
  }) => windowOptions({ window, kinds, answers: { ...answers, finals } }, ctx).map(({ value }) => value);

  it.each([
    ["all time alone", { kinds: ["cumulative"] }, [""]],
    ["days, before one is past", { kinds: ["cumulative", "1d"] }, ["", "1d", "1d*3", "1d*7", "1d*30"]],
    ["days, of a metric without all time", { kinds: ["1d"], finals: past },
      ["", "1d*3", "1d*7", "1d*30", "1d@"]],
    ["sliding windows, which cannot be put together", { kinds: ["cumulative", "10m/1m"] }, ["", "10m/1m"]],
    ["what a link asks for", { kinds: ["cumulative", "1d"], window: "1d*14" },
      ["", "1d", "1d*14", "1d*3", "1d*7", "1d*30"]],
    ["what an older host has", { finals: past }, ["", "1d", "1d@"]],
  ] as const)("is %s", (_name, shown, expected) => {
    expect(names(shown)).toEqual(expected);
  });
});

describe("a window", () => {
  const format = createFormat("zh", "Asia/Shanghai");
  it.each([
    ["2015-11-11T00:00:00+08:00", "2015-11-12T00:00:00+08:00", "2015-11-11"],
    ["2015-11-09T00:00:00+08:00", "2015-11-16T00:00:00+08:00", "2015-11-09 – 2015-11-15"],
    ["2015-11-11T08:00:00+08:00", "2015-11-11T08:10:00+08:00", "2015-11-11 08:00 – 08:10"],
    ["2015-11-11T23:55:00+08:00", "2015-11-12T00:05:00+08:00", "2015-11-11 23:55 – 2015-11-12 00:05"],
    ["2015-11-11T08:00:00+08:00", "2015-11-11T08:00:30+08:00", "2015-11-11 08:00 – 08:00:30"],
  ])("from %s to %s is %s", (start, end, text) => {
    const span = decodeSpan({ spec: "x", start, end });
    expect(span && spanText(span, format)).toBe(text);
  });
});

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
