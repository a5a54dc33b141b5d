import { describe, expect, it } from "vitest";
import { NO_REPORTS } from "../../../src/net/reports";
import { deadModel, eventsModel, lateModel, noteOf, reasonsOf } from "../../../src/ops/samples";
import { decodeSamples } from "../../../src/wire/decode-reports";
import { deadLetters, events, sample } from "../../scripted/api.mjs";
import { contextOf, greeted, texts } from "../fixtures";

const ctx = contextOf(greeted(), "en");

describe("samples", () => {
  const of = (value: unknown) => ({ value: decodeSamples(value), fault: null });

  it("of dead letters say why", () => {
    expect(texts(deadModel(of(deadLetters()), ctx))[0]).toMatch(/required field missing · province/);
    expect(texts(deadModel(of(deadLetters()), contextOf(greeted(), "zh")))[1]).toMatch(/不是完整 JSON/);
  });

  it("of events say whether they are on time", () => {
    const rows = texts(eventsModel(of(events()), ctx));
    expect(rows.some((row) => row.includes("| on time |"))).toBe(true);
    expect(rows.some((row) => /\| late by \d+ min \|/.test(row))).toBe(true);
  });

  it("hide records where the host does", () => {
    const [first] = deadLetters().samples;
    const hidden = of({ shown: false, samples: [{ ...first, record: null }] });
    expect(texts(deadModel(hidden, ctx))[0]).toMatch(/the host does not show records$/);
  });

  it("show a record in one line that is not too long, and whole to who asks", () => {
    const record = `{\n\t"a":   1,\r\n "b": "${"x".repeat(300)}"}`;
    const cell = eventsModel(of({ shown: true, samples: [sample(1, { record })] }), ctx).rows[0]?.cells.at(-1);
    expect(cell?.text).toMatch(/^\{ "a": 1, "b": "x+…$/);
    expect([cell?.text.length, cell?.title]).toEqual([120, record]);
  });

  it("show bytes that are no text, and tell an empty record from one that is not there", () => {
    const last = (more: Record<string, unknown>) =>
      eventsModel(of({ shown: true, samples: [sample(1, more)] }), ctx).rows[0]?.cells.at(-1)?.text;
    expect([last({ record: null, record_base64: "/wA=" }), last({ record: "" }), last({ record: null })])
      .toEqual(["binary /wA=", "", "—"]);
  });

  it("come by time, and at one time by offset, the newest first", () => {
    const at = (offset: number, time: number) => ({ ...sample(0), offset, time });
    const samples = [at(1, 10), at(2, 30), at(9, 20), at(3, 30), at(4, 5)];
    expect(deadModel(of({ shown: true, samples }), ctx).rows.map(({ key }) => key)).toEqual(["0@3", "0@2", "0@9", "0@1", "0@4"]);
    const many = decodeSamples({ shown: true, samples: Array.from({ length: 99 }, (_, i) => at(i, i)) })?.samples ?? [];
    const rows = lateModel(many, ctx).rows.map(({ key }) => key);
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([30, "0@98", "0@69"]);
  });

  it("name the metric that left a record out, and a reason of a newer host by its code", () => {
    const said = (more: Record<string, unknown>) => texts(deadModel(of({ shown: true, samples: [sample(1, more)] }), ctx))[0]?.split(" | ")[2];
    expect(said({ reason: "missing", detail: "gender", metric: "gender" })).toBe("field missing · gender · Gender");
    expect(said({ reason: "from_the_future", metric: "gone" })).toBe("from_the_future · gone");
    expect(said({ reason: null })).toBe("—");
  });

  it("of rejected events say why, and of those without a time that it is not known", () => {
    const [row] = texts(eventsModel(of({ shown: true, samples: [sample(1, { reason: "not_json", event_time: null, delay_ms: 5 })] }), ctx));
    expect(row).toMatch(/^1@308001 \| — \| not complete JSON \| /);
  });

  it("are kept beside the reason why there are no newer ones", () => {
    const model = deadModel({ ...of(deadLetters()), fault: { error: null } }, ctx);
    expect([model.rows.length, model.note]).toEqual([12, "not available at the moment, asked again soon"]);
  });

  it("say in place why there are none", () => {
    expect(noteOf(NO_REPORTS.events, "none", ctx)).toBe("Reading");
    expect(noteOf(of({ shown: true, samples: [] }), "none", ctx)).toBe("none");
    expect(noteOf({ value: null, fault: { error: null } }, "none", ctx)).toBe("not available at the moment, asked again soon");
    expect(noteOf({ value: null, fault: { error: "too many" } }, "none", ctx)).toBe("The host says: too many");
  });
});

describe("dead letters by reason", () => {
  it("are in proportion to the most frequent one", () => {
    expect(reasonsOf([["not_json", 200], ["a_new_reason", 50], ["empty", 0]], ctx)).toEqual([
      { name: "not complete JSON", text: "200", share: 1 }, { name: "a_new_reason", text: "50", share: 0.25 },
      { name: "empty", text: "0", share: 0 },
    ]);
    expect([reasonsOf([], ctx), reasonsOf([["empty", 0]], ctx)[0]?.share]).toEqual([[], 0]);
  });
});
