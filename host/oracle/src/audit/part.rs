//! Which records a stored metric counts of its partition, and why it does not count one.

use std::collections::BTreeSet;

use streamgauge_core::{MetricPhase, MetricSnapshot, PartitionSnapshot, PartitionState};

use crate::semantics::{Part, Partition};

/// The records that `metric` counts of the partition with this `state`; `None` means all of them.
pub(super) fn part_of(state: &PartitionState, metric: &MetricSnapshot) -> Option<Part> {
    let poison = metric.poison.iter().flat_map(|poison| &poison.records);
    let left_out: BTreeSet<i64> = poison.map(|record| record.offset).collect();
    let missed: Vec<_> = metric.missed.iter().map(|m| (m.gaps, m.from, m.to)).collect();
    let is_whole = (metric.origin, metric.next_offset) == (state.origin, state.next_offset);
    let is_all = is_whole && left_out.is_empty() && missed.is_empty();
    let (from, to) = (metric.origin, metric.next_offset);
    (!is_all).then_some(Part { from, to, missed, left_out })
}

/// Lets each metric count what it counts in this state, and what it will count that does not stand
/// still.
pub(super) fn count_on(oracle: &mut Partition, stored: &PartitionSnapshot) {
    for metric in &stored.metrics {
        if let Some(part) = part_of(&stored.state, metric) {
            let to = if metric.phase.stop().is_some() { part.to } else { i64::MAX };
            oracle.count_part(&metric.id, &Part { to, ..part });
        }
    }
}

/// Why a stored metric does not count a record that its partition counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCounted {
    /// The metric began after it.
    Before,
    /// The log had it no more when the metric came to it.
    Gone,
    /// The metric is behind its partition, and comes to it.
    NotYet,
    /// The metric stopped before it.
    Stopped,
}

impl NotCounted {
    /// Why `metric` does not count the record at `offset` of the partition with this `state`; `None`
    /// means that it does.
    pub(super) fn why(
        state: &PartitionState,
        metric: &MetricSnapshot,
        offset: i64,
    ) -> Option<Self> {
        let gaps = state.gaps.iter().filter(|gap| gap.from <= offset).count() as u32;
        let mut missed = metric.missed.iter().filter(|missed| missed.gaps == gaps);
        if offset < metric.origin {
            Some(Self::Before)
        } else if missed.any(|missed| (missed.from..missed.to).contains(&offset)) {
            Some(Self::Gone)
        } else if offset < metric.next_offset {
            None
        } else {
            match metric.phase {
                MetricPhase::Running => None,
                MetricPhase::Lagging(_) => Some(Self::NotYet),
                MetricPhase::Stopped(_) => Some(Self::Stopped),
            }
        }
    }

    /// The reason in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Gone => "gone",
            Self::NotYet => "not_yet",
            Self::Stopped => "stopped",
        }
    }

    /// The reason in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Before => "the metric counts only what came after it",
            Self::Gone => "the log had it no more when the metric came to it",
            Self::NotYet => "the metric is behind, and comes to it",
            Self::Stopped => "the metric stopped before it",
        }
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{MetricPlace, MissedRecords};

    use super::*;

    #[test]
    fn a_metric_says_why_it_does_not_count_a_record() {
        let state = PartitionState::starting_at(0);
        let lagging = MetricPhase::lagging(MetricPlace::default());
        let missed = vec![MissedRecords { gaps: 0, from: 20, to: 30 }];
        let metric = |phase: MetricPhase| MetricSnapshot {
            id: "a".to_owned(),
            state_version: 1,
            origin: 10,
            next_offset: 50,
            accounting: streamgauge_core::MetricAccounting::default(),
            windows: Vec::new(),
            phase,
            build: 0,
            poison: None,
            missed: missed.clone(),
        };
        let why =
            |phase: &MetricPhase, offset| NotCounted::why(&state, &metric(phase.clone()), offset);
        for (offset, expected) in [
            (9, Some(NotCounted::Before)),
            (10, None),
            (20, Some(NotCounted::Gone)),
            (30, None),
            (49, None),
        ] {
            assert_eq!(why(&MetricPhase::Running, offset), expected, "{offset}");
        }
        assert_eq!(why(&MetricPhase::Running, 50), None);
        assert_eq!(why(&lagging, 50), Some(NotCounted::NotYet));
    }
}
