import { describe, expect, it } from "vitest";
import { annotationsOf, fittingMarks, happenedModel } from "../../../src/ops/happened";
import { INITIAL } from "../../../src/data/state";
import { greeting } from "../../scripted/script.mjs";
import { contextOf, feed, greeted, texts } from "../fixtures";

describe("the marks above a picture", () => {
  const marks = ["started", "waiting", "resumed"].map((word, i) =>
    ({ at: i, what: word, icon: "play" as const, word, text: word, isBad: false }));
  const fit = (room: number) => fittingMarks(marks, ({ word }) => word, room);

  // The oldest was cut at its left.
  it("are the newest that fit whole, and the others are counted", () => {
    expect(fit(40)).toEqual({ shown: marks, left: [] });
    expect(fit(18)).toEqual({ shown: marks.slice(1), left: marks.slice(0, 1) });
    expect(fit(2)).toEqual({ shown: [], left: marks });
  });
});

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

  it("is told as a list, the newest first and no more than can be read", () => {
    const happened = Array.from({ length: 50 }, (_, i) => ({ at: 941_000 + i * 1000, what: "checkpoint_stored", of: null }));
    const model = happenedModel(contextOf(greeted({ status: { happened } }), "en"));
    expect(model.rows).toHaveLength(50);
    expect(texts(model)[0]).toBe("01-01 08:16:30 | checkpoint stored again");
    expect(model.rows.at(-1)?.key).toBe("941000 checkpoint_stored");
    expect(model.note).toBe("");
  });

  it("is nothing unusual where nothing is known", () => {
    const { rows, note } = happenedModel(contextOf(INITIAL, "en"));
    expect([rows, note]).toEqual([[], "nothing unusual in the last 5 min"]);
    expect(annotationsOf(contextOf(INITIAL, "en"))).toEqual([]);
  });

  it.each([[940_000, 1], [941_999, 1], [942_000, 2]])("counts a start at %d, which the page saw at 940000, in %d lines", (at, lines) => {
    const state = greeted({ status: { happened: [{ at, what: "started", of: null }] } });
    expect(annotationsOf(contextOf(state, "en"))).toHaveLength(lines);
  });

  it("is of the last five minutes on the plot, by the host's clock", () => {
    const happened = [699_999, 700_000, 700_001, 1_002_000, 1_002_001].map((at) => ({ at, what: "gap", of: "1" }));
    const shown = annotationsOf(contextOf(greeted({ status: { happened, started_at: null } }), "en"));
    expect(shown.map(({ at }) => at)).toEqual([700_001, 1_002_000]);
  });

  it("has the words of its own cause, and the host's where the page has none", () => {
    const cause = { code: "topic_missing", message: "m", args: { topic: "shop" }, hint: null };
    const said = (moment: object, lang: "zh" | "en" = "en") => annotationsOf(
      contextOf(greeted({ status: { happened: [{ at: 990_000, ...moment }] } }), lang)).at(-1)?.text;
    expect(said({ what: "waiting", of: "topic_missing", cause })).toBe("waiting: The topic shop does not exist");
    expect(said({ what: "waiting", of: "new_cause", cause: { ...cause, code: "new_cause" } })).toBe("waiting: m");
    expect(said({ what: "partition_stopped", of: "1, 3", cause }, "zh")).toBe("分区停滞: 分区 1, 3: 主题 shop 不存在");
    expect(said({ what: "failed", of: "x".repeat(500), cause: null })).toHaveLength(300);
  });
});
