import { describe, expect, it } from "vitest";
import { decodeFigures, decodeHeadlines, HEADLINES_MAX } from "../../../src/wire/decode-headlines";
import { figures, HEADLINES } from "../../scripted/headlines.mjs";

describe("headlines", () => {
  it("are decoded as the host sends them", () => {
    expect(decodeHeadlines(HEADLINES)).toEqual(HEADLINES);
    expect([...decodeFigures(figures(1000))?.values() ?? []]).toEqual(figures(1000));
  });

  it("of an older host are none, and its figures are not known", () => {
    expect([decodeHeadlines(undefined), decodeFigures(undefined), decodeFigures(null)]).toEqual([[], null, null]);
  });

  it("are bounded, each id once, and what cannot be read is left out", () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ ...HEADLINES[0], id: `h${i}` }));
    expect(decodeHeadlines(many)).toHaveLength(HEADLINES_MAX);
    expect(decodeHeadlines([HEADLINES[0], HEADLINES[0], null, 7, { id: "x" }, { metric: "m" }])).toHaveLength(1);
    expect([...decodeFigures([null, { value: 3 }, { id: "a", value: "7", changes: [{ to: "2d" }, { to: "1d", reason: "new" }] }])?.values() ?? []])
      .toEqual([{
        id: "a", value: null, start: null, end: null, stale: null,
        changes: [{ to: "1d", now: null, before: null, until: null, reason: null, hint: null }],
      }]);
  });

  it("have a title in both languages", () => {
    expect(decodeHeadlines([{ id: "a", metric: "m" }])[0]?.title).toEqual({ zh: "a", en: "a" });
  });
});
