// The words for the causes of the host, by code (docs/wire.md).
import { arg, faultOf, type Causes } from "./causes-zh";

export const causesEn: Causes = {
  broker_unreachable: (args) => `Kafka cannot be reached at ${arg(args, "brokers")}`,
  broker_name_unknown: (args) => `The name of the broker ${arg(args, "broker")} cannot be resolved`,
  broker_silent: (args) =>
    `The broker ${arg(args, "broker")} does not answer: it hangs, or a firewall is in between`,
  broker_not_kafka: (args) => `It is not Kafka that answers at ${arg(args, "broker")}`,
  broker_without_tls: (args) =>
    `The broker ${arg(args, "broker")} does not speak TLS: correct security.protocol or the port`,
  broker_needs_tls: (args) =>
    `The broker ${arg(args, "broker")} wants TLS: correct security.protocol or the port`,
  broker_needs_sasl: (args) =>
    `The broker ${arg(args, "broker")} wants SASL: set security.protocol, sasl.mechanism, user, password`,
  broker_certificate_untrusted: (args) =>
    `The certificate of the broker ${arg(args, "broker")} is not trusted: set ssl.ca.location`,
  broker_host_name_wrong: (args) =>
    `The certificate of the broker ${arg(args, "broker")} is for another name`,
  client_certificate_refused: (args) =>
    `The broker ${arg(args, "broker")} wants a certificate of this client that it trusts`,
  credentials_refused: (args) =>
    `The broker ${arg(args, "broker")} does not take the user's name and password`,
  mechanism_refused: (args) =>
    `The broker ${arg(args, "broker")} does not take the SASL mechanism: set sasl.mechanism`,
  topic_forbidden: (args) =>
    `The user may not read the topic ${arg(args, "topic")}: an ACL that allows Read is missing`,
  group_shared: () => "The consumer group has offsets of another pipeline: give each pipeline a group of its own",
  group_forbidden: () => "The user may not use the consumer group: an ACL that allows Read is missing",
  advertised_unreachable: (args) =>
    `Kafka sends its clients to ${arg(args, "broker")}, which cannot be reached: correct advertised.listeners`,
  output_topic_missing: (args) => `The output topic ${arg(args, "reason")} does not exist`,
  output_topic_forbidden: (args) =>
    `The user may not write to the topic ${arg(args, "reason")}: an ACL that allows Write is missing`,
  transaction_open: (args) =>
    `${arg(args, "records")} records of partition ${arg(args, "partition")} wait for a transaction that ` +
    `does not end: look for its producer, or abort it ` +
    `(--start-offset ${arg(args, "offset")})`,
  topic_missing: (args) => `The topic ${arg(args, "topic")} does not exist`,
  no_partitions: () => "The topic has no partitions yet",
  log_start_moved: (args) =>
    `Offsets ${arg(args, "from")} to ${arg(args, "to")} of partition ${arg(args, "partition")} ` +
    "were deleted before they were read",
  log_end_moved: (args) =>
    `Partition ${arg(args, "partition")} was read up to offset ${arg(args, "to")}, ` +
    `but its log ends at ${arg(args, "from")}`,
  topic_recreated: (args) =>
    `The topic was made anew: partition ${arg(args, "partition")} is another log now`,
  file_replaced: (args) => {
    const file = `The file ${arg(args, "path")}`;
    return args["between"] === undefined
      ? `${file} is another one than was read up to record ${arg(args, "from")}`
      : `${file} is not the next one after record ${arg(args, "from")}: ` +
        `${arg(args, "between")} came between and was not read`;
  },
  file_rewritten: (args) =>
    `The file ${arg(args, "path")} was written anew: it no longer holds what was read ` +
    `up to record ${arg(args, "from")}`,
  mostly_late: (args) =>
    `More than half of the records are late with a bound of ${arg(args, "bound")}; ` +
    `${arg(args, "bound_for_999")} would keep 99.9 % of them on time`,
  mostly_future: (args) =>
    `More than half of the records are over ${arg(args, "future_skew")} ahead of their stamps: ` +
    "check year, unit and zone of [event_time]",
  year_current_on_old_data: () =>
    'With year = "current" most records are over 60 days older than their stamps: ' +
    "if the data is of another year, write that year",
  mostly_rejected: (args) =>
    `${arg(args, "rejected")} of ${arg(args, "records")} records are rejected, ` +
    `most as ${arg(args, "reason")}; for example ${arg(args, "place")}`,
  mostly_excluded: (args) =>
    `Most rows are left out of ${arg(args, "metrics")} (${arg(args, "reason")} ` +
    `${arg(args, "field")}): do name and type in [schema] fit the data?`,
  mostly_fallback: (args) =>
    `${arg(args, "fallback")} of ${arg(args, "records")} records have no usable event time: ` +
    "check field and unit of [event_time]",
  mostly_past: (args) =>
    `${arg(args, "past")} of ${arg(args, "records")} records are older than earliest: ` +
    "check unit and earliest of [event_time]",
  mostly_expired: (args) =>
    `${arg(args, "expired")} of ${arg(args, "records")} rows of ${arg(args, "metrics")} came after ` +
    `their windows were final: a retention above ${arg(args, "retention")} keeps them open`,
  metric_stopped: (args) =>
    `Metric ${arg(args, "metric")} stopped at ${arg(args, "places")}: ${arg(args, "reason")}`,
  metric_lagging: (args) =>
    `Metric ${arg(args, "metric")} is being counted from the log: ${arg(args, "percent")} % so far`,
  metric_unreadable: (args) =>
    `Metric ${arg(args, "metric")} counts, but gives no result: ${arg(args, "reason")}`,
  memory_near_limit: (args) =>
    `Metric ${arg(args, "metric")} uses ${arg(args, "percent")} % of its memory_max and stops at the ` +
    "limit: raise memory_max, or let it keep fewer keys",
  plugin_busy: (args) =>
    `The plugin of ${arg(args, "metric")} takes ${arg(args, "percent")} % of a worker's time`,
  backup_failing: (args) => `The state is not copied: ${arg(args, "error")}`,
  reload_refused: (args) =>
    `The changed pipeline was not taken over, the one before runs on: ${faultOf(args)}`,
  restart_needed: (args) =>
    `In force after a restart of the host only: ${arg(args, "settings")}`,
  catch_up_slow: (args) =>
    `Metric ${arg(args, "metric")} does not catch up: ${arg(args, "own")} records/s are counted, ` +
    `${arg(args, "coming")} come` +
    (arg(args, "needed") === "" ? "" : `; catch_up.share = ${arg(args, "needed")} would do`),
  rebuilding: (args) =>
    `Edition ${arg(args, "edition")} of the state is being built, and this one is shown until then: ` +
    `${arg(args, "read")} records, ${arg(args, "rate")}/s, ${arg(args, "behind")} behind`,
  no_leader: (args) => `No broker leads a partition of the topic ${arg(args, "topic")}`,
  read_failing: (args) => `A partition cannot be read: ${arg(args, "reason")}`,
  restoring: () => "The stored state is being read",
  checkpoint_failing: (args) => `The checkpoint cannot be stored: ${arg(args, "error")}`,
  output_full: (args) =>
    `A file is full and nothing is stored until it is moved away: ${arg(args, "error")}`,
  file_missing: (args) => `The file ${arg(args, "path")} does not exist`,
  source_failed: () => "The source failed and has stopped",
  host_unreachable: () => "The host takes no connection from this page",
  host_silent: () => "The host sends nothing any more",
  no_network: () => "This device has no network",
  protocol: () => "The host speaks another protocol version than this page: reload it",
};
