// The words of thresholds, in English.
import type { ThresholdWords } from "./threshold-zh";

export const thresholdEn: ThresholdWords = {
  word: { warn: { above: "high", below: "low" }, bad: { above: "too high", below: "too low" } },
  limit: { above: (value) => `above ${value}`, below: (value) => `below ${value}` },
  line: { warn: (value) => `warning ${value}`, bad: (value) => `limit ${value}` },
  more: (count) => `${count} more beyond`,
};
