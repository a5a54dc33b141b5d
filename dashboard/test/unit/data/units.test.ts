import { describe, expect, it } from "vitest";
import { createFormat, inFull } from "../../../src/data/format";
import { distinct, inUnit, saysUnit } from "../../../src/data/units";

const zh = createFormat("zh", "UTC");
const en = createFormat("en", "UTC");

describe("a figure in a unit", () => {
  it.each([
    ["B", 17_812_345, "17.8 MB", "17.8 MB"], ["B", 999, "999 B", "999 B"], ["B", 999_950, "1 MB", "1 MB"], ["B", 0, "0 B", "0 B"],
    ["B", -2048, "-2 kB", "-2 kB"], ["KiB", 1000, "1 MB", "1 MB"], ["字节", 123_456, "123 kB", "123 kB"], ["MB/s", 1.25, "1.3 MB/s", "1.3 MB/s"],
    ["s", 16_070_400, "186 天", "186 days"], ["s", 0, "0 ms", "0 ms"], ["s", 0.0004, "400 µs", "400 µs"], ["ms", 1500, "1.5 秒", "1.5 sec"],
    ["ms", 59_990, "1 分钟", "1 min"], ["ns", 12.34, "12.3 ns", "12.3 ns"], ["分钟", 90, "1.5 小时", "1.5 hr"], ["s", -90, "-1.5 分钟", "-1.5 min"],
    ["%", 27.345, "27.3%", "27.3%"], ["%", 0, "0%", "0%"], ["%", -1.26, "-1.3%", "-1.3%"],
    ["CNY", 1234.5, "¥1,234.5", "CN¥1,234.5"], ["元", 123_456, "¥12.3万", "CN¥123.5K"], ["USD", 2_000_000, "US$200.0万", "$2.0M"],
  ] as const)("%s: %s is %s, %s", (unit, value, chinese, english) => {
    expect([inUnit(zh, unit).compact(value), inUnit(en, unit).compact(value)]).toEqual([chinese, english]);
  });

  it("is never 0 where it is not known", () => {
    for (const unit of ["B", "s", "%", "CNY", "件"]) {
      const { full, compact, finer, axis, headline, withError } = inUnit(zh, unit);
      expect([full(null), compact(null), finer(null), axis(null), headline(null), withError(null, 3)]).toEqual(Array(6).fill("—"));
    }
  });

  it("is a plain number in a unit that is not known, or where there is none", () => {
    for (const unit of [null, "件", "km", "XQZ", "constructor", ""]) expect(inUnit(en, unit)).toBe(en);
    expect(["B", "ms", "%", "¥", "EUR", "MB/s"].every(saysUnit)).toBe(true);
    expect([null, "km", "toString", "ABC", "s/m"].some(saysUnit)).toBe(false);
  });

  it("has more digits where there is room, and two steps of time", () => {
    expect([inUnit(en, "B").full(17_812_345), inUnit(en, "%").full(27.3456), inUnit(en, "ms").full(1234.5)]).toEqual(["17.812 MB", "27.35%", "1.235 sec"]);
    expect([inUnit(zh, "s").full(16_081_200), inUnit(zh, "CNY").full(1234.567), inUnit(en, "B").headline(17_812_345)])
      .toEqual(["186 天 3 小时", "¥1,234.57", "17.81 MB"]);
    expect(inFull(inUnit(en, "B")).compact(17_812_345)).toBe("17.812 MB");
  });

  it("has an error in the same unit, which is not rounded down", () => {
    expect(inUnit(en, "B").withError(17_812_345, 1200.0001)).toBe("17.812 MB ± 1.201 kB");
    expect([inUnit(en, "%").withError(27.34, 0.121), inUnit(en, "%").relativeError(27.34, 0.121, "%")]).toEqual(["27.34% ± 0.13%", "± 0.13%"]);
    expect([inUnit(en, "ms").relativeError(100, 1, "ms"), inUnit(en, "ms").relativeError(100, 0, "ms"), inUnit(en, "ms").withError(5, 0)])
      .toEqual(["± 1.0%", "", "5 ms"]);
    expect(inUnit(en, "USD").withError(10, 0.001)).toBe("$10 ± $0.01");
  });

  it("is made once for each unit", () => expect(inUnit(en, "B")).toBe(inUnit(en, "B")));
});

describe("figures that differ", () => {
  it("have one more digit where they would read alike", () => {
    const { compact } = distinct(zh, [12_345, 12_410, 12_901, 500, null]);
    expect([12_345, 12_410, 12_901, 500, null, 99_999].map(compact)).toEqual(["1.23万", "1.24万", "1.3万", "500", "—", "10.0万"]);
  });

  it("have every digit where one more does not tell them apart", () => {
    const { compact } = distinct(zh, [30_100, 30_140, 52_000]);
    expect([30_100, 30_140, 52_000].map(compact)).toEqual(["30,100", "30,140", "5.2万"]);
  });

  it("stay as short as they are where they read differently, and where they are the same", () => {
    const { compact } = distinct(en, [12_345, 12_345, 20_000]);
    expect([12_345, 20_000].map(compact)).toEqual(["12.3K", "20.0K"]);
  });

  it("are told apart in their unit, and not where they are very many", () => {
    const bytes = distinct(inUnit(en, "B"), [17_812_345, 17_834_000, 20_000_000]);
    expect([17_812_345, 17_834_000, 20_000_000].map(bytes.compact)).toEqual(["17.81 MB", "17.83 MB", "20 MB"]);
    expect(distinct(en, Array.from({ length: 101 }, (_, i) => i))).toBe(en);
  });
});
