import { describe, expect, it } from "vitest";
import type { PanelChoice } from "../../../src/data/link";
import {
  readWindows, shownWindow, windowOptions, windowRowModel, type WindowAnswers,
} from "../../../src/panels/window-model";
import { decodeFinals, decodeSpan, type Finals } from "../../../src/wire/windows";
import { SCENES } from "../../scripted/scenes.mjs";
import { TIMED_SCENE } from "../../scripted/timed.mjs";
import { ANSWERS, CHOICE, contextOf, day, greeted, pairIn, type Pair } from "../fixtures";

const ctx = contextOf(greeted(), "en");
const NAME = "1d@2015-11-01T00:00:00+08:00";

describe("what can be chosen", () => {
  const past = decodeFinals({ windows: [day(1)] });
  const names = ({ window = null, kinds = [], finals = new Map() }: {
    readonly window?: string | null; readonly kinds?: readonly string[]; readonly finals?: Finals;
  }) => windowOptions({ window, kinds, answers: { ...ANSWERS, finals } }, ctx).map(({ value }) => value);

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

describe("an option of past windows", () => {
  const finals = decodeFinals({ windows: [day(1), day(2)] });
  const past = (window: string | null, known: Finals) =>
    windowOptions({ window, kinds: ["1d"], answers: { ...ANSWERS, finals: known } }, ctx)
      .find(({ value }) => value === "1d@")?.window;

  it("chooses the newest one, and keeps the chosen one as long as none is known", () => {
    expect(past(null, finals)).toBe("1d@2015-11-02T00:00:00+08:00");
    expect(past(NAME, new Map())).toBe(NAME);
  });
});

describe("what a panel reads of windows", () => {
  const windowed = pairIn(greeted(SCENES["windowed"]), "behavior");
  const plain = pairIn(greeted(), "age");

  function reads(pair: Pair, choice: Partial<PanelChoice>, context = ctx, finals: Finals = new Map()) {
    const asked: string[] = [];
    const source = {
      finals: (metric: string, at: number | null) => { asked.push(`finals ${metric} ${at === null ? "null" : "at"}`); return finals; },
      isListed: () => true,
      ownKind: (id: string) => { asked.push(`own ${id}`); return "1d"; },
      frame: (id: string, window: string, rev: number | null, top?: number | null) => {
        asked.push(`frame ${id} ${window} ${rev}${top ? ` top ${top}` : ""}`);
        return { state: "loading" as const, frame: null, span: null };
      },
      trend: (metric: string, kind: string, rev: number | null) => {
        asked.push(`trend ${metric} ${kind} ${rev}`);
        return { state: "loading" as const, windows: [] };
      },
      closed: (metric: string, kind: string, rev: number | null) => {
        asked.push(`closed ${metric} ${kind} ${rev}`);
        return { state: "loading" as const, windows: [] };
      },
    };
    const compares = {
      compared: (id: string, window: string, to: string, rev: number | null) => {
        asked.push(`compared ${id} ${window} ${to} ${rev}`);
        return { state: "loading" as const, value: null };
      },
    };
    const courses = {
      course: (metric: string, kind: string, measure: string) => {
        asked.push(`course ${metric} ${kind} ${measure}`);
        return { state: "loading" as const, value: null };
      },
    };
    return { answers: readWindows({ windows: source, compares, courses }, pair.panel, pair.frame, { ...CHOICE, ...choice }, context), asked };
  }

  it("is nothing where the metric has no windows", () => {
    expect(reads(plain, { trend: true }).asked).toEqual([]);
  });

  it("are held against earlier ones by their names, the last ones together by their dates", () => {
    const day = { against: "1d" } as const;
    expect(reads(windowed, { ...day, window: "1d" }).asked).toContain("compared behavior 1d 1d 1");
    expect(reads(windowed, { ...day, window: "1d" }).asked).toContain("frame behavior 1d 1");
    // One past window never changes, and is compared once.
    expect(reads(windowed, { ...day, window: NAME }).asked).toContain(`compared behavior ${NAME} 1d 0`);
    expect(reads(windowed, { ...day, window: null }).answers.compared).toBe("all-time");
    expect(reads(windowed, { ...day, window: "10m/1m", isOwn: true }).answers.compared).toBe("sliding");
    expect(reads(windowed, { ...day, window: "1d", trend: true }).answers.compared).toBeNull();
    expect(reads(windowed, { ...day, window: "1d*7" }).answers.compared).toEqual({ state: "loading", value: null });
    expect(reads(plain, { ...day, window: "1d" }).answers.compared).toBeNull();
  });

  it("have all of their cells where one key of them is looked at", () => {
    const cross = pairIn(greeted(TIMED_SCENE), "cross");
    expect(reads(cross, { slice: "2" }).asked).toContain("frame cross cumulative 1 top 1000");
    expect(reads(cross, { slice: "2", window: "1d" }).asked).toContain("frame cross 1d 1 top 1000");
    expect(reads(cross, {}).asked.filter((each) => each.startsWith("frame"))).toEqual([]);
  });

  it("are all that are kept where a panel has a past one of its own", () => {
    const asks = (choice: Partial<PanelChoice>) => reads(windowed, choice).asked.includes("course behavior 1d events");
    expect([asks({ window: NAME, isOwn: true }), asks({ window: NAME }), asks({ window: "1d", isOwn: true })]).toEqual([true, false, false]);
    const kept = [day(1), day(2), day(3)].flatMap(({ window }) => decodeSpan(window) ?? []);
    const { line } = windowRowModel({ window: NAME, kinds: ["1d"], answers: { ...ANSWERS, kept }, trend: false }, ctx);
    expect([line.spans.length, line.at]).toEqual([3, 0]);
  });

  it("are the final ones, the chosen one and the last ones", () => {
    expect(reads(windowed, {}).asked).toEqual(["finals behavior at"]);
    expect(reads(windowed, { window: "1d" }).asked).toEqual(["finals behavior at", "frame behavior 1d 1"]);
    expect(reads(windowed, { trend: true }).asked).toEqual(["finals behavior at", "trend behavior 1d 1"]);
    expect(reads(windowed, { window: "1d" }).answers).toMatchObject({ trend: null, ownKind: null });
  });

  it("is asked for no revision while the page is paused", () => {
    const paused = { ...ctx, pause: { at: 0, updates: 0, page: "live" as const } };
    expect(reads(windowed, { window: "1d" }, paused).asked.at(-1)).toBe("frame behavior 1d null");
  });

  it("are the newest ones too of tiles, whose ranking is held against the last closed one", () => {
    const map = pairIn(greeted(SCENES["tiles"]), "province");
    expect(reads(map, {}).asked).toEqual(["finals province at", "closed province 1d 1"]);
    expect(reads(map, { window: "1d" }).asked.at(-1)).toBe("closed province 1d 1");
    for (const choice of [{ window: "1d*7" }, { window: "1d@2015-11-09T00:00:00+08:00" }, { table: true }, { trend: true }]) {
      expect(reads(map, choice).asked.filter((each) => each.startsWith("closed"))).toEqual([]);
    }
  });

  it("is no trend of a quarantined metric", () => {
    const pair = { ...windowed, frame: { ...windowed.frame, state: "quarantined" as const } };
    expect(reads(pair, { trend: true }).asked).toEqual(["finals behavior at"]);
  });

  it("is the kind of the stream's frame where the host does not say it and there are windows", () => {
    const pair = { ...windowed, panel: { ...windowed.panel, windows: [] } };
    expect(reads(pair, {}).answers.ownKind).toBeNull();
    expect(reads(pair, {}, ctx, decodeFinals({ windows: [day(1)] }))).toMatchObject({
      asked: ["finals behavior at", "own behavior"], answers: { ownKind: "1d" },
    });
  });
});

describe("the shown window", () => {
  const { panel } = pairIn(greeted(SCENES["windowed"]), "behavior");
  const missing = { state: "missing", frame: null, span: null } as const;
  const shown = (window: string | null, more: Partial<WindowAnswers> = {}, windows = panel.windows) =>
    shownWindow({ ...panel, windows }, window, { ...ANSWERS, frame: missing, ...more });

  it("is the chosen one", () => {
    expect([shown(null), shown("1d"), shown("1d*7"), shown(NAME)]).toEqual([null, "1d", "1d*7", NAME]);
  });

  it("is none of a kind that the metric never had, once the host has said so", () => {
    expect(shown("9d")).toBeNull();
    expect(shown("9d", { frame: { ...missing, state: "loading" } })).toBe("9d");
    expect(shown("9d", {}, [])).toBeNull();
    expect(shown("9d", { isListed: false }, [])).toBe("9d");
    expect(shown("1d", { finals: decodeFinals({ windows: [day(1)] }) }, [])).toBe("1d");
  });
});

describe("the line of windows", () => {
  const finals = decodeFinals({ windows: [day(1), day(2), day(3)] });
  const line = (window: string | null, trend: boolean | null = false, kinds: readonly string[] = ["cumulative", "1d"]) =>
    windowRowModel({
      window, kinds, trend,
      answers: { ...ANSWERS, finals, frame: { state: "ok", frame: null, span: decodeSpan(day(2).window) } },
    }, ctx);

  it("is there where something can be chosen", () => {
    const none = { window: null, kinds: ["cumulative"], answers: ANSWERS, trend: null };
    expect([windowRowModel(none, ctx).isShown, line(null).isShown]).toEqual([false, true]);
  });

  it("of a present window says its dates", () => {
    expect(line("1d")).toMatchObject({ chosen: "1d", text: "2015-11-02", title: null, isPast: false, isOne: true, line: { at: -1 } });
  });

  it("of a past window has its place on the timeline", () => {
    expect(line("1d@2015-11-02T00:00:00+08:00")).toMatchObject({
      chosen: "1d@", text: "◷ 2015-11-02", title: `2015-11-02 · ${ctx.words.panels.windowFinal}`, isPast: true, line: { at: 1, text: "2015-11-02" },
    });
    expect(line("1d@2015-11-02T00:00:00+08:00").line.spans).toHaveLength(3);
  });

  it("of a trend says how many windows, whatever is chosen beside it", () => {
    const trend = line("1d@2015-11-02T00:00:00+08:00", true);
    expect(trend).toMatchObject({ isOne: false, isPast: false, title: null, trend: { isShown: true, isOn: true } });
    expect(trend.text).toBe("Latest 30 days");
    expect(trend.line.spans).toEqual([]);
  });

  it("has no button of a trend where there is none", () => {
    expect(line(null, null).trend).toMatchObject({ isShown: false, isOn: false });
  });
});
