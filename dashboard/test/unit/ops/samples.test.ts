import { describe, expect, it } from "vitest";
import { NO_REPORTS } from "../../../src/net/reports";
import { deadModel, eventsModel, noteOf } from "../../../src/ops/samples";
import { decodeSamples } from "../../../src/wire/decode-reports";
import { deadLetters, events } from "../../scripted/api.mjs";
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

  it("say in place why there are none", () => {
    expect(noteOf(NO_REPORTS.events, "none", ctx)).toBe("Reading");
    expect(noteOf(of({ shown: true, samples: [] }), "none", ctx)).toBe("none");
    expect(noteOf({ value: null, fault: { error: null } }, "none", ctx)).toBe("not available at the moment, asked again soon");
    expect(noteOf({ value: null, fault: { error: "too many" } }, "none", ctx)).toBe("The host says: too many");
  });
});
