import { describe, expect, it } from "vitest";
import { annotationsOf } from "../../../src/ops/happened";
import { greeting } from "../../scripted/script.mjs";
import { contextOf, feed, greeted } from "../fixtures";


describe("what happened", () => {
  it("is told with icon and word, a restart as such", () => {
    const happened = [
      { at: 940_000, what: "started", of: null }, { at: 950_000, what: "waiting", of: "broker_unreachable" },
      { at: 960_000, what: "gap", of: "3" }, { at: 970_000, what: "quarantined", of: "gender" },
      { at: 10, what: "failed", of: null }, { at: 980_000, what: "from_the_future", of: null },
    ];
    const state = greeted({ status: { happened } });
    expect(annotationsOf(contextOf(state, "en")).map(({ word, text, isBad }) => [word, text, isBad])).toEqual([
      ["started", "started", false], ["waiting", "waiting: broker unreachable", true],
      ["gap in a log", "gap in a log: partition 3", true],
      ["metric quarantined", "metric quarantined: Gender", true],
      ["from_the_future", "from_the_future", true],
    ]);
    const again = feed(state, 0, ...greeting({ now: 1_030_000, hello: { epoch: "e2" } }));
    expect(annotationsOf(contextOf(again, "en")).map(({ word }) => word)).toEqual(["started", "restarted"]);
  });
});
