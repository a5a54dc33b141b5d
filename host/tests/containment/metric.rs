//! Metrics of plugins in partition 0, as a worker starts and resumes them.

use chrono_tz::Tz;
use streamgauge_core::{MetricSnapshot, WallClock};
use streamgauge_engine::Metric;
use streamgauge_plugin::Plugin;

use crate::{offered, rows};

/// The metric of `plugin` as a worker starts it, with partition 0 at its beginning.
pub(crate) fn start(plugin: &Plugin) -> Metric {
    resume(plugin, Metric::empty(plugin, 0))
}

/// The same with partition 0 where `state` left it.
pub(crate) fn resume(plugin: &Plugin, state: MetricSnapshot) -> Metric {
    let at = state.next_offset;
    let partition = offered::partition(0, at, vec![state]);
    Metric::start(plugin, &rows::projection(), Tz::UTC, &[partition], WallClock(1))
}

/// Why `metric` stopped in partition 0, if it did.
pub(crate) fn stop_reason(metric: &Metric) -> Option<String> {
    let (_, phase) = metric.phases().find(|(partition, _)| *partition == 0).expect("it is known");
    phase.stop().map(ToString::to_string)
}
