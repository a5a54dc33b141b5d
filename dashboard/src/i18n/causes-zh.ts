// 原因的说法。The page's own words for the causes of the host, by code (docs/wire.md).

/** The names and numbers of a cause. */
export type Args = Readonly<Record<string, string>>;

export const arg = (args: Args, name: string) => args[name] ?? "?";

export const causesZh = {
  broker_unreachable: (args: Args) => `连不上 Kafka：${arg(args, "brokers")}`,
  topic_missing: (args: Args) => `主题 ${arg(args, "topic")} 不存在`,
  no_partitions: () => "主题还没有分区",
  log_start_moved: (args: Args) =>
    `分区 ${arg(args, "partition")} 的位点 ${arg(args, "from")} 至 ${arg(args, "to")} 未读即被删除`,
  log_end_moved: (args: Args) =>
    `分区 ${arg(args, "partition")} 已读到位点 ${arg(args, "to")}，但日志止于 ${arg(args, "from")}`,
  topic_recreated: (args: Args) => `主题已被重建，分区 ${arg(args, "partition")} 不再是原来的日志`,
  mostly_late: (args: Args) =>
    `bound 为 ${arg(args, "bound")} 时过半记录迟到；` +
    `${arg(args, "bound_for_999")} 可让 99.9 % 的记录准时`,
  mostly_future: (args: Args) =>
    `过半记录比自身时间戳超前 ${arg(args, "future_skew")} 以上：请检查 [event_time] 的年份、单位和时区`,
  year_current_on_old_data: () =>
    'year = "current" 时，多数记录比自身时间戳早 60 天以上：数据若属于其他年份，请写明该年份',
  restoring: () => "正在读取已存的状态",
  checkpoint_failing: (args: Args) => `检查点写不进去：${arg(args, "error")}`,
  file_missing: (args: Args) => `找不到文件 ${arg(args, "path")}`,
  source_failed: () => "数据源出错，已停止",
  protocol: () => "主机与本页的协议版本不同，请刷新页面",
};

export type Causes = { readonly [Code in keyof typeof causesZh]: (typeof causesZh)[Code] };
