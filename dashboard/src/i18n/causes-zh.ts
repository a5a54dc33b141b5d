// 原因的说法。The page's own words for the causes of the host, by code (docs/wire.md).

/** The names and numbers of a cause. */
export type Args = Readonly<Record<string, string>>;

export const arg = (args: Args, name: string) => args[name] ?? "?";

/** The first fault of a pipeline file in the host's words, with its place and the number of others. */
export const faultOf = (args: Args) => {
  const more = Number(args["faults"] ?? 1) - 1;
  return [args["place"] ?? "", arg(args, "reason")].filter((part) => part !== "").join(": ")
    + (more > 0 ? ` (+${more})` : "");
};

export const causesZh = {
  broker_unreachable: (args: Args) => `连不上 Kafka：${arg(args, "brokers")}`,
  broker_name_unknown: (args: Args) => `无法解析 Kafka 节点 ${arg(args, "broker")} 的域名`,
  broker_silent: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 没有应答：可能卡住，或中间有防火墙`,
  broker_not_kafka: (args: Args) => `${arg(args, "broker")} 上应答的不是 Kafka`,
  broker_without_tls: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 不使用 TLS：请更正 security.protocol 或端口`,
  broker_needs_tls: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 要求 TLS：请更正 security.protocol 或端口`,
  broker_needs_sasl: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 要求 SASL：请设置 security.protocol、sasl.mechanism、用户名和密码`,
  broker_certificate_untrusted: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 的证书不受信任：请设置 ssl.ca.location`,
  broker_host_name_wrong: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 的证书属于另一个主机名`,
  client_certificate_refused: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 要求本机出示它信任的客户端证书`,
  credentials_refused: (args: Args) => `Kafka 节点 ${arg(args, "broker")} 不接受用户名和密码`,
  mechanism_refused: (args: Args) =>
    `Kafka 节点 ${arg(args, "broker")} 不接受该 SASL 机制：请设置 sasl.mechanism`,
  topic_forbidden: (args: Args) => `该用户无权读取主题 ${arg(args, "topic")}：缺少允许 Read 的 ACL`,
  group_shared: () => "消费组里是另一条流水线的位点：请给每条流水线各自的组",
  group_forbidden: () => "该用户无权使用消费组：缺少允许 Read 的 ACL",
  advertised_unreachable: (args: Args) =>
    `Kafka 让客户端连接 ${arg(args, "broker")}，但从本机连不上：请更正 advertised.listeners`,
  output_topic_missing: (args: Args) => `输出主题 ${arg(args, "reason")} 不存在`,
  output_topic_forbidden: (args: Args) =>
    `该用户无权写入主题 ${arg(args, "reason")}：缺少允许 Write 的 ACL`,
  transaction_open: (args: Args) =>
    `分区 ${arg(args, "partition")} 有 ${arg(args, "records")} 条记录在等一个迟迟未结束的事务：` +
    `请查它的生产者，或中止该事务（--start-offset ${arg(args, "offset")}）`,
  topic_missing: (args: Args) => `主题 ${arg(args, "topic")} 不存在`,
  no_partitions: () => "主题还没有分区",
  log_start_moved: (args: Args) =>
    `分区 ${arg(args, "partition")} 的位点 ${arg(args, "from")} 至 ${arg(args, "to")} 未读即被删除`,
  log_end_moved: (args: Args) =>
    `分区 ${arg(args, "partition")} 已读到位点 ${arg(args, "to")}，但日志止于 ${arg(args, "from")}`,
  topic_recreated: (args: Args) => `主题已被重建，分区 ${arg(args, "partition")} 不再是原来的日志`,
  file_replaced: (args: Args) => {
    const file = `文件 ${arg(args, "path")} `;
    return args["between"] === undefined
      ? `${file}已不是读到第 ${arg(args, "from")} 条记录的那个文件`
      : `${file}不是第 ${arg(args, "from")} 条记录之后的那个文件：其间的 ${arg(args, "between")} 没有读过`;
  },
  file_rewritten: (args: Args) =>
    `文件 ${arg(args, "path")} 已被改写，第 ${arg(args, "from")} 条记录之前的内容与读到的不同`,
  mostly_late: (args: Args) =>
    `bound 为 ${arg(args, "bound")} 时过半记录迟到；` +
    `${arg(args, "bound_for_999")} 可让 99.9 % 的记录准时`,
  mostly_future: (args: Args) =>
    `过半记录比自身时间戳超前 ${arg(args, "future_skew")} 以上：请检查 [event_time] 的年份、单位和时区`,
  year_current_on_old_data: () =>
    'year = "current" 时，多数记录比自身时间戳早 60 天以上：数据若属于其他年份，请写明该年份',
  mostly_rejected: (args: Args) =>
    `${arg(args, "records")} 条记录中有 ${arg(args, "rejected")} 条被拒绝，` +
    `多为 ${arg(args, "reason")}；例如 ${arg(args, "place")}`,
  mostly_excluded: (args: Args) =>
    `指标 ${arg(args, "metrics")} 排除了过半的行（${arg(args, "reason")} ${arg(args, "field")}）：` +
    "请检查 [schema] 的名称和类型是否与数据相符",
  mostly_fallback: (args: Args) =>
    `${arg(args, "records")} 条记录中有 ${arg(args, "fallback")} 条没有可用的事件时间：` +
    "请检查 [event_time] 的字段和单位",
  mostly_past: (args: Args) =>
    `${arg(args, "records")} 条记录中有 ${arg(args, "past")} 条早于 earliest：` +
    "请检查 [event_time] 的单位和 earliest",
  mostly_expired: (args: Args) =>
    `指标 ${arg(args, "metrics")} 的 ${arg(args, "records")} 行中有 ${arg(args, "expired")} 行到达时` +
    `窗口已定稿：retention 大于 ${arg(args, "retention")} 可让窗口更晚定稿`,
  metric_stopped: (args: Args) =>
    `指标 ${arg(args, "metric")} 停在 ${arg(args, "places")}：${arg(args, "reason")}`,
  metric_lagging: (args: Args) =>
    `指标 ${arg(args, "metric")} 正在从日志补算，已完成 ${arg(args, "percent")} %`,
  metric_unreadable: (args: Args) =>
    `指标 ${arg(args, "metric")} 照常计数，但给不出结果：${arg(args, "reason")}`,
  memory_near_limit: (args: Args) =>
    `指标 ${arg(args, "metric")} 已用去 memory_max 的 ${arg(args, "percent")} %，到限即停：` +
    "请调大 memory_max，或让它少保留一些取值",
  plugin_busy: (args: Args) =>
    `指标 ${arg(args, "metric")} 的插件占用了一个工作线程 ${arg(args, "percent")} % 的时间`,
  backup_failing: (args: Args) => `状态没有备份：${arg(args, "error")}`,
  reload_refused: (args: Args) =>
    `改动后的流水线未生效，原来的继续运行：${faultOf(args)}`,
  restart_needed: (args: Args) =>
    `主机重启后才生效：${arg(args, "settings")}`,
  catch_up_slow: (args: Args) =>
    `指标 ${arg(args, "metric")} 补算追不上：每秒补算 ${arg(args, "own")} 条，来了 ${arg(args, "coming")} 条` +
    (arg(args, "needed") === "" ? "" : `；catch_up.share = ${arg(args, "needed")} 即可`),
  rebuilding: (args: Args) =>
    `正在构建状态的版本 ${arg(args, "edition")}，完成前仍显示当前版本：` +
    `已读 ${arg(args, "read")} 条，每秒 ${arg(args, "rate")} 条，还差 ${arg(args, "behind")}`,
  no_leader: (args: Args) => `主题 ${arg(args, "topic")} 有分区没有 leader`,
  read_failing: (args: Args) => `分区读不了：${arg(args, "reason")}`,
  restoring: () => "正在读取已存的状态",
  checkpoint_failing: (args: Args) => `检查点写不进去：${arg(args, "error")}`,
  output_full: (args: Args) => `文件已写满，移走之前不再存盘：${arg(args, "error")}`,
  file_missing: (args: Args) => `找不到文件 ${arg(args, "path")}`,
  source_failed: () => "数据源出错，已停止",
  host_unreachable: () => "本页连不上主机",
  host_silent: () => "主机不再发来任何数据",
  no_network: () => "本设备没有网络",
  protocol: () => "主机与本页的协议版本不同，请刷新页面",
};

export type Causes = { readonly [Code in keyof typeof causesZh]: (typeof causesZh)[Code] };
