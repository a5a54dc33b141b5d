// The words of one record explained, in English.
import type { ExplainWords } from "./explain-zh";

export const explainEn: ExplainWords = {
  title: (partition, offset) => `The record at offset ${offset} of partition ${partition}`,
  computing: "Reading the log before it again…",
  unreachable: "The host cannot be asked",
  close: "Close",
  verdict: "Verdict",
  verdicts: {
    on_time: "on time", late: "late", rejected: "rejected as a whole",
    repeated: "repeated: its offset was read before",
  },
  lateBy: (delay) => `late by ${delay}`,
  stamp: "Record stamp",
  value: "Record",
  noValue: "(none)",
  columns: "Fields",
  missing: "missing",
  invalid: (flaw) => `unusable: ${flaw}`,
  eventTime: "Event time",
  effect: "Effect on the watermark",
  effects: {
    "the largest so far: moves the watermark": "the largest so far: moves the watermark",
    "not larger than others before": "not larger than others before: does not move it",
    "too far ahead of its stamp to move the watermark": "too far ahead of its stamp to move it",
    "its stamp, as its own time is missing; moves no watermark":
      "its stamp in place of its own time, which is missing: does not move it",
    "its stamp, as its own time is impossible; moves no watermark":
      "its stamp in place of its own time, which is impossible: does not move it",
    "its own time is missing, and it has no stamp; moves no watermark":
      "no time: its own is missing, and it has no stamp: does not move it",
    "its own time is impossible, and it has no stamp; moves no watermark":
      "no time: its own is impossible, and it has no stamp: does not move it",
    "before `earliest`: does not move the watermark": "before `earliest`: does not move it",
  },
  before: "Watermark before",
  after: "Watermark after",
  reference: "Late against",
  noWatermark: "none yet",
  reason: "Reason",
  metrics: "Metrics",
  folded: "counted",
  notCounted: {
    before: "not counted: the metric counts only what came after it",
    gone: "not counted: the log had it no more when the metric came to it",
    not_yet: "not counted yet: the metric is behind, and comes to it",
    stopped: "not counted: the metric stopped before it",
  },
  excluded: (reason, detail) => `excluded: ${reason}${detail === "" ? "" : ` (${detail})`}`,
  cumulative: "all time",
  window: (spec, span) => `${spec} window ${span}`,
  expired: "final already, not counted",
  unplaced: "not open, and this record may open none: in the totals only",
  opened: "opened by it",
  correction: "corrects a past window",
  becomesFinal: (span) => `${span} becomes final`,
  source: "The host read the log again, as streamgauge explain does",
};
