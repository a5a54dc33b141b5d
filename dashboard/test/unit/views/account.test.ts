import { describe, expect, it } from "vitest";
import { accountOf } from "../../../src/views/account";
import { decodeExplanation } from "../../../src/wire/decode-explanation";
import { explain } from "../../scripted/api.mjs";
import { contextOf, greeted } from "../fixtures";

describe("an explanation", () => {
  const of = (value: unknown, lang: "zh" | "en" = "en") => {
    const explanation = decodeExplanation(value);
    if (explanation === null) throw new Error("no explanation");
    return accountOf(explanation, contextOf(greeted(), lang));
  };
  const late = explain(new URLSearchParams("partition=0&offset=41"));

  it("is an account in both languages", () => {
    const account = of(late);
    expect(account.lines.map(({ name, text }) => `${name}: ${text}`).slice(0, 6)).toEqual([
      "Verdict: late by 7 min", "Event time: 2015-11-10 23:48:00 Asia/Shanghai",
      "Effect on the watermark: not larger than others before: does not move it",
      "Watermark before: 2015-11-10 23:55:00 Asia/Shanghai", "Watermark after: 2015-11-10 23:55:00 Asia/Shanghai",
      "Late against: 2015-11-10 23:55:00 Asia/Shanghai (against the watermark)",
    ]);
    expect(account.metrics.map(({ name, lines }) => [name, ...lines.map((line) => `${line.name}: ${line.text}`)])).toEqual([
      ["Behaviour", "all time: counted", "1d window 2015-11-10: counted · corrects a past window"],
      ["Gender", ": excluded: field missing (gender)"],
    ]);
    expect(account.columns.slice(-2).map(({ text }) => text)).toEqual(["unusable: field of a wrong type", "missing"]);
    expect(of(late, "zh").lines[2]?.text).toBe("不比之前的大，不推动水位线");
  });

  it("tells of what is rejected", () => {
    const account = of({ ...late, verdict: "rejected", reason: "not_json", late_by_ms: null, metrics: undefined, event_time: undefined });
    expect(account.lines.slice(0, 2).map(({ text }) => text)).toEqual(["rejected as a whole", "not complete JSON"]);
    expect(account.metrics).toEqual([]);
  });

  it("tells a window that took the record from one that did not, and what became final", () => {
    const pane = { start: "2015-11-10T00:00:00+08:00", end: "2015-11-11T00:00:00+08:00" };
    const windows = [{ spec: "1d", pane, opened: true, evicted: pane, final: [pane] }, { spec: "1d", pane, expired: true }, { spec: "1d", pane, unplaced: true },
      { spec: "1h", pane: null, unplaced: true }];
    const [first, second, third, fourth] = of({ ...late, metrics: { behavior: { windows } } }).metrics[0]?.lines ?? [];
    expect(first).toMatchObject({ icon: "check", tone: "good" });
    expect(first?.text.match(/2015-11-10/gu)).toHaveLength(2);
    expect(second).toMatchObject({ icon: "cross", tone: "warn" });
    expect(third?.text).toBe("not open, and this record may open none: in the totals only");
    expect(fourth).toMatchObject({ name: "1h window —", icon: "cross", tone: "warn" });
  });

  it("says of a metric that does not count the record why", () => {
    const [metric] = of({ ...late, metrics: { behavior: { not_counted: "before" } } }).metrics;
    expect(metric?.lines).toEqual([
      { name: "", text: "not counted: the metric counts only what came after it", tone: "warn", icon: "cross" },
    ]);
  });

  it("knows a verdict of a newer host by its code, and cuts what is long", () => {
    const lines = of({ ...late, verdict: "postponed", late_by_ms: null, value: "x".repeat(5000) }).lines;
    expect(lines[0]).toMatchObject({ text: "postponed", icon: "dots", tone: "muted" });
    expect(lines.at(-1)?.text).toHaveLength(2000);
  });
});
