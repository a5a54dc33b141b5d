//! The reasons why a result is not that of all records that were read.

use std::sync::Arc;

use streamgauge_outbox::{LaggingMetric, StoppedMetric};
use streamgauge_wire::{PlaceStatus, Progress, Stale};

use super::MetricResult;

/// What is wrong with the result of a metric. The other metrics are not concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The metric stopped, and what is shown is its last good result.
    Stopped(StoppedMetric),
    /// The metric is being brought to its partitions' places, and its result is that of what it
    /// has read.
    Lagging(LaggingMetric),
    /// The metric is being built anew, and what is shown is the result of the build before.
    Building {
        /// How far the new build is.
        lagging: LaggingMetric,
        /// By partition, the next offset that the shown result does not count.
        shown: Vec<(u32, i64)>,
    },
    /// The metric counts, but its plugin gives no result.
    Unreadable {
        /// The failure in words for people.
        reason: String,
        /// The last good result; `None` means that there was none since the program began.
        last: Option<ReadAt>,
    },
}

/// The moment and place of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAt {
    /// Milliseconds since the Unix epoch, by the wall clock.
    pub time: i64,
    /// By partition, the next offset that the result does not count.
    pub at: Vec<(u32, i64)>,
}

/// The last good result of a window, and when it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct LastGood {
    /// The merged rows of the window.
    pub result: Arc<MetricResult>,
    /// When and where the rows were read.
    pub read: ReadAt,
}

impl Trouble {
    /// The name of a result that the plugin did not give.
    pub(super) const UNREADABLE: &str = "unreadable";

    /// The name in results and on the page.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stopped(_) => "quarantined",
            Self::Lagging(_) | Self::Building { .. } => "lagging",
            Self::Unreadable { .. } => Self::UNREADABLE,
        }
    }

    /// The reason in words for people.
    pub fn reason(&self) -> String {
        match self {
            Self::Stopped(stopped) => stopped.stop.to_string(),
            Self::Lagging(lagging) => format!(
                "it is being counted from the log: {} of {} records ({} %)",
                lagging.read,
                lagging.of,
                lagging.percent()
            ),
            Self::Building { lagging, .. } => format!(
                "it is being built anew from the log: {} of {} records ({} %); until it has caught \
                 up, the result before is shown",
                lagging.read,
                lagging.of,
                lagging.percent()
            ),
            Self::Unreadable { reason, .. } => {
                format!("its result could not be read: {reason}; its rows are counted all the same")
            }
        }
    }

    /// What to do about it, in words for people.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Stopped(stopped) => stopped.remedy(),
            Self::Lagging(_) | Self::Building { .. } => {
                "wait until it has caught up; the other metrics go on meanwhile"
            }
            Self::Unreadable { .. } => {
                "mend the metric's plugin, or raise its `memory_max` or `time_max`; nothing has to be counted again"
            }
        }
    }

    /// Since when and up to where the result that is shown stands.
    pub fn stale(&self) -> Stale {
        let place = |&(partition, offset): &(u32, i64)| PlaceStatus { partition, offset };
        let (since, at) = match self {
            Self::Stopped(stopped) => {
                (stopped.stop.since.map(|since| since.0), stopped.at.iter().map(place).collect())
            }
            Self::Lagging(lagging) => (None, lagging.at.iter().map(place).collect()),
            Self::Building { shown, .. } => (None, shown.iter().map(place).collect()),
            Self::Unreadable { last, .. } => (
                last.as_ref().map(|read| read.time),
                last.iter().flat_map(|read| &read.at).map(place).collect(),
            ),
        };
        let progress = match self {
            Self::Lagging(lagging) | Self::Building { lagging, .. } => {
                Some(Progress { read: lagging.read, of: lagging.of })
            }
            Self::Stopped(_) | Self::Unreadable { .. } => None,
        };
        Stale { since, at, hint: self.remedy().to_owned(), progress }
    }
}
