import { describe, expect, it } from "vitest";
import { panelModel } from "../../../src/panels/panel-model";
import { pictureOf } from "../../../src/panels/picture";
import { decodeSpan } from "../../../src/wire/windows";
import { ANSWERS, contextOf, day, greeted, inputOf, pairIn } from "../fixtures";

const state = greeted();
const ctx = contextOf(state, "en");
const gender = pairIn(state, "gender");

describe("the picture of a panel", () => {
  it("says what of the panel is shown, and as of when", () => {
    expect(pictureOf(panelModel(inputOf(gender, { scope: "late" }), ctx), "late", ctx)).toMatchObject({
      title: "Gender", kind: "pie", subtitle: "Events · Late · Event time 2015-11-11 00:00:00 (Asia/Shanghai)",
    });
  });

  it("says over which window", () => {
    const answers = { ...ANSWERS, frame: { state: "ok" as const, frame: gender.frame, span: decodeSpan(day(2).window) } };
    const model = panelModel(inputOf(gender, { window: "1d" }, { answers }), ctx);
    expect(pictureOf(model, "total", ctx)?.subtitle).toMatch(/^Events · Total · 2015-11-02 · /);
  });

  it("is none where no rows are drawn", () => {
    expect(pictureOf(panelModel(inputOf(gender, {}, { frame: undefined }), ctx), "total", ctx)).toBeNull();
  });
});
