import { describe, expect, it } from "vitest";
import { pagesOf } from "../../../src/panels/pages";
import type { Panel } from "../../../src/wire/shapes";
import { SCENES } from "../../scripted/scenes.mjs";
import { greeted } from "../fixtures";

const FOUR = greeted(SCENES["tiles"]).panels?.map((panel) => ({ ...panel, windows: [] })) ?? [];
const many = (count: number): Panel[] => Array.from({ length: count }, (_, i) => {
  const panel = FOUR[i % FOUR.length];
  if (panel === undefined) throw new Error("no panel");
  return { ...panel, id: `p${i}` };
});
const ids = (pages: ReturnType<typeof pagesOf>) =>
  pages.map(({ rows, tall }) => [...rows.flat(), ...tall].map(({ id }) => id));

describe("the pages of a wall", () => {
  it("are one where every panel fits", () => {
    expect(pagesOf(FOUR, { width: 86, height: 30 })).toMatchObject([{ rows: [[{}, {}], [{}]], tall: [{ id: "province" }] }]);
  });

  it("are one row where two are too high and there is the width", () => {
    expect(pagesOf(FOUR, { width: 86, height: 21 })).toMatchObject([{ rows: [[{}, {}, {}]], tall: [{ id: "province" }] }]);
    expect(pagesOf(FOUR, { width: 60, height: 21 })).toHaveLength(2);
  });

  it("are as few as hold every panel, each of them once", () => {
    for (const count of [1, 2, 4, 7, 16, 31]) {
      for (const room of [{ width: 86, height: 30 }, { width: 26, height: 30 }, { width: 40, height: 20 }, { width: 260, height: 29 }]) {
        const pages = ids(pagesOf(many(count), room));
        expect(pages.flat().sort()).toEqual(many(count).map(({ id }) => id).sort());
        expect(pages.every((page) => page.length > 0)).toBe(true);
      }
    }
    expect(ids(pagesOf(many(16), { width: 86, height: 30 })).length).toBeLessThan(6);
  });

  it("have panels below each other on an upright wall, and a map has one for itself", () => {
    const pages = pagesOf(FOUR, { width: 26, height: 30 });
    expect(pages.map(({ rows, tall }) => [rows.map((row) => row.length), tall.length])).toEqual([[[1, 1], 0], [[1], 0], [[], 1]]);
    expect(ids(pages).at(-1)).toEqual(["province"]);
  });

  it("come one by one where nothing fits, and are one empty page of nothing", () => {
    expect(ids(pagesOf(FOUR, { width: 5, height: 5 }))).toHaveLength(4);
    expect(pagesOf([], { width: 80, height: 30 })).toEqual([{ rows: [], tall: [] }]);
  });
});
