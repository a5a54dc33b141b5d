//! A plugin that crashes at a record. The crash spoils the instance, so the metric is put back to
//! its last export in every partition of this engine, and lags from there; a reader reads it again
//! in smaller and smaller batches, until one record alone is to blame. That one is left out.
//!
//! Limits of time, memory and stack depend on the machine and on what came before, so they are no
//! record's fault: the metric stops.

use streamgauge_core::{Crash, LeftOut, MetricLag, MetricPhase, PluginCall, RecordRange, StopKind};
use streamgauge_plugin::CallError;

use super::Metric;

impl Metric {
    /// The same metric, which a crash puts back instead of stopping it.
    #[must_use]
    pub fn searching(mut self) -> Self {
        self.searches = true;
        self
    }

    /// Leaves records of a partition out, at which the plugin crashes.
    pub fn leave_out(&mut self, partition: u32, records: Vec<LeftOut>) {
        self.left_out.insert(partition, records);
    }

    /// A call failed in the midst of a hand-over.
    pub(super) fn failed(&mut self, error: &CallError, records: Option<RecordRange>) {
        let call = self.running.as_ref().map(|running| running.instance.last_call());
        let is_crash = error.kind() == StopKind::Crash && call == Some(PluginCall::Add);
        match records.filter(|_| self.searches && is_crash) {
            Some(records) => self.put_back(error, records),
            None => self.stop(error, records),
        }
    }

    /// Goes back to the last export in every partition in which the metric ran.
    fn put_back(&mut self, error: &CallError, records: RecordRange) {
        let Some(running) = self.running.take() else { return };
        self.cost.traps += 1;
        self.has_news = true;
        for partition in running.partitions.keys() {
            let Some(exported) = self.partitions.get_mut(partition) else { continue };
            let is_found = records.first == records.last;
            let is_here = *partition == records.partition;
            let reason = || error.to_string();
            // What was left out before is in the export, or is left out again.
            let mut left_out = self.left_out.get(partition).cloned().unwrap_or_default();
            left_out.retain(|record| record.offset >= exported.snapshot.next_offset);
            if is_here && is_found {
                left_out.push(LeftOut { offset: records.first, reason: reason() });
            }
            let crash = is_here && !is_found;
            let crash = crash.then(|| Crash { reason: reason(), records });
            let lag = MetricLag { place: exported.place, crash, left_out };
            exported.snapshot.phase = MetricPhase::Lagging(Box::new(lag));
        }
        let RecordRange { partition, first, last } = records;
        if first == last {
            tracing::warn!(
                "metric `{}` leaves record {partition}@{first} out, at which its plugin crashes: \
                 {error}",
                self.id()
            );
        } else if self.plugin.is_first_failure() {
            tracing::warn!(
                "metric `{}` crashed at records {partition}@{first} to {partition}@{last}: {error}; \
                 the record is searched for, and the other metrics continue",
                self.id()
            );
        }
    }
}
