//! A metric that lagged joins its partition. The rows that are handed over from one place on are
//! kept until the metric's state at just that place comes; they are folded into it, and from there
//! on the metric runs. So nothing of the stream waits for a metric that joins.

use streamgauge_core::{MetricPhase, MetricPlace, MetricSnapshot};

use super::joiner::{Expected, Joining, NotJoined};
use super::{Exported, Metric, Offered};

impl Metric {
    /// Keeps what is handed over of `partition` from `expected` on, which is the place of the last
    /// hand-over. Returns false where the metric does not lag there.
    pub fn expect(&mut self, partition: u32, expected: Expected) -> bool {
        let exported = self.partitions.get(&partition);
        let lags = exported.is_some_and(|exported| exported.snapshot.phase.is_lagging());
        if lags {
            let joining = Joining::new(expected);
            self.joining.insert(partition, joining);
        }
        lags
    }

    /// Keeps nothing more of `partition`; the metric goes on lagging there.
    pub fn forget(&mut self, partition: u32) {
        self.joining.remove(&partition);
    }

    /// Whether the metric can run in `partition` from here on with `snapshot`, a state of `place`.
    ///
    /// # Errors
    /// It is not the state of the expected place; the metric goes on lagging.
    pub fn can_join(
        &self,
        partition: u32,
        snapshot: &MetricSnapshot,
        place: MetricPlace,
    ) -> Result<(), NotJoined> {
        let joining = self.joining.get(&partition).ok_or(NotJoined::NotExpected)?;
        let Expected { next_offset: expected, place: of_partition } = joining.expected;
        let is_there = snapshot.phase == MetricPhase::Running && snapshot.next_offset == expected;
        if !is_there || place.gaps != of_partition.gaps {
            return Err(NotJoined::OtherPlace { next_offset: snapshot.next_offset, expected });
        }
        let (own, expected) = (place.max_event_time, of_partition.max_event_time);
        if own != expected {
            return Err(NotJoined::OtherTime { own, expected });
        }
        Ok(())
    }

    /// Runs in `partition` from here on, with the state of the expected place and what was kept
    /// since.
    ///
    /// # Errors
    /// As [`can_join`](Self::can_join); what is kept stays until it is [forgotten](Self::forget).
    pub fn join(
        &mut self,
        partition: u32,
        snapshot: MetricSnapshot,
        place: MetricPlace,
    ) -> Result<(), NotJoined> {
        self.can_join(partition, &snapshot, place)?;
        let joining = self.joining.remove(&partition).ok_or(NotJoined::NotExpected)?;
        let snapshot = MetricSnapshot { phase: MetricPhase::Running, ..snapshot };
        self.begin(partition, snapshot, joining.expected.place);
        for kept in &joining.kept {
            self.fold(kept.offered(partition));
        }
        Ok(())
    }

    /// Takes over the state of a reader that brought the metric no further, where it lags.
    pub fn settle(&mut self, partition: u32, snapshot: MetricSnapshot) {
        self.joining.remove(&partition);
        let lagging = self.partitions.get_mut(&partition);
        if let Some(exported) = lagging.filter(|of| of.snapshot.phase.is_lagging()) {
            let place = exported.place;
            *exported = Self::exported(snapshot, place);
        }
    }

    /// Lags in `partition` from the place at which the metric stopped there, so that it can be
    /// brought to the partition's place. Returns false where it did not stop or its place is not
    /// known.
    pub fn lag(&mut self, partition: u32) -> bool {
        let Some(Exported { snapshot, .. }) = self.partitions.get_mut(&partition) else {
            return false;
        };
        let place = snapshot.phase.stop().and_then(|stop| stop.place);
        if let Some(place) = place {
            snapshot.phase = MetricPhase::lagging(place);
        }
        place.is_some()
    }

    /// Keeps a hand-over where the metric is to join.
    pub(super) fn keep(&mut self, offered: Offered<'_>) {
        if let Some(joining) = self.joining.get_mut(&offered.partition) {
            joining.keep(offered);
            if joining.is_over() {
                self.joining.remove(&offered.partition);
            }
        }
    }

    /// The state of a partition in which the metric begins, as it is exported until the next
    /// export.
    pub(super) fn exported(snapshot: MetricSnapshot, place: MetricPlace) -> Exported {
        Exported { bytes: snapshot.accumulator_bytes(), snapshot, place }
    }
}
