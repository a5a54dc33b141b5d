import { describe, expect, it } from "vitest";
import { progressText } from "../../../src/views/explain";
import { contextOf, greeted } from "../fixtures";

describe("the progress of an explanation", () => {
  const told = (read: number, of: number, elapsedMs: number, lang: "zh" | "en" = "en") =>
    progressText({ read, of, elapsedMs }, contextOf(greeted(), lang));

  it("is told with the time that is left at the pace so far", () => {
    expect(told(12_000, 48_000, 1000)).toBe(
      "Reading the log before it again: 12,000 of 48,000 records (25.0%) · about 3 sec left");
    expect(told(12_000, 48_000, 1000, "zh")).toBe("正在重读它之前的日志：12,000 / 48,000 条（25.0%） · 约还需 3 秒");
  });

  it("has no time left where nothing is read, and says that it reads where nothing is told", () => {
    expect(told(0, 10, 500)).toBe("Reading the log before it again: 0 of 10 records (0.0%)");
    expect(progressText(null, contextOf(greeted(), "en"))).toBe("Reading the log before it again…");
  });
});
