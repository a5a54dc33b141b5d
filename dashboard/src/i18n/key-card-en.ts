// The words of the card of one key, in English.
import type { KeyCardWords } from "./key-card-zh";

export const keyCardEn: KeyCardWords = {
  ranks: "Rank",
  place: (rank, of) => `#${rank} of ${of}`,
  others: "In other panels",
  none: "no such key",
  back: "Back",
  keys: "arrows choose, Enter tells more",
};
