//! What all workers have published, at one look.

use std::sync::Arc;

use streamgauge_core::{FinalPane, PartitionSnapshot};

use super::{Outbox, Sides, WorkerCounts, WorkerLevels, WorkerReport, with_sides};

/// The newest state of every partition, and the reports of all workers.
#[derive(Clone, Default)]
pub struct Overview {
    /// The states in the order of the partitions.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// Final panes that are not stored yet.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// One per worker that runs.
    pub workers: Vec<Arc<WorkerReport>>,
    /// The counts of all workers, those that have ended included.
    pub counts: WorkerCounts,
    /// The levels of the workers that run.
    pub levels: WorkerLevels,
}

impl Overview {
    /// Looks at `outboxes` of workers and then at those of side readers; `ended` are the counts of
    /// workers that are no more. What a side reader reads again is counted nowhere but in the costs.
    pub fn of(outboxes: &[Arc<Outbox>], sides: &Sides, ended: &WorkerCounts) -> Self {
        let mut overview = Self { counts: ended.clone(), ..Self::default() };
        for outbox in outboxes {
            let (snapshots, final_panes, report) = outbox.read();
            overview.partitions.extend(snapshots);
            overview.final_panes.extend(final_panes);
            overview.counts.merge(&report.counts);
            overview.levels.merge(&report.levels);
            overview.workers.push(report);
        }
        newest(&mut overview.partitions);
        let mut lagging = Vec::new();
        for outbox in sides.all() {
            let (snapshots, final_panes, report) = outbox.read();
            lagging.extend(snapshots);
            overview.final_panes.extend(final_panes);
            overview.counts.merge_costs(&report.counts);
        }
        with_sides(&mut overview.partitions, &lagging);
        overview
    }
}

/// Keeps the newest state of each partition, in the order of the partitions. A partition that
/// moved to another worker is in the outboxes of both until the first one forgets it.
pub fn newest(snapshots: &mut Vec<Arc<PartitionSnapshot>>) {
    let place = |snapshot: &PartitionSnapshot| {
        (snapshot.state.gaps.len(), snapshot.state.next_offset, snapshot.read_to())
    };
    snapshots.sort_by(|a, b| a.partition.cmp(&b.partition).then(place(b).cmp(&place(a))));
    snapshots.dedup_by_key(|snapshot| snapshot.partition);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use streamgauge_core::{GapKind, OffsetGap, PartitionState, Position};

    use super::*;

    fn snapshot(partition: u32, gaps: usize, next_offset: i64) -> Arc<PartitionSnapshot> {
        let gap = OffsetGap { kind: GapKind::TopicRecreated, from: 0, to: 0 };
        let gaps = vec![gap; gaps];
        Arc::new(PartitionSnapshot {
            partition,
            position: Position::default(),
            late_samples: Vec::new(),
            state: PartitionState { next_offset, gaps, ..PartitionState::starting_at(0) },
            metrics: Vec::new(),
        })
    }

    fn places(snapshots: &[Arc<PartitionSnapshot>]) -> Vec<(u32, usize, i64)> {
        let place =
            |s: &Arc<PartitionSnapshot>| (s.partition, s.state.gaps.len(), s.state.next_offset);
        snapshots.iter().map(place).collect()
    }

    #[test]
    fn a_log_that_began_again_is_newer_than_the_old_one_at_a_larger_offset() {
        let mut snapshots = vec![snapshot(0, 0, 900), snapshot(0, 1, 3), snapshot(0, 1, 2)];
        newest(&mut snapshots);
        assert_eq!(places(&snapshots), [(0, 1, 3)]);
    }

    proptest! {
        #[test]
        fn one_state_of_each_partition_stays_and_none_is_newer(
            all in vec((0..4_u32, 0..3_usize, 0..50_i64), 0..20),
        ) {
            let mut snapshots: Vec<_> = all.iter().map(|(p, g, o)| snapshot(*p, *g, *o)).collect();
            newest(&mut snapshots);
            let mut expected = all.clone();
            expected.sort_unstable();
            expected.reverse();
            expected.dedup_by_key(|(partition, ..)| *partition);
            expected.reverse();
            prop_assert_eq!(places(&snapshots), expected);
        }
    }
}
