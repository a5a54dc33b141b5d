import { describe, expect, it } from "vitest";
import { nameOf } from "../../../src/data/spans";
import { decodeFinals, decodeTrend, TREND_WINDOWS } from "../../../src/wire/windows";
import { history } from "../../scripted/api.mjs";
import { day } from "../fixtures";

const told = history(new URLSearchParams("metric=behavior&window=1d&last=30&open=true"));
const windows = decodeTrend(told, "1d");

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

describe("the last windows", () => {
  it("are read in the order of time, of one kind, and bounded", () => {
    expect(windows).toHaveLength(TREND_WINDOWS);
    expect(windows.at(-1)).toMatchObject({ isOpen: true, span: { start: "2015-11-11T00:00:00+08:00" } });
    expect(decodeTrend(told, "7d")).toEqual([]);
    const more = { windows: [...told.windows, ...told.windows].reverse() };
    expect(decodeTrend(more, "1d")).toHaveLength(TREND_WINDOWS);
  });

  it.each([[null], [7], [{ windows: [null, {}, { window: { spec: "1d" } }] }]])("are none for %j", (value) => {
    expect(decodeTrend(value, "1d")).toEqual([]);
  });
});
