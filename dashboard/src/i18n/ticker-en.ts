// The words of the line of sentences, in English.
import type { TickerWords } from "./ticker-zh";

export const tickerEn: TickerWords = {
  title: "Just now",
  group: "Latest events as sentences",
};
