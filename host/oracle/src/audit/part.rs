//! Which records a stored metric counts of its partition, and why it does not count one.

use streamgauge_core::{MetricPhase, MetricSnapshot, PartitionSnapshot, PartitionState};

use crate::semantics::{Part, Partition};

/// The records that `metric` counts of the partition with this `state`; `None` means all of them.
pub(super) fn part_of(state: &PartitionState, metric: &MetricSnapshot) -> Option<Part> {
    let whole = Part { from: state.origin, to: state.next_offset, ..Part::default() };
    Some(part(metric)).filter(|part| *part != whole)
}

/// Lets each metric count what it counts in this state, and what it counts from there on if it runs.
pub(super) fn count_on(oracle: &mut Partition, stored: &PartitionSnapshot) {
    for metric in &stored.metrics {
        let mut part = part(metric);
        if metric.phase == MetricPhase::Running {
            part.to = i64::MAX;
        }
        oracle.count_part(&metric.id, &part);
    }
}

/// The records that `metric` counts.
fn part(metric: &MetricSnapshot) -> Part {
    let poison = metric.poison.iter().flat_map(|poison| &poison.records);
    Part {
        from: metric.origin,
        to: metric.next_offset,
        missed: metric.missed.iter().map(|m| (m.gaps, m.from, m.to)).collect(),
        left_out: poison.map(|record| record.offset).collect(),
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
