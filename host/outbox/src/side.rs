//! What side readers publish: the states of metrics that lag, each at a place of its own.
//!
//! A worker's snapshot of a partition holds a metric that lags as it was when it began to. The
//! reader that brings it to its partition's place publishes like a worker, so the newest state of
//! such a metric is the reader's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamgauge_core::{MetricLag, MetricPhase, MetricPlace, MetricSnapshot, PartitionSnapshot};

use crate::Outbox;

/// The outboxes of the side readers, those that have ended included until what they published is
/// stored.
#[derive(Debug, Default)]
pub struct Sides(Mutex<Vec<Side>>);

#[derive(Clone, Debug)]
struct Side {
    outbox: Arc<Outbox>,
    has_ended: bool,
}

impl Sides {
    fn lock(&self) -> MutexGuard<'_, Vec<Side>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the outbox of a reader that begins.
    pub fn add(&self, outbox: Arc<Outbox>) {
        self.lock().push(Side { outbox, has_ended: false });
    }

    /// All outboxes. Read after those of the workers: what a worker has of a metric that joined
    /// came from here, with the letters that belong to it.
    pub fn all(&self) -> Vec<Arc<Outbox>> {
        self.lock().iter().map(|side| Arc::clone(&side.outbox)).collect()
    }

    /// The reader has ended; its outbox goes with the next checkpoint that begins after this.
    pub fn end(&self, outbox: &Arc<Outbox>) {
        let mut sides = self.lock();
        let ended = sides.iter_mut().filter(|side| Arc::ptr_eq(&side.outbox, outbox));
        ended.for_each(|side| side.has_ended = true);
    }

    /// The outboxes of the readers that have ended.
    pub fn ended(&self) -> Vec<Arc<Outbox>> {
        let sides = self.lock();
        let ended = sides.iter().filter(|side| side.has_ended);
        ended.map(|side| Arc::clone(&side.outbox)).collect()
    }

    /// Forgets all: what they published is stored, and the states that begin now hold it.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Forgets outboxes of which everything is stored.
    pub fn forget(&self, stored: &[Arc<Outbox>]) {
        self.lock().retain(|side| !stored.iter().any(|outbox| Arc::ptr_eq(outbox, &side.outbox)));
    }
}

/// The phase of a metric that a reader has brought to `there`, with what is still to be known of the
/// records from `next_offset` on.
fn lagging(there: MetricPlace, before: &MetricLag, next_offset: i64) -> MetricPhase {
    let MetricLag { crash, left_out, under, .. } = before;
    let crash = crash.clone().filter(|crash| crash.records.last >= next_offset);
    let left_out = left_out.iter().filter(|record| record.offset >= next_offset);
    let left_out = left_out.cloned().collect();
    MetricPhase::Lagging(Box::new(MetricLag { place: there, crash, left_out, under: *under }))
}

