//! Stored state under a pipeline whose metrics are others by now, as the host takes it over.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge::run::adopt::adopt;
use streamgauge::run::prepare;
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{MetricSnapshot, PartitionSnapshot, PartitionState, Position};
use streamgauge_engine::Metric;
use streamgauge_plugin::Plugin;

use crate::settings::Loaded;
use crate::side::lose;
use crate::store::Store;

/// A state of a metric: its id, build and partition.
type Build = (String, u32, u32);

/// What is stored, with the metric `new` without a state and all metrics as they are in `loaded`. It
/// is stored at once, as the host does before it reads. How many metrics are others.
pub(crate) fn take_over(
    loaded: &Loaded,
    mut stored: Checkpoint,
    store: &Store,
    new: Option<usize>,
) -> (Checkpoint, u32) {
    let mut twice = 0;
    if let Some(metric) = new {
        let plugin = &loaded.plugins[metric % loaded.plugins.len()];
        let mut states: Vec<PartitionSnapshot> =
            stored.partitions.iter().map(|state| PartitionSnapshot::clone(state)).collect();
        twice += lose((plugin, &stored.kept), &mut states);
        stored.partitions = states.into_iter().map(Arc::new).collect();
    }
    let before = letters(&stored);
    let settings = prepare::state_settings(&loaded.pipeline, &loaded.plugins);
    let changes = adopt(&mut stored, &loaded.pipeline, &loaded.plugins, &settings).len();
    let after = letters(&stored);
    // What nobody keeps is counted, and written, once more.
    twice +=
        before.iter().filter(|(of, _)| !after.contains_key(of)).map(|(_, own)| own).sum::<u64>();
    let mut bytes = store.lock();
    bytes.letters_twice += twice;
    bytes.partitions.extend(stored.partitions.iter().map(|own| (own.partition, own.encode())));
    bytes.kept.clone_from(&stored.kept);
    bytes.settings.clone_from(&stored.settings);
    drop(bytes);
    (stored, changes as u32)
}

/// How many letters each state has, of those that are kept too.
fn letters(stored: &Checkpoint) -> BTreeMap<Build, u64> {
    let running = stored.partitions.iter().flat_map(|partition| {
        partition.metrics.iter().map(move |metric| (partition.partition, metric))
    });
    let kept = stored
        .kept
        .iter()
        .flat_map(|kept| kept.partitions.iter().map(|(partition, metric)| (*partition, &**metric)));
    let of = |(partition, metric): (u32, &streamgauge_core::MetricSnapshot)| {
        ((metric.id.clone(), metric.build, partition), metric.accounting.excluded)
    };
    running.chain(kept).map(of).collect()
}

/// A partition of which nothing is stored; its metrics are in the builds that the others have.
pub(crate) fn fresh(
    loaded: &Loaded,
    partition: u32,
    stored: &[Arc<PartitionSnapshot>],
) -> PartitionSnapshot {
    let begin = |plugin: &Plugin| {
        let metrics = stored.iter().flat_map(|partition| &partition.metrics);
        let own = metrics.filter(|own| own.id == plugin.settings().id).map(|own| own.build);
        MetricSnapshot { build: own.max().unwrap_or_default(), ..Metric::empty(plugin, 0) }
    };
    PartitionSnapshot {
        partition,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics: loaded.plugins.iter().map(begin).collect(),
    }
}
