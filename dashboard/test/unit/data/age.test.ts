import { describe, expect, it } from "vitest";
import { recordsBehind } from "../../../src/data/age";
import type { Frame } from "../../../src/wire/shapes";
import { greeted, pairIn } from "../fixtures";

const { frame } = pairIn(greeted(), "age");
const at = (of: number | null, more: Partial<Frame> = {}): Frame => ({ ...frame, of, ...more });

describe("the age of a frame", () => {
  it.each([
    ["as all others", at(100), [at(100), at(100)], 0],
    ["behind another", at(90), [at(90), at(100)], 10],
    ["of a host that does not say it", at(null), [at(100)], 0],
    ["beside one that stopped", at(100), [at(100), at(900, { state: "quarantined" })], 0],
    ["of a metric whose results are made seldom, which it says", at(1, { every: 4 }), [at(100)], 0],
    ["that is not there yet", undefined, [at(100)], 0],
  ] as const)("is told in records: %s", (_name, own, others, behind) => {
    expect(recordsBehind(own, new Map(others.map((each, i) => [String(i), each])), 0)).toBe(behind);
  });

  it("is not told where the others are ahead by what comes within a second", () => {
    const others = new Map([["other", at(1000)]]);
    expect(recordsBehind(at(200), others, 800)).toBe(0);
    expect(recordsBehind(at(199), others, 800)).toBe(801);
  });
});
