//! The settings of event time.

use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::{TimestampUnit, Year};

use super::units::show_duration;

/// The value of `future_skew` with which nothing is too far ahead.
pub(super) const OFF: &str = "off";

/// The settings of `[event_time]`.
#[derive(Clone, Debug)]
pub struct EventTimeSettings {
    /// The fields that give event time.
    pub fields: EventTimeFields,
    /// The zone of dates, of windows and of the dashboard's clocks.
    pub zone: Tz,
    /// The longest time by which records may be out of order.
    pub bound: Duration,
    /// The longest time by which an event may be ahead of the stamp of its record and still move
    /// the watermark; `None` means that any may (`off`).
    pub future_skew: Option<Duration>,
    /// The limit, in milliseconds since the Unix epoch, below which event times do not move the
    /// watermark; `None` means that event time is a month and a day, whose year is a setting.
    pub earliest: Option<i64>,
    /// After how long a silent partition counts as idle.
    pub idle_after: Duration,
}

impl EventTimeSettings {
    /// The value of `future_skew`, as the setting is written.
    pub fn future_skew_text(&self) -> String {
        self.future_skew.map_or_else(|| OFF.to_owned(), show_duration)
    }
}

/// The fields of the schema that give event time; the fields exist and have a fitting type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTimeFields {
    /// A month and a day, both `unsigned`.
    MonthDay {
        /// The field that holds the month, 1 to 12.
        month: String,
        /// The field that holds the day of the month.
        day: String,
        /// The year that months and days belong to.
        year: Year,
    },
    /// One field that holds an instant.
    Field {
        /// The name of the field in the schema.
        field: String,
        /// The form and unit of the instant.
        unit: TimestampUnit,
    },
}
