import { describe, expect, it } from "vitest";
import { createFormat } from "../../../src/data/format";
import { spanText } from "../../../src/data/spans";
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
