import { describe, expect, it } from "vitest";
import type { Context } from "../../../src/data/context";
import { reduce, INITIAL } from "../../../src/data/state";
import { isOpsOpen, NOT_DRAWN, OPS_MS, opsPlan, type OpsInput } from "../../../src/ops/plan";
import { contextOf, greeted } from "../fixtures";

const ctx = contextOf(greeted());
const OPEN: OpsInput = { isOpen: true, isSeen: true, drawn: NOT_DRAWN, now: 5000 };
const of = (more: Partial<OpsInput> = {}, context: Context = ctx) => opsPlan({ ...OPEN, ...more }, context);

describe("the operator's section", () => {
  it.each([
    [true, false, false, true], [false, true, true, false], [null, true, false, true], [null, false, true, false],
    [null, null, true, true], [null, null, false, false],
  ])("is open by the address, else by choice, else by width: %s, %s, %s", (link, chosen, isWide, expected) => {
    expect(isOpsOpen(link, chosen, isWide)).toBe(expected);
  });

  it.each([
    ["open", {}, ctx, true],
    ["closed", { isOpen: false }, ctx, false],
    ["behind an enlarged panel or in a hidden tab", { isSeen: false }, ctx, false],
    ["on a wall", {}, { ...ctx, kiosk: true }, false],
    ["paused", {}, { ...ctx, pause: { at: 0, updates: 0, page: "live" } }, false],
    ["without a host", {}, contextOf(reduce(greeted(), { type: "lost", attempt: 1, retryAt: 9 })), false],
    ["before the first figures", {}, contextOf(INITIAL), false],
    ["of a host without reports", {}, contextOf(greeted({ status: { stages: undefined } })), false],
  ] as const)("asks for its reports: %s", (_name, input, context, expected) => {
    expect(of(input, context as Context).asks).toBe(expected);
  });

  it("is drawn once a second", () => {
    const drawn = of().draws;
    expect(drawn?.at).toBe(5000);
    if (drawn === null) throw new Error("not drawn");
    expect(of({ drawn, now: 5000 + OPS_MS - 1 }).draws).toBeNull();
    expect(of({ drawn, now: 5000 + OPS_MS }).draws).toEqual({ ...drawn, at: 5000 + OPS_MS });
  });

  it.each([
    ["page", contextOf(greeted({ status: { mode: "ended" } }))],
    ["run of the host", contextOf(greeted({ hello: { epoch: "e2" } }))],
    ["status", contextOf(INITIAL)],
  ])("is drawn at once for another %s", (_name, other) => {
    const drawn = of().draws ?? NOT_DRAWN;
    expect(of({ drawn }).draws).toBeNull();
    expect(of({ drawn }, other).draws).not.toBeNull();
  });

  it("is not drawn where nobody sees it", () => {
    expect(of({ isSeen: false }).draws).toBeNull();
  });

  it("has details where it is open on a page with figures and on no wall", () => {
    expect([of(), of({ isOpen: false }), of({}, { ...ctx, kiosk: true }), of({}, contextOf(INITIAL))]
      .map(({ hasDetails }) => hasDetails)).toEqual([true, false, false, false]);
  });
});