/// Puts the states that side readers have published in the place of those with which the metrics
/// began to lag.
pub fn with_sides(partitions: &mut [Arc<PartitionSnapshot>], sides: &[Arc<PartitionSnapshot>]) {
    for side in sides {
        let of_same =
            |partition: &&mut Arc<PartitionSnapshot>| partition.partition == side.partition;
        let Some(partition) = partitions.iter_mut().find(of_same) else { continue };
        for metric in &side.metrics {
            let is_this = |own: &MetricSnapshot| own.id == metric.id && own.build == metric.build;
            let Some(i) = partition.metrics.iter().position(is_this) else { continue };
            let MetricPhase::Lagging(lag) = &partition.metrics[i].phase else { continue };
            let (there, here) = (side.place(), lag.place);
            let next_offset = partition.metrics[i].next_offset;
            // Before what it counts, its place is not that of its state.
            if side.state.next_offset < metric.next_offset && metric.phase == MetricPhase::Running {
                continue;
            }
            if (there.gaps, metric.next_offset) < (here.gaps, next_offset) {
                continue;
            }
            let phase = match &metric.phase {
                MetricPhase::Stopped(_) | MetricPhase::Lagging(_) => metric.phase.clone(),
                MetricPhase::Running => lagging(there, lag, metric.next_offset),
            };
            let own = MetricSnapshot { phase, ..metric.clone() };
            Arc::make_mut(partition).metrics[i] = own;
        }
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{
        Crash, LeftOut, MetricAccounting, MetricStop, PartitionState, Position, RecordRange,
    };

    use super::*;

    fn metric(build: u32, next_offset: i64, phase: MetricPhase) -> MetricSnapshot {
        MetricSnapshot {
            id: "age".to_owned(),
            state_version: 1,
            origin: 0,
            next_offset,
            accounting: MetricAccounting::default(),
            windows: Vec::new(),
            phase,
            build,
            poison: None,
            missed: Vec::new(),
        }
    }

    fn partition(number: u32, next_offset: i64, metric: MetricSnapshot) -> Arc<PartitionSnapshot> {
        Arc::new(PartitionSnapshot {
            partition: number,
            position: Position::default(),
            late_samples: Vec::new(),
            state: PartitionState { next_offset, ..PartitionState::starting_at(0) },
            metrics: vec![metric],
        })
    }

    fn lagging() -> MetricPhase {
        MetricPhase::Lagging(Box::default())
    }

    #[test]
    fn what_a_search_has_found_stays_known_until_it_is_passed() {
        let found = |offset| LeftOut { offset, reason: "crashed".to_owned() };
        let records = RecordRange { partition: 3, first: 50, last: 59 };
        let lag = MetricLag {
            crash: Some(Crash { reason: "crashed".to_owned(), records }),
            left_out: vec![found(20), found(45)],
            ..MetricLag::default()
        };
        let known = |next_offset: i64| {
            let own = metric(0, 10, MetricPhase::Lagging(Box::new(lag.clone())));
            let mut partitions = [partition(3, 100, own)];
            let side = metric(0, next_offset, MetricPhase::Running);
            with_sides(&mut partitions, &[partition(3, next_offset, side)]);
            let lag = partitions[0].metrics[0].phase.lag().expect("it lags").clone();
            (lag.left_out.iter().map(|of| of.offset).collect::<Vec<_>>(), lag.crash.is_some())
        };
        assert_eq!(known(10), (vec![20, 45], true));
        assert_eq!(known(30), (vec![45], true));
        assert_eq!(known(60), (vec![], false));
    }

    #[test]
    fn the_newest_state_of_a_metric_that_lags_is_the_side_readers() {
        let shown = |own: MetricSnapshot, side: MetricSnapshot| {
            let mut partitions = [partition(3, 100, own)];
            with_sides(&mut partitions, &[partition(3, side.next_offset, side)]);
            let metric = &partitions[0].metrics[0];
            (metric.next_offset, metric.phase.is_lagging())
        };
        let running = MetricPhase::Running;
        let side = metric(0, 40, running.clone());
        assert_eq!(shown(metric(0, 0, lagging()), side.clone()), (40, true));
        assert_eq!(shown(metric(0, 60, lagging()), side.clone()), (60, true), "an older one");
        assert_eq!(shown(metric(1, 0, lagging()), side.clone()), (0, true), "another build");
        assert_eq!(shown(metric(0, 100, running), side), (100, false), "it has joined");
        let stopped = metric(0, 40, MetricPhase::Stopped(MetricStop::unknown().into()));
        assert_eq!(shown(metric(0, 0, lagging()), stopped), (40, false), "it stopped on its way");
    }

    #[test]
    fn an_outbox_stays_until_it_is_stored_after_its_end() {
        let (sides, outbox) = (Sides::default(), Arc::new(Outbox::default()));
        sides.add(Arc::clone(&outbox));
        assert!(sides.ended().is_empty());
        sides.end(&outbox);
        assert_eq!((sides.ended().len(), sides.all().len()), (1, 1));
        sides.forget(&sides.ended());
        assert!(sides.all().is_empty());
    }
}
