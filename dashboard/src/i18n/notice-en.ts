// The words of the sentence above everything, in English.
import type { Notice } from "./notice-zh";

export const noticeEn: Notice = {
  stands: {
    pipeline: (why) => `No record is counted: ${why}`,
    partition: (names, why, count) =>
      count === 1 ? `Partition ${names} is not counted: ${why}` : `Partitions ${names} are not counted: ${why}`,
    checkpoint: (why) => `Counts are not kept: ${why}`,
    metric: (names, why, count) =>
      count === 1 ? `Metric ${names} is incomplete: ${why}` : `Metrics ${names} are incomplete: ${why}`,
    comma: ", ",
    andMore: (names, count) => `${names} and ${count} more`,
  },
  since: (at, age) => `Since ${at}, for ${age}.`,
  exactUntil: (at) => `The counts shown are exact up to ${at}; later records of what stands still are not in them.`,
  nothingNew: "Nothing new has been counted since the start.",
  keptUntil: (at) => `The counts shown are exact, but nothing after ${at} is kept: if the process ends, it counts from there again.`,
  neverKept: "The counts shown are exact, but nothing is kept since the start: if the process ends, they are counted again.",
  shownOf: (at) => `The figures shown are of ${at}; what the host has counted since is not known here.`,
  unheard: {
    host_unreachable: "This page tries again by itself; look whether the host runs, and the network between.",
    host_silent: "Look whether its process was stopped or its machine is overloaded; this page goes on by itself.",
    no_network: "This page goes on by itself when the network is back.",
  },
  advice: {
    metric_stopped: "Mend the plugin or raise its limit; it then goes on from where it stopped",
    metric_unreadable: "Mend the plugin or raise its limit; nothing has to be counted again",
  },
  hint: "Try",
  seen: "Got it",
  putAway: "Notes",
  again: "Show what was put away",
  copy: "Copy",
  copied: "Copied",
  retry: "The host keeps trying; this page follows without a reload.",
  undecided: "It stays so until you decide: on_gap = \"continue\" of the source counts on from the next record, " +
    "streamgauge state rebuild --accept-loss counts again what the log still has.",
  stopped: "The host does not retry by itself: mend the cause and start it again.",
};
