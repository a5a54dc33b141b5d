// The words for the causes of the host, by code (docs/wire.md).
import { arg, type Causes } from "./causes-zh";

export const causesEn: Causes = {
  broker_unreachable: (args) => `Kafka cannot be reached at ${arg(args, "brokers")}`,
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
  mostly_late: (args) =>
    `More than half of the records are late with a bound of ${arg(args, "bound")}; ` +
    `${arg(args, "bound_for_999")} would keep 99.9 % of them on time`,
  mostly_future: (args) =>
    `More than half of the records are over ${arg(args, "future_skew")} ahead of their stamps: ` +
    "check year, unit and zone of [event_time]",
  year_current_on_old_data: () =>
    'With year = "current" most records are over 60 days older than their stamps: ' +
    "if the data is of another year, write that year",
  restoring: () => "The stored state is being read",
  checkpoint_failing: (args) => `The checkpoint cannot be stored: ${arg(args, "error")}`,
  file_missing: (args) => `The file ${arg(args, "path")} does not exist`,
  source_failed: () => "The source failed and has stopped",
  protocol: () => "The host speaks another protocol version than this page: reload it",
};
