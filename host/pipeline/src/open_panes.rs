//! Whether the panes that may be open at a time are enough: where they are not, panes become final
//! before their time.

use std::time::Duration;

use streamgauge_core::WindowSpec;

use super::event_time_settings::EventTimeSettings;
use super::reader::{Problem, Table};
use super::source_settings::SourceSettings;
use super::units::show_duration;

/// Panes that are open besides the panes of the retention: the present panes, and panes that begin
/// or end within the retention.
const PANES_BESIDES: u64 = 3;

/// How far records may be from the watermark.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    /// The longest time by which records may be out of order.
    pub(super) bound: Duration,
    /// The longest time by which a record may be ahead of its stamp and move the watermark; `None`
    /// means that there is no such limit.
    pub(super) future_skew: Option<Duration>,
    /// Whether the records come from a topic, which finds a record by its stamp.
    pub(super) is_topic: bool,
}

impl Around {
    /// The times that `event_time` allows to the records of `source`; none where these are not
    /// known, as they have faults.
    pub(super) fn of(
        event_time: Option<&EventTimeSettings>,
        source: Option<&SourceSettings>,
    ) -> Self {
        let is_topic = matches!(source, None | Some(SourceSettings::Kafka(_)));
        let Some(event_time) = event_time else { return Self { is_topic, ..Self::default() } };
        // The stamps of the generator are made up, so event times are not compared with them.
        let is_made_up = matches!(source, Some(SourceSettings::Generator(_)));
        let future_skew = event_time.future_skew.filter(|_| !is_made_up);
        Self { bound: event_time.bound, future_skew, is_topic }
    }
}

/// Panes are open from the largest event time back to the end of the retention, and a clock that is
/// wrong by less than `future_skew` opens panes that far ahead.
pub(super) fn warn_of_small_limit(
    table: &mut Table<'_>,
    windows: &[WindowSpec],
    (retention, around): (Duration, Around),
    open_max: u64,
) {
    let skew = around.future_skew.unwrap_or_default();
    let whole = retention.saturating_add(around.bound).saturating_add(skew);
    let retained = most_panes(windows, retention, PANES_BESIDES);
    let found = [(retained, true), (most_panes(windows, whole, 0), false)];
    let found = found.into_iter().find_map(|(most, is_sure)| {
        let (need, spec) = most.filter(|(need, _)| *need > open_max)?;
        Some((need, spec, is_sure))
    });
    let keys = ["max_open_windows", "retention", "windows"];
    let value = keys.into_iter().find_map(|key| table.value(key));
    let (Some((need, spec, is_sure)), Some(value)) = (found, value) else { return };
    let retention = show_duration(retention);
    let problem = if is_sure {
        Problem::new(format!(
            "leaves too few panes: window `{spec}` with a retention of {retention} needs {need} or \
             more, but {open_max} may be open"
        ))
        .hint(format!(
            "raise `max_open_windows` to {need}, or the oldest panes become final before their time"
        ))
    } else {
        let (bound, skew) = (show_duration(around.bound), show_duration(skew));
        Problem::new(format!(
            "may leave too few panes: window `{spec}` needs {need} of them for a retention of \
             {retention}, `event_time.bound` = \"{bound}\" and `event_time.future_skew` = \
             \"{skew}\" together, but {open_max} may be open"
        ))
        .hint(format!(
            "raise `max_open_windows` to {need} or lower `event_time.future_skew`: a clock that is \
             wrong by less than that moves the watermark, and panes become final before their time"
        ))
    };
    value.warn_key(problem);
}

/// The most panes of any of `windows` in a time of `length`, with `besides` more.
fn most_panes(windows: &[WindowSpec], length: Duration, besides: u64) -> Option<(u64, WindowSpec)> {
    let need = |spec: &WindowSpec| {
        let panes = length.as_millis().div_ceil(spec.pane()?.unsigned_abs().into());
        Some((u64::try_from(panes).unwrap_or(u64::MAX).saturating_add(besides), *spec))
    };
    windows.iter().filter_map(need).max()
}
