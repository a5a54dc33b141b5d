//! A metric that lagged joins its partition. The rows that are handed over from one place on are
//! kept until the metric's state at just that place comes; they are folded into it, and from there
//! on the metric runs. So nothing of the stream waits for a metric that joins.

use std::fmt;

use streamgauge_core::{EventTime, MetricPhase, MetricPlace, MetricSnapshot, RecordBatch};

use super::{Exported, Metric, Offered, snapshot_bytes};

/// Rows that are kept for a metric that joins a partition, in bytes at most. With more, the metric
/// does not join this time.
const KEPT_BYTES_MAX: usize = 16 << 20;

/// What a row takes besides the original record, in bytes, about.
const ROW_BYTES: usize = 96;

/// The place whose state a metric needs to join a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The offset after the last record that counts.
    pub next_offset: i64,
    /// The partition's place there.
    pub place: MetricPlace,
}

/// Why a metric did not join a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJoined {
    /// Nothing is kept for it: it was not expected, or more came than is kept.
    NotExpected,
    /// The state is of another place.
    OtherPlace {
        /// The offset after the last record of the state.
        next_offset: i64,
        /// The place that was expected.
        expected: i64,
    },
    /// The largest event time at the place is not the partition's.
    OtherTime {
        /// The metric's.
        own: Option<EventTime>,
        /// The partition's.
        expected: Option<EventTime>,
    },
}

/// What is kept for a metric that joins.
pub(super) struct Joining {
    expected: Expected,
    kept: Vec<Kept>,
    bytes: usize,
}

/// A hand-over that is kept.
struct Kept {
    on_time: RecordBatch,
    late: RecordBatch,
    watermark: Option<EventTime>,
    next_offset: i64,
    place: MetricPlace,
}

impl fmt::Display for NotJoined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: Option<EventTime>| time.map_or("none".to_owned(), |t| t.0.to_string());
        match *self {
            Self::NotExpected => f.write_str("more records came in the meantime than are kept"),
            Self::OtherPlace { next_offset, expected } => {
                write!(f, "its state ends at offset {next_offset} and not at {expected}")
            }
            Self::OtherTime { own, expected } => write!(
                f,
                "its largest event time is {} and the partition's is {}",
                time(own),
                time(expected)
            ),
        }
    }
}

impl Joining {
    fn keep(&mut self, offered: Offered<'_>) {
        let rows = [offered.on_time, offered.late];
        let bytes = rows.map(|batch| batch.raw_bytes() + batch.rows() as usize * ROW_BYTES);
        self.bytes += bytes.iter().sum::<usize>();
        self.kept.push(Kept {
            on_time: offered.on_time.clone(),
            late: offered.late.clone(),
            watermark: offered.watermark,
            next_offset: offered.next_offset,
            place: offered.place,
        });
    }
}

impl Metric {
    /// Keeps what is handed over of `partition` from `expected` on, which is the place of the last
    /// hand-over. Returns false where the metric does not lag there.
    pub fn expect(&mut self, partition: u32, expected: Expected) -> bool {
        let exported = self.partitions.get(&partition);
        let lags = exported.is_some_and(|exported| exported.snapshot.phase.is_lagging());
        if lags {
            let joining = Joining { expected, kept: Vec::new(), bytes: 0 };
            self.joining.insert(partition, joining);
        }
        lags
    }

    /// Keeps nothing more of `partition`; the metric goes on lagging there.
    pub fn forget(&mut self, partition: u32) {
        self.joining.remove(&partition);
    }

    /// Runs in `partition` from here on, with the state of the expected place and what was kept
    /// since.
    ///
    /// # Errors
    /// The state is not of that place; the metric goes on lagging.
    pub fn join(
        &mut self,
        partition: u32,
        snapshot: MetricSnapshot,
        place: MetricPlace,
    ) -> Result<(), NotJoined> {
        let joining = self.joining.remove(&partition).ok_or(NotJoined::NotExpected)?;
        let Expected { next_offset: expected, place: of_partition } = joining.expected;
        let is_there = snapshot.phase == MetricPhase::Running && snapshot.next_offset == expected;
        if !is_there || place.gaps != of_partition.gaps {
            return Err(NotJoined::OtherPlace { next_offset: snapshot.next_offset, expected });
        }
        let (own, expected) = (place.max_event_time, of_partition.max_event_time);
        if own != expected {
            return Err(NotJoined::OtherTime { own, expected });
        }
        let snapshot = MetricSnapshot { phase: MetricPhase::Running, ..snapshot };
        self.begin(partition, snapshot, of_partition);
        for kept in &joining.kept {
            self.fold(Offered {
                partition,
                on_time: &kept.on_time,
                late: &kept.late,
                watermark: kept.watermark,
                next_offset: kept.next_offset,
                place: kept.place,
            });
        }
        Ok(())
    }

    /// Takes over the state of a reader that brought the metric no further: it stopped there.
    pub fn settle(&mut self, partition: u32, snapshot: MetricSnapshot) {
        self.joining.remove(&partition);
        if let Some(exported) = self.partitions.get_mut(&partition) {
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
            if joining.bytes > KEPT_BYTES_MAX {
                self.joining.remove(&offered.partition);
            }
        }
    }

    /// The state of a partition in which the metric begins, as it is exported until the next
    /// export.
    pub(super) fn exported(snapshot: MetricSnapshot, place: MetricPlace) -> Exported {
        Exported { bytes: snapshot_bytes(&snapshot), snapshot, place }
    }
}
