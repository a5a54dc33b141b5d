//! Partitions while their logs are read again: one thread a core, each with partitions and a source
//! of its own.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use streamgauge_core::{OffsetGap, PartitionSnapshot};
use streamgauge_source::{SourceError, Span};

use super::log::{Audited, TOLD_EVERY};
use super::part::part_of;
use crate::semantics::{self, NotResumed, Oracle, OracleError, PartitionState, Record};

/// Why a verification failed to run.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A plugin crashed or broke its contract.
    #[error(transparent)]
    Oracle(#[from] OracleError),
}

/// A partition that is to be read again.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) span: Span,
    pub(super) stored: &'a PartitionSnapshot,
    /// The state at which it begins; `None` means the origin.
    pub(super) kept: Option<&'a Arc<PartitionSnapshot>>,
}

/// What a partition came to.
pub(super) struct Recounted {
    /// The records that were read again.
    pub(super) records: u64,
    pub(super) state: PartitionState,
    /// The metrics that cannot be counted on from the kept state.
    pub(super) not_resumed: Vec<NotResumed>,
}

/// Told now and then, from any thread, how many offsets are read, and of how many.
pub type Told<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// All threads together.
struct Work<'a> {
    told: Told<'a>,
    of: u64,
    read: AtomicU64,
    given_up: AtomicBool,
}

impl Work<'_> {
    /// So many offsets more are read.
    fn tell(&self, more: u64) {
        let before = self.read.fetch_add(more, Ordering::Relaxed);
        (self.told)(before + more, self.of);
    }
}

