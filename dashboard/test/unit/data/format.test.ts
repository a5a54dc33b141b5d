import { describe, expect, it } from "vitest";
import { clip, createFormat, inFull, joined, UNKNOWN } from "../../../src/data/format";

const zh = createFormat("zh", "Asia/Shanghai");
const en = createFormat("en", "America/New_York");

describe("a panel that fills the window", () => {
  // "1.4M" in a panel as large as the screen.
  it("has room for every digit, and short marks at its axes", () => {
    const format = inFull(createFormat("en", "UTC"));
    expect([format.compact(1_412_345), format.headline(1_412_345), format.axis(1_412_345)])
      .toEqual(["1,412,345", "1,412,345", "1.4M"]);
  });
});

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
    [10_000, "1.0万", "10.0K"],
    [-9999, "-9,999", "-9,999"],
    // What rounds up to the next unit is in that unit.
    [999_960, "100.0万", "1.0M"],
    [99_999_999, "1.0亿", "100.0M"],
    [1_500_000_000_000, "1.5万亿", "1.5T"],
  ])("%s in short", (value, chinese, english) => {
    expect([zh.compact(value), en.compact(value)]).toEqual([chinese, english]);
  });

  it.each([
    [null, UNKNOWN, UNKNOWN],
    [0, "0", "0"],
    [0.25, "0.3", "0.3"],
    [1500, "1500", "1.5K"],
    [25_000, "2.5万", "25K"],
    [400_000, "40万", "400K"],
    [-1_000_000, "-100万", "-1M"],
  ])("%s at an axis, with no digit that says nothing", (value, chinese, english) => {
    expect([zh.axis(value), en.axis(value)]).toEqual([chinese, english]);
  });

  it.each([
    [null, UNKNOWN, UNKNOWN],
    [999_999, "999,999", "999,999"],
    [1_234_567, "123.46万", "1.23M"],
    [123_456_789, "1.23亿", "123.46M"],
    [1_000_000, "100.00万", "1.00M"],
    [-999_999, "-999,999", "-999,999"],
    [-1_234_567, "-123.46万", "-1.23M"],
  ])("%s in large type", (value, chinese, english) => {
    expect([zh.headline(value), en.headline(value)]).toEqual([chinese, english]);
  });

  it("in full keep every digit", () => {
    expect(zh.full(1_234_567_890)).toBe("1,234,567,890");
    expect(en.full(Number.MAX_SAFE_INTEGER)).toBe("9,007,199,254,740,991");
    expect([en.full(-0.005), en.full(2.345), en.full(1e-9)]).toEqual(["-0.01", "2.35", "0"]);
  });

  it.each([
    [null, UNKNOWN], [0, "0.0%"], [0.000_001, "<0.01%"], [0.0035, "0.35%"], [0.885, "88.5%"],
    [1, "100.0%"], [0.0001, "0.01%"], [0.000_099, "<0.01%"], [0.01, "1.0%"], [0.009_99, "1.00%"], [-0.25, "-25.0%"],
  ])("%s as a share", (share, expected) => {
    expect(zh.percent(share)).toBe(expected);
  });
});

