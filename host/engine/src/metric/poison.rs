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
        let RecordRange { partition: crashed, first, last } = records;
        let is_found = first == last;
        for partition in running.partitions.keys() {
            let Some(exported) = self.partitions.get_mut(partition) else { continue };
            // What was left out before is in the export, or is left out again.
            let mut left_out = self.left_out.get(partition).cloned().unwrap_or_default();
            left_out.retain(|record| record.offset >= exported.snapshot.next_offset);
            let mut crash = None;
            if *partition == crashed {
                let reason = error.to_string();
                if is_found {
                    left_out.push(LeftOut { offset: first, reason });
                } else {
                    crash = Some(Crash { reason, records });
                }
            }
            let under = Some(self.plugin.conditions());
            let lag = MetricLag { place: exported.place, crash, left_out, under };
            exported.snapshot.phase = MetricPhase::Lagging(Box::new(lag));
        }
        if is_found {
            tracing::warn!(
                "metric `{}` leaves record {crashed}@{first} out, at which its plugin crashes: \
                 {error}",
                self.id()
            );
        } else if self.plugin.is_first_failure() {
            tracing::warn!(
                "metric `{}` crashed at records {crashed}@{first} to {crashed}@{last}: {error}; \
                 the record is searched for, and the other metrics continue",
                self.id()
            );
        }
    }
}
