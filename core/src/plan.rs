//! All settings that the event-time state of a partition depends on, checked and in one value.

use crate::schema::Projection;
use crate::time::{EventTime, Millis};
use crate::timestamp::TimestampAssigner;
use crate::watermark::BoundedOutOfOrderness;

/// The time that a record's event time is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatenessClock {
    /// The partition's watermark as it stood before the record.
    Watermark,
    /// The record's own stamp, less the bound.
    Record,
    /// The wall clock when the record was taken, less the bound. The verdict then depends on when
    /// a record is read, so nothing can be replayed.
    Processing,
}

impl LatenessClock {
    /// Every clock.
    pub const ALL: [Self; 3] = [Self::Watermark, Self::Record, Self::Processing];

    /// The name in settings and results, which does not change.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watermark => "watermark",
            Self::Record => "record",
            Self::Processing => "processing",
        }
    }
}

/// How records become rows with an event time and a verdict.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The fields that are decoded: those that event time, a `required` mark or a metric reads.
    pub projection: Projection,
    /// The rule by which a row gets its event time.
    pub timestamps: TimestampAssigner,
    /// The rule by which the watermark follows event time.
    pub watermark: BoundedOutOfOrderness,
    /// How far an event time may be ahead of its record's stamp and still move the watermark, in
    /// milliseconds. `None` means that nothing is too far ahead: the setting says `off`, or the
    /// stamps are made up (generator).
    pub future_skew: Option<Millis>,
    /// The earliest event time that may move the watermark: where event time is one field, a
    /// number that was cut short must not look like 1970. `None` means that there is no limit.
    pub earliest: Option<EventTime>,
    /// The time that a record's event time is compared with.
    pub lateness: LatenessClock,
}