describe("bytes", () => {
  it.each([
    [null, UNKNOWN], [0, "0 B"], [999, "999 B"], [1000, "1 kB"], [18_234, "18.2 kB"], [1_245_184, "1.2 MB"],
    [5e9, "5 GB"], [7.25e12, "7.3 TB"], [1e16, "10,000 TB"], [-2048, "-2 kB"],
  ])("%s are by thousands", (value, expected) => {
    expect(en.bytes(value)).toBe(expected);
  });

  it.each([[999_949, "999.9 kB"], [999_950, "1 MB"], [999_999, "1 MB"], [999_999_999, "1 GB"]])(
    "%s are in the unit that they round to", (value, expected) => {
      expect(en.bytes(value)).toBe(expected);
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

  it("follow the zone's clock when it is set forward and back", () => {
    const at = (utc: string) => en.dateTime(Date.parse(utc));
    expect(["2015-03-08T06:59:59Z", "2015-03-08T07:00:00Z"].map(at))
      .toEqual(["2015-03-08 01:59:59", "2015-03-08 03:00:00"]);
    expect(["2015-11-01T05:30:00Z", "2015-11-01T06:30:00Z"].map(at))
      .toEqual(["2015-11-01 01:30:00", "2015-11-01 01:30:00"]);
  });

  it.each([
    ["Asia/Kathmandu", "2015-11-10 21:45:00"], ["Pacific/Kiritimati", "2015-11-11 06:00:00"],
    ["Etc/GMT+12", "2015-11-10 04:00:00"],
  ])("are as far from UTC as %s is", (zone, expected) => {
    const format = createFormat("zh", zone);
    expect([format.zone, format.dateTime(singlesDay)]).toEqual([zone, expected]);
  });

  it("begin a day at 00, in both languages by the same figures", () => {
    const midnight = Date.UTC(2016, 1, 29);
    for (const lang of ["zh", "en"] as const) {
      const format = createFormat(lang, "UTC");
      expect([format.date(midnight), format.monthDay(midnight), format.clock(midnight), format.clock(midnight - 1)])
        .toEqual(["2016-02-29", "02-29", "00:00:00", "23:59:59"]);
    }
  });

  it("before 1970 are times like others", () => {
    expect(createFormat("en", "UTC").dateTime(-1)).toBe("1969-12-31 23:59:59");
  });

  it.each([8.64e15 + 1, -8.64e15 - 1, 1e300])("that no calendar has are unknown, and stop nobody: %d", (time) => {
    expect([zh.date(time), zh.monthDay(time), zh.clock(time), zh.dateTime(time)])
      .toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it("have month and day in a year of any length", () => {
    const format = createFormat("en", "UTC");
    expect(format.monthDay(Date.UTC(12_015, 10, 11))).toBe("11-11");
    expect(format.monthDay(Date.parse("0015-11-11T00:00:00Z"))).toBe("11-11");
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
    [0, "0 ms", "0 ms"],
    [999, "999 ms", "999 ms"],
    [999.6, "1 秒", "1 sec"],
    [1000, "1 秒", "1 sec"],
    [9999, "10 秒", "10 sec"],
    // Never the next minute before it is over.
    [59_999, "59 秒", "59 sec"],
    [60_000, "1 分钟", "1 min"],
    [599_999, "9 分钟 59 秒", "9 min 59 sec"],
    [600_000, "10 分钟", "10 min"],
    [3_599_999, "59 分钟", "59 min"],
    [3_600_000, "1 小时", "1 hr"],
    [86_399_999, "23 小时 59 分钟", "23 hr 59 min"],
    [172_800_000, "2 天", "2 days"],
    [-1500, "−1.5 秒", "−1.5 sec"],
    [-0.2, "0 ms", "0 ms"],
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

  it.each([["", 4], ["长长长长", 4], ["😀😀😀😀", 4], ["a😀b😀", 4]])("leaves %j whole, which has room", (text, max) => {
    expect(clip(text, max)).toBe(text);
  });

  it.each(["a", "长", "😀", "a😀", "😀a"])("is never longer than its room, nor half of a character: %s", (unit) => {
    for (let n = 0; n < 12; n += 1) {
      const text = unit.repeat(n);
      const clipped = clip(text, 5);
      const characters = Array.from(clipped);
      expect(characters.length).toBe(Math.min(5, Array.from(text).length));
      expect(clipped).not.toMatch(/\p{Surrogate}/u);
      expect(clipped === text || text.startsWith(characters.slice(0, -1).join(""))).toBe(true);
    }
  });
});

describe("parts in one line", () => {
  it.each([[[], ""], [["a"], "a"], [["", "a", "", "b", ""], "a · b"], [["", ""], ""]])("%j are %j", (parts, line) => {
    expect(joined(...parts)).toBe(line);
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
    expect(en.withError(100, -3)).toBe("100 ± 3");
  });

  it("of a number is told in proportion to it", () => {
    expect(en.relativeError(1000, 12, null)).toBe("± 1.2%");
    expect(en.relativeError(-1000, 12, "ms")).toBe("± 1.2%");
    expect(en.relativeError(0, 12, null)).toBe("± 12");
    expect(en.relativeError(18.4, 1.9, "%")).toBe("± 1.9");
    expect(en.relativeError(1e9, 1, null)).toBe("± <0.01%");
    expect([en.relativeError(1000, 0, null), en.relativeError(1000, null, null), en.relativeError(null, 3, null)])
      .toEqual(["", "", ""]);
  });
});
