import { describe, expect, it } from "vitest";
import { csvOf } from "../../../src/data/csv";
import { historyCsv, panelCsv } from "../../../src/data/panel-csv";
import { wholeHistory } from "../../../src/net/history";
import { decodeSpan, decodeTrend } from "../../../src/wire/windows";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, crossed, day, greeted, pairIn } from "../fixtures";

const state = greeted();
const linesOf = (csv: string) => csv.slice(1).trimEnd().split("\r\n");

describe("a file for spreadsheets", () => {
  it("is read as UTF-8, quotes what it has to, and runs nothing", () => {
    expect(csvOf([["a", '=HYPERLINK("x")', "-1.5e3", "-x", "a,b", "c\nd", "@"]]))
      .toBe("\ufeffa,\"'=HYPERLINK(\"\"x\"\")\",-1.5e3,'-x,\"a,b\",\"c\nd\",'@\r\n");
  });
});

describe("the rows of a panel", () => {
  it("have codes and labels, every scope, the share, and of what they are", () => {
    const { panel, frame } = pairIn(state, "gender");
    const lines = linesOf(panelCsv({ panel, frame, window: null, span: null }, contextOf(state, "zh")));
    expect(lines[0]).toBe("gender,性别,events,events_on_time,events_late,events_share,面板,窗口,开始,结束");
    expect(lines[1]).toMatch(/^0,女,814814,798518,16296,0\.66\d*,性别,cumulative,,$/u);
    expect(lines).toHaveLength(4);
  });

  it("name their window with its dates", () => {
    const { panel, frame } = pairIn(state, "gender");
    const span = decodeSpan(day(2).window);
    const [, first] = linesOf(panelCsv({ panel, frame, window: "1d@2015-11-02T00:00:00+08:00", span }, contextOf(state, "en")));
    expect(first).toMatch(/,Gender,1d@2015-11-02T00:00:00\+08:00,2015-11-02 00:00:00,2015-11-03 00:00:00$/);
  });

  it("have units and errors, two dimensions, and no code of the rest", () => {
    const limits = greeted(SCENES["limits"]);
    const traffic = pairIn(limits, "traffic");
    const [heads, first] = linesOf(panelCsv({ ...traffic, window: null, span: null }, contextOf(limits, "en")));
    expect([heads, first]).toEqual([
      "host,Host,bytes,bytes_on_time,bytes_late,bytes_share,bytes_unit,panel,window,from,to",
      expect.stringMatching(/^web-1,web-1,17812345,17812345,0,0\.31\d+,B,Traffic,cumulative,,$/),
    ]);
    const cross = crossed();
    const rows = linesOf(panelCsv({ ...cross, window: null, span: null }, contextOf(greeted(), "en")));
    expect(rows[0]).toMatch(/^word,Word,hour,Hour,n,n_on_time,n_late,n_error,n_share,panel/);
    expect(rows[1]).toMatch(/^b,b,1,1h,1234,1000,234,12,/);
    expect(rows.at(-1)).toMatch(/^,Other \(9 cells\),,,60,60,0,2,/);
  });
});

describe("a history", () => {
  const { panel } = pairIn(state, "gender");
  const windows = [
    { ...day(1), total: [{ gender: 0, events: 5 }, { gender: 1, events: 2 }], on_time: [{ gender: 0, events: 4 }], late: [] },
    { ...day(2, { state: "open" }), total: [{ gender: "9", events: 7 }], on_time: [], late: [{ gender: "9", events: 7 }] },
  ];

  it("has a line for each row of each window", () => {
    expect(linesOf(historyCsv(panel, decodeTrend({ windows }, "1d"), contextOf(state, "en")))).toEqual([
      "window,from,to,state,gender,Gender,events,events_on_time,events_late,panel",
      "1d,2015-11-01 00:00:00,2015-11-02 00:00:00,closed,0,Female,5,4,,Gender",
      "1d,2015-11-01 00:00:00,2015-11-02 00:00:00,closed,1,Male,2,,,Gender",
      "1d,2015-11-02 00:00:00,2015-11-03 00:00:00,open,9,9,7,,7,Gender",
    ]);
  });

  it("is asked for a part at a time, and not for ever", async () => {
    const asked: string[] = [];
    const ask = (endless: boolean) => (path: string) => {
      asked.push(path);
      const next = endless || asked.length < 2 ? "more" : null;
      return Promise.resolve({ windows: windows.slice(0, 1), next });
    };
    expect(await wholeHistory(ask(false), "gender", "1d")).toHaveLength(2);
    expect(asked).toEqual(["api/v1/history?metric=gender&window=1d&open=true", "api/v1/history?metric=gender&window=1d&open=true&next=more"]);
    expect((await wholeHistory(ask(true), "gender", "1d")).length).toBeLessThan(100);
    await expect(wholeHistory(() => Promise.reject(new Error("gone")), "gender", "1d")).rejects.toThrow("gone");
  });
});
