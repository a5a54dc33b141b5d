//! The states of a reader that has ended go to the workers, unless their metrics joined: a worker
//! holds a metric that lags as it was when the reader began. The reader's outbox goes when the
//! workers have published what was handed back, so no look falls behind.

use std::sync::Arc;
use std::sync::mpsc;

use streamgauge_core::{MetricPhase, MetricPlace, MetricSnapshot};
use streamgauge_engine::{Command, Joiners};
use streamgauge_outbox::{Outbox, Overview, Sides};

use super::begin::find;
use crate::run::supervisor::Told;

/// A reader that has ended, with the states that it left.
pub(super) struct Settling {
    outbox: Arc<Outbox>,
    states: Vec<(u32, MetricSnapshot)>,
}

impl Settling {
    /// Hands the states of `metrics` back to the workers of their partitions.
    pub(super) fn begin(
        outbox: &Arc<Outbox>,
        metrics: &[String],
        overview: &Overview,
        workers: &[Told],
    ) -> Self {
        let mut states = Vec::new();
        for partition in &overview.partitions {
            let own = partition.metrics.iter().filter(|metric| metrics.contains(&metric.id));
            for metric in own.filter(|metric| metric.phase != MetricPhase::Running) {
                let place = metric.phase.place().copied();
                hand_back(workers, partition.partition, metric.clone(), place.unwrap_or_default());
                states.push((partition.partition, metric.clone()));
            }
        }
        Self { outbox: Arc::clone(outbox), states }
    }

    /// True if the workers have published the states; the outbox goes then.
    pub(super) fn is_over(&self, workers: &[Told], sides: &Sides) -> bool {
        let is_published = |(number, state): &(u32, MetricSnapshot)| {
            worker_of(workers, *number).is_none_or(|(_, outbox)| {
                let (published, ..) = outbox.read();
                let own = find(&published, *number).and_then(|own| own.metric(&state.id));
                // It may have stopped or joined since.
                own.is_none_or(|own| own == state || !own.phase.is_lagging())
            })
        };
        let is_over = self.states.iter().all(is_published);
        if is_over {
            sides.end(&self.outbox);
        }
        is_over
    }
}

/// The worker that reads `partition`.
pub(super) fn worker_of(workers: &[Told], partition: u32) -> Option<&Told> {
    workers.iter().find(|(_, outbox)| outbox.holds(partition))
}

/// Hands the state of a metric that does not run to the worker of `partition`.
pub(super) fn hand_back(
    workers: &[Told],
    partition: u32,
    metric: MetricSnapshot,
    place: MetricPlace,
) {
    let Some((worker, _)) = worker_of(workers, partition) else { return };
    let joiners = Joiners { states: vec![metric], place, partition };
    // A worker that has ended has its end noticed by itself.
    let _ = worker.send(Command::Join { joiners, joined: mpsc::channel().0 });
}
