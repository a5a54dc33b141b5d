// 最新事件一行的词。
export const tickerZh = {
  title: "刚刚",
  group: "最新事件的句子",
};

export type TickerWords = typeof tickerZh;
