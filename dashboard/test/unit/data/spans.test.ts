import { describe, expect, it } from "vitest";
import { createFormat } from "../../../src/data/format";
import { countOfName, isPast, isSliding, kindOfName, lastName, nameOf, spanText } from "../../../src/data/spans";
import { decodeSpan } from "../../../src/wire/windows";

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

describe("a day on which the clock is set", () => {
  it.each([
    ["2015-03-08T00:00:00-05:00", "2015-03-09T00:00:00-04:00", "2015-03-08"],
    ["2015-11-01T00:00:00-04:00", "2015-11-02T00:00:00-05:00", "2015-11-01"],
    ["2015-11-01T01:00:00-04:00", "2015-11-01T01:00:00-05:00", "2015-11-01 01:00 – 01:00"],
  ])("from %s to %s is %s", (start, end, text) => {
    const span = decodeSpan({ spec: "1d", start, end });
    expect(span && spanText(span, createFormat("en", "America/New_York"))).toBe(text);
  });
});

describe("the name of a window", () => {
  it.each([
    ["1d", "1d", null, false], [lastName("1d", 7), "1d", 7, false], ["1d@2015-11-11T00:00:00+08:00", "1d", null, true],
    ["10m/1m@2015-11-11T00:00:00Z", "10m/1m", null, true], [lastName("cumulative", 30), "cumulative", 30, false], ["", "", null, false],
  ])("%s has its kind, its number and its time", (name, kind, count, past) => {
    expect([kindOfName(name), countOfName(name), isPast(name)]).toEqual([kind, count, past]);
  });

  it("is that of its span, by the start as the host wrote it", () => {
    const span = decodeSpan({ spec: "10m/1m", start: "2015-11-11T00:00:00+08:00", end: "2015-11-11T00:10:00+08:00" });
    expect(span && nameOf(span)).toBe("10m/1m@2015-11-11T00:00:00+08:00");
    expect([isSliding("10m/1m"), isSliding("1d"), isSliding("cumulative")]).toEqual([true, false, false]);
  });
});
