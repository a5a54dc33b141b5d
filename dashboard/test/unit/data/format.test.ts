import { describe, expect, it } from "vitest";
import { clip, createFormat, UNKNOWN } from "../../../src/data/format";

const zh = createFormat("zh", "Asia/Shanghai");
const en = createFormat("en", "America/New_York");

describe("numbers", () => {
  it.each([
    [null, UNKNOWN, UNKNOWN],
    [0, "0", "0"],
    [9999, "9,999", "9,999"],
    [17_595, "1.8万", "17.6K"],
    [1_234_567, "123.5万", "1.2M"],
    [250_000_000, "2.5亿", "250.0M"],
    [-30_000, "-3.0万", "-30.0K"],
    [0.125, "0.13", "0.13"],
  ])("%s in short", (value, chinese, english) => {
    expect([zh.compact(value), en.compact(value)]).toEqual([chinese, english]);
  });

  it.each([
    [null, UNKNOWN, UNKNOWN],
    [999_999, "999,999", "999,999"],
    [1_234_567, "123.46万", "1.23M"],
    [123_456_789, "1.23亿", "123.46M"],
  ])("%s in large type", (value, chinese, english) => {
    expect([zh.headline(value), en.headline(value)]).toEqual([chinese, english]);
  });

  it("%s in full keeps every digit", () => {
    expect(zh.full(1_234_567_890)).toBe("1,234,567,890");
  });

  it.each([
    [null, UNKNOWN], [0, "0.0%"], [0.000_001, "<0.01%"], [0.0035, "0.35%"], [0.885, "88.5%"],
    [1, "100.0%"],
  ])("%s as a share", (share, expected) => {
    expect(zh.percent(share)).toBe(expected);
  });
});

describe("times", () => {
  const singlesDay = Date.UTC(2015, 10, 10, 16);

  it("are in the pipeline's zone", () => {
    expect(zh.dateTime(singlesDay)).toBe("2015-11-11 00:00:00");
    expect(en.dateTime(singlesDay)).toBe("2015-11-10 11:00:00");
    expect([zh.zone, zh.monthDay(singlesDay), zh.clock(singlesDay)])
      .toEqual(["Asia/Shanghai", "11-11", "00:00:00"]);
  });

  it("are in UTC where the zone is not known, and say so", () => {
    const format = createFormat("en", "Mars/Olympus");
    expect([format.zone, format.clock(singlesDay)]).toEqual(["UTC", "16:00:00"]);
  });

  it("are unknown rather than 1970", () => {
    expect([zh.date(null), zh.clock(null), zh.dateTime(null)])
      .toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });
});

describe("durations", () => {
  it.each([
    [null, UNKNOWN, UNKNOWN],
    [37, "37 ms", "37 ms"],
    [1500, "1.5 秒", "1.5 sec"],
    [42_900, "42 秒", "42 sec"],
    [300_000, "5 分钟", "5 min"],
    [96_000, "1 分钟 36 秒", "1 min 36 sec"],
    [3_660_000, "1 小时 1 分钟", "1 hr 1 min"],
    [90_000_000, "1 天 1 小时", "1 day 1 hr"],
    [-300_000, "−5 分钟", "−5 min"],
  ])("%s ms", (ms, chinese, english) => {
    expect([zh.duration(ms), en.duration(ms)]).toEqual([chinese, english]);
  });
});

describe("clip", () => {
  it("cuts by whole characters", () => {
    expect(clip("short", 10)).toBe("short");
    expect(clip("长".repeat(10_000), 4)).toBe("长长长…");
    expect(clip("😀".repeat(50), 3)).toBe("😀😀…");
  });
});

describe("an error", () => {
  it("stands behind its value, rounded up, and is not there where the value is exact", () => {
    expect(en.withError(1234, 12)).toBe("1,234 ± 12");
    expect(en.withError(1234, 0.001)).toBe("1,234 ± 0.01");
    expect(en.withError(1.5, 1.1)).toBe("1.5 ± 1.1");
    expect([en.withError(1234, 0), en.withError(1234, null)]).toEqual(["1,234", "1,234"]);
    expect(en.withError(null, 12)).toBe("—");
    expect(zh.withError(1_234_567, 1234)).toBe("1,234,567 ± 1,234");
  });

  it("of a number is told in proportion to it", () => {
    expect(en.relativeError(1000, 12, null)).toBe("± 1.2%");
    expect(en.relativeError(-1000, 12, "ms")).toBe("± 1.2%");
    expect(en.relativeError(0, 12, null)).toBe("± 12");
    expect(en.relativeError(18.4, 1.9, "%")).toBe("± 1.9");
    expect([en.relativeError(1000, 0, null), en.relativeError(1000, null, null), en.relativeError(null, 3, null)])
      .toEqual(["", "", ""]);
  });
});