/// Reads every partition again.
pub(super) fn recount(
    audited: &Audited<'_>,
    oracle: &Oracle,
    tasks: &[Task<'_>],
    told: Told<'_>,
) -> Result<BTreeMap<u32, Recounted>, VerifyError> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let groups = groups(tasks, cores);
    let work = Work {
        told,
        of: tasks.iter().map(|task| task.span.offsets()).sum(),
        read: AtomicU64::new(0),
        given_up: AtomicBool::new(false),
    };
    let recount = |group: &[Task<'_>]| {
        let counted = group_of(audited, oracle, group, &work);
        work.given_up.fetch_or(counted.is_err(), Ordering::Relaxed);
        counted
    };
    let counted: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = groups.iter().map(|group| scope.spawn(|| recount(group))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    let mut all = BTreeMap::new();
    for counted in counted {
        all.extend(counted?);
    }
    Ok(all)
}

/// The tasks in at most `count` groups with about as many offsets each.
fn groups<'a>(tasks: &[Task<'a>], count: usize) -> Vec<Vec<Task<'a>>> {
    let length = |task: &Task<'_>| task.span.offsets();
    let mut tasks = tasks.to_vec();
    tasks.sort_by_key(|task| (std::cmp::Reverse(length(task)), task.span.partition));
    let mut groups: Vec<(u64, Vec<Task<'_>>)> = vec![(0, Vec::new()); count.min(tasks.len())];
    for task in tasks {
        let shortest = groups.iter_mut().min_by_key(|(offsets, _)| *offsets);
        let (offsets, group) = shortest.expect("there is a group where there is a task");
        // One without records counts as well: its plugins are started.
        *offsets += length(&task).max(1);
        group.push(task);
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Reads the partitions of one group again, until another group failed.
fn group_of(
    audited: &Audited<'_>,
    oracle: &Oracle,
    tasks: &[Task<'_>],
    work: &Work<'_>,
) -> Result<Vec<(u32, Recounted)>, VerifyError> {
    let mut readings = BTreeMap::new();
    for task in tasks {
        readings.insert(task.span.partition, Reading::new(oracle, task)?);
    }
    let spans: Vec<Span> = tasks.iter().map(|task| task.span).collect();
    let mut passed = 0;
    audited.read(&spans, &mut |partition, meta, value| {
        let Some(reading) = readings.get_mut(&partition) else { return true };
        let (offset, stamp) = (meta.offset, meta.time.millis());
        let goes_on = reading.accept(Record { offset, stamp, taken: None, value });
        passed += (offset + 1).abs_diff(reading.next);
        reading.next = offset + 1;
        if passed >= TOLD_EVERY {
            work.tell(std::mem::take(&mut passed));
        }
        goes_on && !work.given_up.load(Ordering::Relaxed)
    })?;
    work.tell(passed);
    let finish = |(partition, reading): (u32, Reading)| Ok((partition, reading.finish()?));
    readings.into_iter().map(finish).collect()
}

/// The gaps of a partition that are still to come, the next one last.
#[derive(Default)]
pub(super) struct Gaps(Vec<OffsetGap>);

impl Gaps {
    /// Those of this state but for the first ones, of which so many are `passed`.
    pub(super) fn after(passed: usize, state: &streamgauge_core::PartitionState) -> Self {
        let mut gaps = state.gaps.get(passed..).unwrap_or_default().to_vec();
        gaps.reverse();
        Self(gaps)
    }

    /// Lets the oracle pass those that begin at or before `offset`.
    pub(super) fn skip_up_to(&mut self, offset: i64, oracle: &mut semantics::Partition) {
        while let Some(gap) = self.0.pop_if(|gap| gap.from <= offset) {
            let kind = semantics::GapKind::LogStartMoved;
            oracle.skip(semantics::Gap { kind, from: gap.from, to: gap.to });
        }
    }
}

/// A partition while its log is read.
struct Reading {
    oracle: semantics::Partition,
    gaps: Gaps,
    /// The offset after the last record.
    next: i64,
    records: u64,
    error: Option<OracleError>,
    not_resumed: Vec<NotResumed>,
}

impl Reading {
    fn new(oracle: &Oracle, task: &Task<'_>) -> Result<Self, OracleError> {
        let (number, state) = (task.span.partition, &task.stored.state);
        let (mut oracle, not_resumed) = match task.kept {
            None => (oracle.partition(number, state.origin)?, Vec::new()),
            Some(kept) => oracle.resume(kept)?,
        };
        for metric in &task.stored.metrics {
            if let Some(part) = part_of(state, metric) {
                oracle.count_part(&metric.id, &part);
            }
        }
        let passed = task.kept.map_or(0, |kept| kept.state.gaps.len());
        let gaps = Gaps::after(passed, state);
        let next = task.span.from;
        Ok(Self { oracle, gaps, next, records: 0, error: None, not_resumed })
    }

    /// Returns whether reading continues.
    fn accept(&mut self, record: Record<'_>) -> bool {
        self.gaps.skip_up_to(record.offset, &mut self.oracle);
        if self.error.is_none() {
            self.records += 1;
            self.error = self.oracle.accept(record).err();
        }
        self.error.is_none()
    }

    fn finish(mut self) -> Result<Recounted, OracleError> {
        self.gaps.skip_up_to(i64::MAX, &mut self.oracle);
        if let Some(error) = self.error {
            return Err(error);
        }
        let (records, not_resumed) = (self.records, self.not_resumed);
        Ok(Recounted { records, state: self.oracle.state()?, not_resumed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_shared_out_by_the_offsets_that_they_have() {
        let stored = |partition| PartitionSnapshot {
            partition,
            position: streamgauge_core::Position::default(),
            late_samples: Vec::new(),
            state: streamgauge_core::PartitionState::starting_at(0),
            metrics: Vec::new(),
        };
        let check = |lengths: &[i64], count: usize, expected: &[&[u32]]| {
            let stored: Vec<_> = (0..lengths.len() as u32).map(stored).collect();
            let task = |(stored, to): (_, &i64)| {
                let stored: &PartitionSnapshot = stored;
                let span = Span { partition: stored.partition, from: 0, to: *to };
                Task { span, stored, kept: None }
            };
            let tasks: Vec<_> = stored.iter().zip(lengths).map(task).collect();
            let of = |group: Vec<Task<'_>>| group.iter().map(|t| t.span.partition).collect();
            let found: Vec<Vec<u32>> = groups(&tasks, count).into_iter().map(of).collect();
            assert_eq!(found, expected, "{lengths:?}");
        };
        check(&[], 4, &[]);
        check(&[10, 90, 40, 50], 2, &[&[1, 0], &[3, 2]]);
        check(&[0, 0, 0], 2, &[&[0, 2], &[1]]);
        check(&[7, 9], 8, &[&[1], &[0]]);
        check(&[7, 9, 8], 1, &[&[1, 2, 0]]);
    }
}
