// Why a metric does not count a record, in English.
export const notCountedEn = {
  before: "not counted: the metric counts only what came after it",
  gone: "not counted: the log had it no more when the metric came to it",
  not_yet: "not counted yet: the metric is behind, and comes to it",
  stopped: "not counted: the metric stopped before it",
};
