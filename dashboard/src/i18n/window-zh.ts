// 时间窗口的叫法。
export const windowZh = {
  all: "累计",
  day: { now: "今天", before: "昨天", latest: "最新一天", past: "过去某一天" },
  week: { now: "本周", before: "上周", latest: "最新一周", past: "过去某一周" },
  hour: { now: "本小时", before: "上一小时", latest: "最新一小时", past: "过去某一小时" },
  /** 其他长度的窗口。 */
  now: (amount: string) => `当前 ${amount}`,
  before: (amount: string) => `前一个 ${amount}`,
  latest: (amount: string) => `最新 ${amount}`,
  past: (amount: string) => `过去某 ${amount}`,
  last: (amount: string) => `近 ${amount}`,
  weeks: (count: string) => `${count} 周`,
  days: (count: string) => `${count} 天`,
  hours: (count: string) => `${count} 小时`,
  minutes: (count: string) => `${count} 分钟`,
  seconds: (count: string) => `${count} 秒`,
};

export type WindowWords = typeof windowZh;
