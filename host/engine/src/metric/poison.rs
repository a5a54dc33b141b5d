//! A plugin that crashes at a record. The crash spoils the instance, so the metric is put back to
//! its last export in every partition of this engine, and lags from there; a reader reads it again
//! in smaller and smaller batches, until one record alone is to blame. That one is left out.
//!
//! Limits of time, memory and stack depend on the machine and on what came before, so they are no
//! record's fault: the metric stops.

use std::sync::Arc;

use streamgauge_core::{
    Crash, LeftOut, MetricLag, MetricPhase, PluginCall, Poison, PoisonRecord, RecordBatch,
    RecordRange, StopKind,
};
use streamgauge_outbox::{DeadLetter, Letters};
use streamgauge_plugin::{CallError, Plugin};

use super::Metric;
use super::folding::Folding;

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
            tracing::debug!("metric `{}` crashes at record {partition}@{first}", self.id());
        } else if self.plugin.is_first_failure() {
            tracing::warn!(
                "metric `{}` crashed at records {partition}@{first} to {partition}@{last}: {error}; \
                 the record is searched for, and the other metrics continue",
                self.id()
            );
        }
    }
}

impl Folding {
    /// The rows of `batch` that are left out, with the words of their letters.
    pub(super) fn poisoned(
        plugin: &Plugin,
        batch: &RecordBatch,
        left_out: &[LeftOut],
    ) -> Vec<(u32, String)> {
        let mut rows: Vec<(u32, String)> = Vec::new();
        for LeftOut { offset, reason } in left_out {
            if let Ok(row) = batch.metas().binary_search_by_key(offset, |meta| meta.offset) {
                let call = PluginCall::Add.name();
                let words = format!("`{call}` failed: {reason}; plugin {}", plugin.digest());
                rows.push((row as u32, words));
            }
        }
        rows.sort_by_key(|(row, _)| *row);
        rows
    }

    /// Takes note of rows that were left out; returns their letters.
    pub(super) fn note_poison(
        &mut self,
        partition: u32,
        plugin: &Plugin,
        batch: &RecordBatch,
        rows: &[(u32, String)],
    ) -> Letters {
        let mut letters = Letters::default();
        let under = plugin.conditions();
        let id = &plugin.settings().id;
        for (row, words) in rows {
            let meta = batch.metas()[*row as usize];
            let offered = self.accounting.on_time + self.accounting.late;
            let known = self.poison.as_deref().filter(|known| known.under == under).cloned();
            let mut poison = known.unwrap_or(Poison { under, records: Vec::new() });
            poison.push(PoisonRecord { offset: meta.offset, offered });
            self.poison = Some(Arc::new(poison));
            tracing::warn!(
                "metric `{id}` leaves record {partition}@{} out, at which its plugin crashes: \
                 {words}",
                meta.offset
            );
            letters.push(&DeadLetter::poisoned(partition, meta, id, words, batch.raw(*row)));
        }
        letters
    }
}

/// The rows of `refused` without those that were left out before.
pub(super) fn refused_by_plugin(
    refused: Vec<(u32, String)>,
    left_out: &[(u32, String)],
) -> Vec<(u32, String)> {
    let is_left_out = |row: u32| left_out.iter().any(|(of, _)| *of == row);
    refused.into_iter().filter(|(row, _)| !is_left_out(*row)).collect()
}
