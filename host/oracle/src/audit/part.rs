//! Which records a stored metric counts of its partition.

use std::collections::BTreeSet;

use streamgauge_core::{MetricSnapshot, PartitionState};

use crate::semantics::Part;

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
