//! The settings of event time.

use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::{TimestampUnit, Year};

/// `[event_time]`
#[derive(Clone, Debug)]
pub struct EventTimeSettings {
    /// Which fields tell it.
    pub fields: EventTimeFields,
    /// The zone of dates, of windows and of the dashboard's clocks.
    pub zone: Tz,
    /// How far out of order records may be.
    pub bound: Duration,
    /// How far ahead of its stamp an event may be.
    pub future_skew: Duration,
    /// Event times before it, in milliseconds since the Unix epoch, do not move the watermark;
    /// none where event time is a month and a day, whose year is a setting.
    pub earliest: Option<i64>,
    /// After how long a silent partition counts as idle.
    pub idle_after: Duration,
}

/// Which fields of the schema tell event time; they exist and have a fitting type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTimeFields {
    /// A month and a day, both `unsigned`.
    MonthDay {
        /// The month's field.
        month: String,
        /// The day's field.
        day: String,
        /// The year.
        year: Year,
    },
    /// One field.
    Field {
        /// Its name.
        field: String,
        /// How it tells an instant.
        unit: TimestampUnit,
    },
}
