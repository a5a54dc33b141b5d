//! Which builds of metrics are shown until the ones that take their place have caught up.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_checkpoint::store::{Checkpoint, KeptMetric};
use streamgauge_core::{MetricPhase, MetricSnapshot, PartitionSnapshot};
use streamgauge_pipeline::MetricFingerprint;
use streamgauge_view::{Former, Formers, MetricReader, Results};

/// What a build was before the one that is in its place now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Was {
    /// Shown in the place of another one that had not caught up yet.
    Shown,
    /// The metric of the pipeline that was in force.
    InForce,
}

/// Builds that are shown, with the readers of their results.
#[derive(Clone, Default)]
pub struct ShownBefore {
    /// The states, by metric.
    pub states: Formers,
    /// The readers, by metric.
    pub readers: BTreeMap<String, Arc<MetricReader>>,
}

impl ShownBefore {
    /// The builds of a pipeline with these `results` and `settings` of its state, as `checkpoint`
    /// keeps them, of metrics that are built anew in it. A build that did not show yet is no former
    /// one; the one that was shown `before` in its place is.
    pub(super) fn of(
        (results, settings): (&Results, &BTreeMap<String, String>),
        before: &Self,
        checkpoint: &Checkpoint,
    ) -> Self {
        let mut found = Self::default();
        for reader in results.metrics() {
            let known = before.states.get(reader.id());
            let own = settings.get(&MetricFingerprint::key(reader.id()));
            let was = if known.is_some() { Was::Shown } else { Was::InForce };
            if let Some(fingerprint) = known.map(|former| &former.fingerprint).or(own) {
                found.take_in(reader, (fingerprint, was), checkpoint);
            }
        }
        found
    }

    /// Shows the build with this fingerprint, as `checkpoint` keeps it, if the metric is built anew.
    pub(super) fn take_in(
        &mut self,
        reader: &Arc<MetricReader>,
        (fingerprint, was): (&str, Was),
        checkpoint: &Checkpoint,
    ) {
        let id = reader.id();
        let is_it = |kept: &&KeptMetric| kept.id == id && kept.settings == fingerprint;
        let kept = checkpoint.kept.iter().find(is_it).filter(|_| is_built(checkpoint, id));
        if let Some(kept) = kept.filter(|kept| was == Was::Shown || was_whole(kept, checkpoint)) {
            let (fingerprint, partitions) = (fingerprint.to_owned(), kept.partitions.clone());
            let former = Arc::new(Former { fingerprint, partitions });
            self.states.insert(id.to_owned(), former);
            self.readers.insert(id.to_owned(), Arc::clone(reader));
        }
    }

    /// The metrics that run everywhere by now, so that they are shown themselves.
    pub(super) fn joined(&self, partitions: &[Arc<PartitionSnapshot>]) -> Vec<String> {
        let runs = |(id, former): &(&String, &Arc<Former>)| {
            let is_other = |metric: &MetricSnapshot| {
                former.partitions.values().all(|before| before.build != metric.build)
            };
            let mut all = partitions.iter().filter_map(|partition| partition.metric(id));
            all.all(|metric| metric.phase == MetricPhase::Running && is_other(metric))
        };
        self.states.iter().filter(runs).map(|(id, _)| id.clone()).collect()
    }

    /// The others than these.
    pub(super) fn without(&self, metrics: &[String]) -> Self {
        let mut others = self.clone();
        others.states.retain(|id, _| !metrics.contains(id));
        others.readers.retain(|id, _| !metrics.contains(id));
        others
    }
}

/// True if the metric does not run everywhere.
fn is_built(checkpoint: &Checkpoint, id: &str) -> bool {
    let mut all = checkpoint.partitions.iter().filter_map(|partition| partition.metric(id));
    all.any(|metric| metric.phase != MetricPhase::Running)
}

/// True if the state was at its partitions' places when it was set aside.
fn was_whole(kept: &KeptMetric, checkpoint: &Checkpoint) -> bool {
    kept.partitions.iter().all(|(number, metric)| {
        let of = |partition: &&Arc<PartitionSnapshot>| partition.partition == *number;
        let partition = checkpoint.partitions.iter().find(of);
        partition.is_some_and(|here| metric.phase.place() == Some(&here.place()))
    })
}
