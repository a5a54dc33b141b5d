// The words of the sentence above everything, in Chinese.

export const noticeZh = {
  stands: {
    pipeline: (why: string) => `没有记录在计数：${why}`,
    partition: (names: string, why: string, _count: number) => `分区 ${names} 停止计数：${why}`,
    checkpoint: (why: string) => `计数无法保存：${why}`,
    metric: (names: string, why: string, _count: number) => `指标 ${names} 不全：${why}`,
    comma: "、",
    andMore: (names: string, count: string) => `${names} 等，另有 ${count} 个`,
  },
  since: (at: string, age: string) => `自 ${at} 起，已 ${age}。`,
  exactUntil: (at: string) => `所示计数截至 ${at} 准确，此后停滞处的记录尚未计入。`,
  nothingNew: "启动以来没有新记录计入。",
  keptUntil: (at: string) => `所示计数准确，但 ${at} 之后的还没有保存：进程若终止，会从那里重新计数。`,
  neverKept: "所示计数准确，但启动以来还没有保存过：进程若终止，会重新计数。",
  shownOf: (at: string) => `所示数字停在 ${at}，此后主机计了多少，本页无从得知。`,
  unheard: {
    host_unreachable: "本页会自动重试；请看主机是否在运行、网络是否通。",
    host_silent: "请看主机进程是否被暂停、机器是否过载；恢复后本页自动继续。",
    no_network: "网络恢复后本页自动继续。",
  } as Readonly<Record<string, string>>,
  advice: {
    metric_stopped: "请修好插件或放宽它的限制，它会从停下处继续",
    metric_unreadable: "请修好插件或放宽它的限制，不需要重新计数",
  } as Readonly<Record<string, string>>,
  hint: "可以试试",
  seen: "知道了",
  putAway: "提醒",
  again: "再次显示提醒",
  copy: "复制",
  copied: "已复制",
  retry: "主机会一直自动重试，恢复后本页无需刷新。",
  undecided: "需要您来决定：在数据源中设 on_gap = \"continue\" 可从下一条记录继续，streamgauge state rebuild --accept-loss 则按日志现有内容重新计数。",
  stopped: "主机不会自动重试，请处理后重新启动。",
};

export type Notice = typeof noticeZh;
