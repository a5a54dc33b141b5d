//! What a worker tells of itself besides its states: one value that is replaced whole. Counts are
//! cumulative since the worker began, so a reader that misses a report loses nothing, and takes
//! the difference of two reports for what lies between them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use streamgauge_core::LatencyHistogram;

use super::{
    Ages, Batches, DelayPeaks, MetricCost, Recent, RecentLetter, RecentRecord, StageTimes,
};

/// Dead letters that are remembered for people to look at.
const LETTERS_MAX: usize = 20;

/// Records that are remembered for people to look at.
const RECORDS_MAX: usize = 50;

/// The last dead letters of a worker.
pub type RecentLetters = Recent<RecentLetter, LETTERS_MAX>;

/// Some of the last records of a worker.
pub type RecentRecords = Recent<RecentRecord, RECORDS_MAX>;

/// What one worker tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerReport {
    /// What has been counted since the worker began.
    pub counts: WorkerCounts,
    /// How the worker stands at its last publication.
    pub levels: WorkerLevels,
    /// The last dead letters.
    pub letters: RecentLetters,
    /// Some of the last records: the last one of each partition and publication.
    pub records: RecentRecords,
    /// How many publications there were; the peaks are numbered by them.
    pub publications: u64,
    /// The largest delays of late records.
    pub delays: DelayPeaks,
}

/// Counts that only grow. Those of workers that have ended are kept, so that totals do not go
/// back when the source is opened again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerCounts {
    /// Records taken from the source, with those that were read before.
    pub taken: u64,
    /// When the first and the last record came.
    pub span: Option<(Instant, Instant)>,
    /// How old the first records were.
    pub ages: Ages,
    /// What each metric has cost. Its memory is a level, and goes with the worker.
    pub costs: BTreeMap<String, MetricCost>,
    /// What the time was spent on.
    pub stages: StageTimes,
    /// What was handed to the plugins.
    pub batches: Batches,
    /// From a record's stamp, or from when it was taken, to the publication of its effect.
    pub latency: LatencyHistogram,
}

/// What is so at this moment, and nothing once the worker has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerLevels {
    /// The ends of the partitions' logs; `None` where there is no end or it is not known.
    pub log_ends: BTreeMap<u32, Option<i64>>,
    /// Records fetched but not taken yet.
    pub queue_records: u64,
    /// From one publication of the states to the next, as they cost; zero before the first one.
    pub publish_every: Duration,
}

impl WorkerCounts {
    /// Adds the counts of another worker.
    pub fn merge(&mut self, other: &Self) {
        self.taken += other.taken;
        self.span = match (self.span, other.span) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        self.ages.merge(other.ages);
        self.merge_costs(other);
        self.stages.merge(&other.stages);
        self.batches.merge(&other.batches);
        self.latency.merge(&other.latency);
    }

    /// Adds what metrics have cost another worker.
    pub fn merge_costs(&mut self, other: &Self) {
        for (id, cost) in &other.costs {
            self.costs.entry(id.clone()).or_default().merge(*cost);
        }
    }

    /// What stays of a worker that has ended.
    #[must_use]
    pub fn ended(&self) -> Self {
        let mut counts = self.clone();
        counts.costs.values_mut().for_each(|cost| cost.memory_bytes = 0);
        counts
    }
}

impl WorkerLevels {
    /// Adds the levels of another worker.
    pub fn merge(&mut self, other: &Self) {
        self.log_ends.extend(&other.log_ends);
        self.queue_records += other.queue_records;
        self.publish_every = self.publish_every.max(other.publish_every);
    }
}

#[cfg(test)]
mod tests;
