// 最新事件一行的词。
export const tickerZh = {
  title: "刚刚",
};

export type TickerWords = typeof tickerZh;
