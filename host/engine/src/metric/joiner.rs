//! What is kept for a metric that joins a partition, and from which place on.

use std::fmt;

use streamgauge_core::{EventTime, MetricPlace, RecordBatch};

use super::offered::Offered;

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
        /// That of the state that came.
        own: Option<EventTime>,
        /// That of the partition at this place.
        expected: Option<EventTime>,
    },
}

/// What is kept for a metric that joins.
pub(super) struct Joining {
    pub(super) expected: Expected,
    pub(super) kept: Vec<Kept>,
    bytes: usize,
}

/// A hand-over that is kept.
pub(super) struct Kept {
    on_time: RecordBatch,
    late: RecordBatch,
    watermark: Option<EventTime>,
    next_offset: i64,
    place: MetricPlace,
}

impl Kept {
    /// The hand-over as it was offered.
    pub(super) fn offered(&self, partition: u32) -> Offered<'_> {
        Offered {
            partition,
            on_time: &self.on_time,
            late: &self.late,
            watermark: self.watermark,
            next_offset: self.next_offset,
            place: self.place,
            placed: None,
        }
    }
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
    /// Nothing is kept yet.
    pub(super) fn new(expected: Expected) -> Self {
        Self { expected, kept: Vec::new(), bytes: 0 }
    }

    /// Whether more came than is kept.
    pub(super) fn is_over(&self) -> bool {
        self.bytes > KEPT_BYTES_MAX
    }

    pub(super) fn keep(&mut self, offered: Offered<'_>) {
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
