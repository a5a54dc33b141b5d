//! Metrics that lag, and what brings them to their partitions' places, as the host's side readers
//! do.

use std::collections::BTreeSet;
use std::sync::Arc;

use streamgauge_checkpoint::store::KeptMetric;
use streamgauge_core::{
    MetricPhase, MetricPlace, MetricSnapshot, PartitionSnapshot, PartitionState, Position,
};
use streamgauge_engine::{Engine, Metric, Role};
use streamgauge_outbox::Outbox;
use streamgauge_plugin::Plugin;

use crate::case::Case;
use crate::log::Raw;
use crate::run::start;
use crate::settings::Loaded;

/// The reader of one metric.
pub(crate) struct Side {
    pub(crate) metric: String,
    pub(crate) engine: Engine,
    pub(crate) outbox: Arc<Outbox>,
    /// By partition: the next record to hand over.
    pub(crate) next: Vec<usize>,
    /// The partitions that it reads.
    pub(crate) partitions: BTreeSet<usize>,
}

/// A reader for each metric that lags somewhere.
pub(crate) fn sides(
    (case, loaded, records): (&Case, &Loaded, &[Vec<Raw>]),
    states: &[PartitionSnapshot],
) -> Vec<Side> {
    let ids = loaded.plugins.iter().map(|plugin| plugin.settings().id.clone());
    ids.filter_map(|id| {
        let own: Vec<PartitionSnapshot> =
            states.iter().filter_map(|state| at_place_of(state, &id)).collect();
        let partitions: BTreeSet<usize> = own.iter().map(|s| s.partition as usize).collect();
        let next = (0..records.len()).map(|number| {
            let own = own.iter().find(|state| state.partition as usize == number);
            let at = own.map_or(0, |state| state.state.next_offset);
            records[number].partition_point(|raw| raw.offset < at)
        });
        let outbox = Outbox::beginning_with(own.iter().cloned().map(Arc::new));
        let (next, outbox) = (next.collect(), Arc::new(outbox));
        let is_lagging = !own.is_empty();
        is_lagging.then(|| {
            let engine = start(case, loaded, own, (Role::SideReader, Some(&id)));
            Side { metric: id, engine, outbox, next, partitions }
        })
    })
    .collect()
}

/// The state of a partition at the place of a metric, where that lags.
fn at_place_of(state: &PartitionSnapshot, id: &str) -> Option<PartitionSnapshot> {
    let metric = state.metrics.iter().find(|metric| metric.id == id)?;
    let MetricPhase::Lagging(lag) = &metric.phase else { return None };
    let own = PartitionState {
        next_offset: metric.next_offset,
        max_event_time: lag.place.max_event_time,
        ..PartitionState::starting_at(metric.origin)
    };
    let running = MetricSnapshot { phase: MetricPhase::Running, ..metric.clone() };
    Some(PartitionSnapshot {
        partition: state.partition,
        position: lag.place.position,
        late_samples: Vec::new(),
        state: own,
        metrics: vec![running],
    })
}

/// Takes the state of a metric away, as if its windows were others. Returns how many rows it had
/// left out: each has a letter that is written once more.
pub(crate) fn lose(
    (plugin, kept): (&Plugin, &[KeptMetric]),
    states: &mut [PartitionSnapshot],
) -> u64 {
    let id = &plugin.settings().id;
    let kept = kept.iter().filter(|kept| kept.id == *id);
    let kept = kept.flat_map(|kept| kept.partitions.values()).map(|metric| metric.build);
    let own = states.iter().filter_map(|state| state.metric(id)).map(|metric| metric.build);
    let build = own.chain(kept).max().unwrap_or_default() + 1;
    let mut letters = 0;
    for state in states {
        let (origin, at) = (state.state.origin, state.state.next_offset);
        let own = state.metrics.iter_mut().find(|own| own.id == *id);
        let own = own.expect("every state has every metric");
        letters += own.accounting.excluded;
        let lagging = MetricPhase::lagging(MetricPlace::default());
        let phase = if at == origin { MetricPhase::Running } else { lagging };
        *own = MetricSnapshot { phase, build, ..Metric::empty(plugin, origin) };
    }
    letters
}

/// The place of a state that is given away.
pub(crate) fn place_of(state: &PartitionSnapshot) -> MetricPlace {
    let position = Position { mark: None, ..state.position };
    let max_event_time = state.state.max_event_time;
    MetricPlace { gaps: state.state.gaps.len() as u32, position, max_event_time }
}
