//! What all workers have published, at one look.

use std::sync::Arc;

use streamgauge_core::{FinalPane, PartitionSnapshot};

use super::{Outbox, WorkerCounts, WorkerLevels, WorkerReport};

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
    /// Looks at `outboxes`; `ended` are the counts of workers that are no more.
    pub fn of(outboxes: &[Arc<Outbox>], ended: &WorkerCounts) -> Self {
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
        overview
    }
}

/// Keeps the newest state of each partition, in the order of the partitions. A partition that
/// moved to another worker is in the outboxes of both until the first one forgets it.
pub fn newest(snapshots: &mut Vec<Arc<PartitionSnapshot>>) {
    let place =
        |snapshot: &PartitionSnapshot| (snapshot.state.gaps.len(), snapshot.state.next_offset);
    snapshots.sort_by(|a, b| a.partition.cmp(&b.partition).then(place(b).cmp(&place(a))));
    snapshots.dedup_by_key(|snapshot| snapshot.partition);
}
