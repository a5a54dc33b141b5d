//! What all workers have published, at one look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use streamgauge_core::{FinalPane, PartitionSnapshot};

use crate::{Ages, MetricCost, Outbox};

/// What all workers have published, at one look.
#[derive(Default)]
pub struct Overview {
    /// The states, in the order of the partitions.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// The ends of the logs, as far as they are known.
    pub log_ends: BTreeMap<u32, Option<i64>>,
    /// Metrics that were quarantined, with the reason.
    pub quarantined: BTreeMap<String, String>,
    /// Final panes that are not stored yet.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// What keeps records from coming.
    pub trouble: Option<String>,
    /// Records taken by the workers of this attempt.
    pub taken: u64,
    /// When the first and the last record came.
    pub span: Option<(Instant, Instant)>,
    /// How many workers there are.
    pub workers: usize,
    /// How old the first records were.
    pub ages: Ages,
    /// What each metric has cost.
    pub costs: BTreeMap<String, MetricCost>,
}

impl Overview {
    /// Looks at all `outboxes`.
    pub fn of(outboxes: &[Arc<Outbox>]) -> Self {
        let mut all = Self { workers: outboxes.len(), ..Self::default() };
        for outbox in outboxes {
            let content = outbox.lock();
            all.ages.add(content.ages);
            all.partitions.extend(content.snapshots.values().cloned());
            all.log_ends.extend(content.log_ends.iter().map(|log| (log.partition, log.end)));
            all.quarantined.extend(content.quarantined.clone());
            for (id, cost) in &content.costs {
                all.costs.entry(id.clone()).or_default().add(*cost);
            }
            all.final_panes.extend(content.final_panes().iter().cloned());
            all.trouble = all.trouble.or_else(|| content.trouble.clone());
            all.taken += content.taken;
            all.span = match (all.span, content.span) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (one, other) => one.or(other),
            };
        }
        all.partitions.sort_by_key(|snapshot| snapshot.partition);
        all
    }
}
