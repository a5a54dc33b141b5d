import { describe, expect, it } from "vitest";
import { linkTo } from "../../../src/data/headline-link";
import { choiceOf, readLink } from "../../../src/data/link";
import type { Headline } from "../../../src/wire/shapes";
import { TIMED_SCENE } from "../../scripted/timed.mjs";
import { greeted } from "../fixtures";

const panels = greeted(TIMED_SCENE).panels ?? [];
const headline = (more: Partial<Headline> = {}): Headline => ({
  id: "h", title: { zh: "数", en: "Figure" }, unit: null, metric: "behavior", view: "all", measure: "events", key: "2", per: null,
  window: "1d", target: null, giant: false, compare: [], ...more,
});

describe("a figure above the panels", () => {
  it("leads to its panel with its window and its measure", () => {
    const link = linkTo(headline(), panels, readLink("?trend.behavior=1"));
    expect(link.enlarged).toBe("behavior");
    expect(choiceOf(link, "behavior")).toMatchObject({ window: "1d", measure: 0, trend: false });
  });

  it("changes nothing of a panel that shows its window anyway", () => {
    expect(linkTo(headline({ window: "cumulative" }), panels, readLink("")).choices.size).toBe(0);
    expect(linkTo(headline(), panels, readLink("?time=1d")).choices.size).toBe(0);
    expect(choiceOf(linkTo(headline({ window: "cumulative" }), panels, readLink("?time=1d")), "behavior").window).toBe("cumulative");
  });

  it("leads nowhere without a panel", () => {
    const link = readLink("");
    expect(linkTo(headline({ metric: "gone" }), panels, link)).toBe(link);
  });
});
