// 各省方格的词。
export const tilemapZh = {
  by: "方格显示",
  byValue: "数值",
  byShare: "占比",
  ranking: (title: string) => `${title}：排行`,
  rest: (count: string) => `其余 ${count} 项`,
  outside: (count: string, names: string) => `不在图上 ${count} 项：${names}`,
  outsideMark: "不在图上",
  comma: "、",
  place: (rank: string) => `第 ${rank} 名`,
  up: (places: string) => `升 ${places} 位`,
  down: (places: string) => `降 ${places} 位`,
  same: "名次未变",
  since: (span: string) => `↑↓ 较 ${span}`,
  sinceNote: "与最近一个已结束的窗口相比",
};

export type TilemapWords = typeof tilemapZh;
