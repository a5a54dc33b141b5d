// 页首大数字的词。
export const headlineZh = {
  group: "大数字",
  engine: "引擎",
  /** Leads to the panel of the figure. */
  open: (title: string, panel: string) => `${title}：打开面板“${panel}”`,
  to: { previous: "环比", "1d": "较昨日", "7d": "周同比", "1y": "同比" },
  toWhole: {
    previous: "与上一窗口的同一段相比", "1d": "与昨日同一时刻相比", "7d": "与上周同一时刻相比", "1y": "与去年同一时刻相比",
  },
  until: (time: string) => `至 ${time}`,
  points: (points: string) => `${points} 个百分点`,
  same: "持平",
  values: (now: string, before: string) => `${now}，此前 ${before}`,
  reasons: {
    "not-yet": "本期尚无完整时段", "no-history": "历史不足", "no-finer": "按已结束的整窗比较", failed: "读取失败",
  },
  finer: (line: string) => `加 ${line} 可比到此刻`,
  fromNothing: "此前为 0",
  unknown: "尚无数值",
  target: (target: string) => `目标 ${target}`,
  reached: (share: string) => `完成 ${share}`,
  stale: { lagging: "正在补算", quarantined: "指标已隔离", unreadable: "结果读不出来" },
};

export type HeadlineWords = typeof headlineZh;
