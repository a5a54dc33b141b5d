// 阈值的词。
export const thresholdZh = {
  word: { warn: { above: "偏高", below: "偏低" }, bad: { above: "过高", below: "过低" } },
  limit: { above: (value: string) => `高于 ${value}`, below: (value: string) => `低于 ${value}` },
  /** 图上的线。 */
  line: { warn: (value: string) => `警戒 ${value}`, bad: (value: string) => `红线 ${value}` },
  more: (count: string) => `另有 ${count} 项越线`,
};

export type ThresholdWords = typeof thresholdZh;
