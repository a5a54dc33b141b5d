//! Which builds of metrics are shown until the ones that take their place have caught up.

use std::sync::Arc;

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{MetricPhase, MetricSnapshot, PartitionSnapshot};
use streamgauge_pipeline::MetricFingerprint;
use streamgauge_view::{Former, Formers};

use super::current::Active;

/// The builds of `before`, as `checkpoint` keeps them, of metrics that are built anew in it. A build
/// that did not show yet is no former one; the one that was shown in its place is.
pub(super) fn formers(before: &Active, checkpoint: &Checkpoint) -> Formers {
    let is_built = |id: &str| {
        let all = checkpoint.partitions.iter().filter_map(|partition| partition.metric(id));
        all.into_iter().any(|metric| metric.phase != MetricPhase::Running)
    };
    let settings = before.prepared.state_settings();
    let mut found = Formers::new();
    for reader in before.results.metrics() {
        let id = reader.id();
        let known = before.formers.get(id);
        let fingerprint = known.map(|former| former.fingerprint.clone());
        let own = || settings.get(&MetricFingerprint::key(id)).cloned();
        let Some(fingerprint) = fingerprint.or_else(own) else { continue };
        let is_it = |kept: &&streamgauge_checkpoint::store::KeptMetric| {
            kept.id == id && kept.settings == fingerprint
        };
        let Some(kept) = checkpoint.kept.iter().find(is_it).filter(|_| is_built(id)) else {
            continue;
        };
        let is_whole = |(number, metric): (&u32, &Arc<MetricSnapshot>)| {
            let of = |partition: &&Arc<PartitionSnapshot>| partition.partition == *number;
            let partition = checkpoint.partitions.iter().find(of);
            partition.is_some_and(|here| metric.phase.place() == Some(&here.place()))
        };
        if known.is_some() || kept.partitions.iter().all(is_whole) {
            let (reader, partitions) = (Arc::clone(reader), kept.partitions.clone());
            found.insert(id.to_owned(), Arc::new(Former { reader, fingerprint, partitions }));
        }
    }
    found
}

/// The metrics of `formers` that run everywhere by now, so that they are shown themselves.
pub(crate) fn joined(formers: &Formers, partitions: &[Arc<PartitionSnapshot>]) -> Vec<String> {
    let runs = |(id, former): &(&String, &Arc<Former>)| {
        let is_other = |metric: &MetricSnapshot| {
            former.partitions.values().all(|before| before.build != metric.build)
        };
        let mut all = partitions.iter().filter_map(|partition| partition.metric(id));
        all.all(|metric| metric.phase == MetricPhase::Running && is_other(metric))
    };
    formers.iter().filter(runs).map(|(id, _)| id.clone()).collect()
}
