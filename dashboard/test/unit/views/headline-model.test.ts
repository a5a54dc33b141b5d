import { describe, expect, it } from "vitest";
import type { Lang } from "../../../src/i18n/words";
import { headlineModels, type HeadlineModel } from "../../../src/views/headline-model";
import { figures, HEADLINES } from "../../scripted/headlines.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { EVENT_TIME, update } from "../../scripted/script.mjs";
import { contextOf, feed, greeted } from "../fixtures";

const state = greeted(SCENES["headlines"]);
const models = (lang: Lang = "zh") => headlineModels(contextOf(state, lang));
const of = (id: string, lang: Lang = "zh", from = models(lang)): HeadlineModel => {
  const found = from.find((model) => model.id === id);
  if (found === undefined) throw new Error(`no headline ${id}`);
  return found;
};
const said = ({ changes }: HeadlineModel) =>
  changes.map(({ word, arrow, text, until }) => [word, arrow, text, until].filter((part) => part !== "").join(" "));

/** One figure with these parts. */
function alone(headline: object, figure: object | null, lang: Lang = "zh"): HeadlineModel {
  const scene = { headlines: [{ ...HEADLINES[1], id: "x", compare: ["1d"], ...headline }], figures: figure === null ? [] : [{ id: "x", ...figure }] };
  return of("x", lang, headlineModels(contextOf(greeted(scene), lang)));
}
const compared = (now: number | null, before: number | null, more: object = {}, headline: object = {}) =>
  alone(headline, { value: now, changes: [{ to: "1d", now, before, until: null, reason: null, hint: null, ...more }] }).changes[0];

describe("the figures above the panels", () => {
  it("come in the order of the pipeline, and one of them is giant", () => {
    expect(models().map(({ id, isGiant }) => [id, isGiant])).toEqual(
      [["all", true], ["buy", false], ["rate", false], ["cart", false], ["women", false], ["none", false]]);
  });

  it("have every digit, a short form, and a share as per cent", () => {
    expect([of("all").full, of("all").short]).toEqual(["1,234,567", "123.46万"]);
    expect([of("rate").full, of("rate").short, of("rate").value]).toEqual(["2.8%", "2.8%", 0.028]);
    expect([of("buy").full, of("buy").unit]).toEqual(["34,567", "笔"]);
  });

  it("lead to their panels", () => {
    expect(models().map(({ panel }) => panel)).toEqual(["behavior", "behavior", "behavior", "behavior", "gender", null]);
    expect(of("women", "en").openWords).toBe("Events of women: open the panel Gender");
  });

  it("are — where they are not known, with the reason, and never 0", () => {
    expect([of("none").full, of("none").note]).toEqual(["—", "尚无数值"]);
    expect([alone({}, null).full, alone({}, null).changes]).toEqual(["—", []]);
  });

  it("say why they are not those of all records", () => {
    expect(of("women").note).toBe("⚠ 正在补算");
    expect(alone({}, { value: 1, stale: "quarantined", changes: [] }, "en").note).toBe("⚠ metric quarantined");
  });

  it("are none of a host that has none", () => {
    expect(headlineModels(contextOf(greeted()))).toEqual([]);
  });
});

describe("a comparison", () => {
  it("says what it is with, how much, and up to when", () => {
    expect(said(of("all"))).toEqual(["环比 ↑ 12.4%", "周同比 ↓ 4.1% 至 11-10 14:00", "同比 历史不足"]);
    expect(said(of("all", "en"))).toEqual(["vs previous ↑ 12.4%", "vs last week ↓ 4.1% to 11-10 14:00", "vs last year not enough history"]);
    expect(of("all").changes[1]?.title).toBe("与上周同一时刻相比 · 1,234,567，此前 1,287,653 · 至 11-10 14:00");
  });

  it("says the time alone where it is of the day of the events", () => {
    const until = EVENT_TIME + 14 * 3_600_000;
    expect(compared(2, 1, { until })?.until).toBe("至 14:00");
  });

  it("of a share is told in points", () => {
    expect(said(of("rate"))).toEqual(["周同比 ↑ 0.2 个百分点 至 11-10 14:00"]);
    expect(compared(0.02, 0, {}, { per: "sum" })).toMatchObject({ arrow: "↑", text: "2 个百分点" });
  });

  it("has no arrow where nothing changed, and no per cent of nothing", () => {
    expect(compared(100_000, 100_001)).toMatchObject({ arrow: "→", way: "same", text: "持平" });
    expect(compared(5, 0)).toMatchObject({ arrow: "", way: "unknown", text: "此前为 0" });
    expect(compared(-5, -10)).toMatchObject({ arrow: "↑", text: "50.0%" });
  });

  it("that cannot be made says why, and what would help", () => {
    expect(compared(null, null, { reason: "not-yet" })?.text).toBe("本期尚无完整时段");
    expect(compared(null, null, { reason: "failed" })?.text).toBe("读取失败");
    expect(compared(null, null)?.text).toBe("—");
    expect(said(of("cart"))).toEqual(['较昨日 加 windows = ["1h"] 可比到此刻 至 11-10 14:00']);
  });

  it("of whole windows is told, and what would make it finer is in its title", () => {
    const change = compared(3, 2, { reason: "no-finer", hint: 'windows = ["1h"]' });
    expect(change).toMatchObject({ arrow: "↑", text: "50.0%" });
    expect(change?.title).toBe('与昨日同一时刻相比 · 3，此前 2 · 按已结束的整窗比较 · 加 windows = ["1h"] 可比到此刻');
  });
});

describe("a target", () => {
  it("is told with the part that is reached", () => {
    expect(of("all").target).toMatchObject({ share: "82.3%", text: "目标 150.0万", spoken: "目标 150.0万 · 完成 82.3%" });
    expect(of("rate").target).toMatchObject({ text: "目标 4.0%", share: "70.0%" });
    expect(of("buy").target).toBeNull();
  });

  it("fills its bar once, however far it is passed, and has no share without a value", () => {
    expect(alone({ target: 10 }, { value: 25, changes: [] }).target).toMatchObject({ part: 1, share: "250.0%" });
    expect(alone({ target: 10 }, null).target).toMatchObject({ part: 0, share: "—" });
    expect(alone({ target: 0 }, { value: 25, changes: [] }).target).toBeNull();
  });
});

describe("the state", () => {
  it("keeps the figures until an update brings them anew, and forgets them with a snapshot", () => {
    const same = feed(state, 1, update(2_000_000, 2_000_000));
    expect(same.figures.get("all")?.value).toBe(1_234_567);
    const next = feed(same, 2, { ...update(2_000_000, 2_000_001), headlines: figures(2_000_000) });
    expect(next.figures.get("all")?.value).toBe(2_000_000);
    const other = greeted();
    expect([other.headlines, [...other.figures]]).toEqual([[], []]);
  });
});
