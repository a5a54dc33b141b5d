// 单项卡片的词。
export const keyCardZh = {
  ranks: "名次",
  place: (rank: string, of: string) => `第 ${rank} 名（共 ${of} 项）`,
  others: "在其他面板中",
  none: "没有这一项",
  back: "返回",
  /** 图表的键盘用法。 */
  keys: "方向键选择，回车看详情",
};

export type KeyCardWords = typeof keyCardZh;
