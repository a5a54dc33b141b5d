import { describe, expect, it } from "vitest";
import { fitOf, RANK_LINE_EM, type TilemapTexts } from "../../../src/panels/tilemap-fit";

const TEXTS: TilemapTexts = {
  columns: 8, lines: 8,
  names: ["京", "广东"], figures: ["12.3万", "4,567"], entries: 37, hasOutside: true, hasSince: true, isWall: false,
};
/** Rooms from that of a phone to that of a wall, in multiples of the text size. */
const ROOMS = [16, 22, 30, 40, 60, 90, 140].flatMap((width) => [9, 14, 20, 30, 45, 60].map((height) => [width, height] as const));

describe("tiles and ranking", () => {
  it.each(ROOMS)("have room in %i × %i", (width, height) => {
    const { isWide, tileWidth, tileHeight, ranking } = fitOf(width, height, TEXTS);
    const [mapWidth, mapHeight] = [(tileWidth + 0.22) * 8 - 0.22, (tileHeight + 0.22) * 8 - 0.22];
    const lines = Math.ceil(ranking.top / ranking.columns) + ranking.restLines + (ranking.restLines > 0 ? 1 : 0)
      + (ranking.top + ranking.restLines > 0 ? 1 : 0);
    const rankingHeight = lines * RANK_LINE_EM;
    expect(mapWidth + (isWide ? ranking.width : 0)).toBeLessThanOrEqual(width + 0.01);
    expect(mapHeight + 3.5 + (isWide ? 0 : rankingHeight)).toBeLessThanOrEqual(Math.max(height, 9.3) + 0.01);
    expect(rankingHeight).toBeLessThanOrEqual(height);
  });

  it("stand beside each other in a wide panel, and else below each other", () => {
    expect([fitOf(60, 30, TEXTS).isWide, fitOf(34, 44, TEXTS).isWide, fitOf(24, 18, TEXTS).isWide]).toEqual([true, false, false]);
  });

  it("have figures on the tiles only where they fit", () => {
    expect(fitOf(34, 44, TEXTS).figure).toBeGreaterThan(0.6);
    expect(fitOf(16, 14, TEXTS).figure).toBeNull();
    expect(fitOf(60, 30, { ...TEXTS, figures: ["123,456,789,012,345"] }).figure).toBeNull();
  });

  it("have figures behind the names where tiles are flat", () => {
    const { isFlat, name, figure, tileHeight, tileWidth } = fitOf(80, 16, TEXTS);
    expect([isFlat, figure]).toEqual([true, name]);
    expect(tileWidth).toBeGreaterThan(tileHeight * 1.9);
    expect(fitOf(60, 40, TEXTS).isFlat).toBe(false);
  });

  it("show each entry where there is room, and else the others in a list that is turned", () => {
    expect(fitOf(60, 90, { ...TEXTS, entries: 12 }).ranking).toMatchObject({ top: 12, restLines: 0 });
    const { ranking } = fitOf(60, 40, TEXTS);
    expect(ranking.restLines).toBeGreaterThan(1);
    expect(ranking.top).toBeLessThan(37);
  });

  it("have no ranking where there is no room for one", () => {
    expect(fitOf(20, 6, TEXTS).ranking).toMatchObject({ top: 0, restLines: 0 });
  });
});
