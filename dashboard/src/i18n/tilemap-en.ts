// The words of the tiles of the provinces, in English.
import type { TilemapWords } from "./tilemap-zh";

export const tilemapEn: TilemapWords = {
  by: "Tiles show",
  byValue: "Value",
  byShare: "Share",
  ranking: (title) => `${title}: ranking`,
  rest: (count) => `${count} more`,
  outside: (count, names) => `${count} not on the map: ${names}`,
  outsideMark: "not on the map",
  comma: ", ",
  place: (rank) => `place ${rank}`,
  up: (places) => `up by ${places}`,
  down: (places) => `down by ${places}`,
  same: "same place",
  since: (span) => `↑↓ since ${span}`,
  sinceNote: "against the last closed window",
};
