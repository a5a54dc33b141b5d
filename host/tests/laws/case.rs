//! One case: a pipeline, the logs of its partitions, and a script of what happens while they are
//! read.

use std::collections::BTreeSet;

use proptest::prelude::*;
use streamgauge_oracle::{MergedMetric, Oracle, PartitionState, Record};

use crate::log::{self, Entry, Raw};
use crate::settings::{Change, Loaded, Settings, changes, settings};

/// The wall clock of a whole case, in milliseconds after its base.
const NOW: i64 = 3_600_000;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// After some milliseconds a partition hands over some records.
    Read { pause: u64, partition: usize, records: usize },
    /// A partition hands over some records again and again, each time published.
    Stream { partition: usize, rounds: usize, records: usize },
    /// A worker is told that nothing more is at hand.
    Drain { worker: usize },
    /// After some milliseconds a worker is told the time.
    Tick { pause: u64, worker: usize },
    /// A partition goes from its worker to another one, or comes back to it.
    Move { partition: usize, worker: usize },
    /// A partition is to be held after so many more offsets.
    Hold { partition: usize, offsets: i64 },
    /// A partition is read on.
    Release { partition: usize },
    /// Accumulators that a worker has published with differences are made whole.
    Compact { worker: usize },
    /// What is published is stored.
    Checkpoint,
    /// The same, and the store fails.
    FailingCheckpoint,
    /// After some milliseconds the reader of a metric that lags reads some records.
    Side { pause: u64, metric: usize, partition: usize, records: usize },
    /// A metric that lags joins a partition, which hands over some records in the meantime.
    Join { metric: usize, partition: usize, records: usize },
    /// Everything but the store is gone; partitions are dealt anew. `again`: how many records come
    /// once more.
    Crash { workers: usize, shift: usize, again: usize, other: Other },
    /// The same in good order: flush, publish, store.
    Restart { workers: usize, shift: usize, other: Other },
}

/// What is another after a start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Other {
    /// A metric that has no state from here on.
    pub(crate) new: Option<usize>,
    /// A metric that the pipeline has in another way from here on.
    pub(crate) change: Option<(usize, Change)>,
}

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) settings: Settings,
    pub(crate) logs: Vec<Vec<Entry>>,
    pub(crate) script: Vec<Step>,
    /// Whether states of any size are exported by differences.
    pub(crate) by_differences: bool,
}

/// What the oracle comes to.
pub(crate) struct Expected {
    pub(crate) partitions: Vec<PartitionState>,
    pub(crate) merged: Vec<MergedMetric>,
}

impl Expected {
    pub(crate) fn late(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.event_time.late).sum()
    }
}

/// Milliseconds between two events: less and more than rows wait, and than states are unpublished.
fn pause() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![0, 0, 1, 60, 100, 250])
}

/// Mostly a metric that loses its state, and as often one that changes.
fn other() -> impl Strategy<Value = Other> {
    let new = prop::option::weighted(0.6, 0..4_usize);
    let change = prop::option::weighted(0.6, changes());
    (new, change).prop_map(|(new, change)| Other { new, change })
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let logs = prop::collection::vec(log::entries(), 1..5);
    let step = prop_oneof![
        10 => (pause(), 0..4_usize, 1..25_usize)
            .prop_map(|(pause, partition, records)| Step::Read { pause, partition, records }),
        5 => (0..4_usize, 2..5_usize, 1..12_usize).prop_map(
            |(partition, rounds, records)| Step::Stream { partition, rounds, records }),
        3 => (0..4_usize).prop_map(|worker| Step::Drain { worker }),
        5 => (pause(), 0..4_usize).prop_map(|(pause, worker)| Step::Tick { pause, worker }),
        2 => (0..4_usize, 0..4_usize)
            .prop_map(|(partition, worker)| Step::Move { partition, worker }),
        1 => (0..4_usize, 0..20_i64)
            .prop_map(|(partition, offsets)| Step::Hold { partition, offsets }),
        1 => (0..4_usize).prop_map(|partition| Step::Release { partition }),
        4 => (0..4_usize).prop_map(|worker| Step::Compact { worker }),
        3 => Just(Step::Checkpoint),
        1 => Just(Step::FailingCheckpoint),
        4 => (pause(), 0..4_usize, 0..4_usize, 1..40_usize).prop_map(
            |(pause, metric, partition, records)| Step::Side { pause, metric, partition, records }),
        3 => (0..4_usize, 0..4_usize, 0..9_usize).prop_map(
            |(metric, partition, records)| Step::Join { metric, partition, records }),
        2 => (1..5_usize, 0..4_usize, 0..9_usize, other()).prop_map(
            |(workers, shift, again, other)| Step::Crash { workers, shift, again, other }),
        2 => (1..5_usize, 0..4_usize, other())
            .prop_map(|(workers, shift, other)| Step::Restart { workers, shift, other }),
    ];
    let script = prop::collection::vec(step, 0..40);
    (settings(), logs, script, prop::bool::weighted(0.8)).prop_map(
        |(settings, logs, script, by_differences)| Case { settings, logs, script, by_differences },
    )
}

impl Case {
    pub(crate) fn is_dirty(&self) -> bool {
        self.logs.iter().flatten().any(Entry::is_dirty)
    }

    /// The records by partition.
    pub(crate) fn records(&self) -> Vec<Vec<Raw>> {
        self.logs.iter().map(|entries| log::records(entries, &self.settings)).collect()
    }

    /// The settings from the beginning on, each as it is after another change of the script.
    pub(crate) fn all_settings(&self) -> Vec<Settings> {
        let mut all = vec![self.settings.clone()];
        for step in &self.script {
            if let Step::Crash { other, .. } | Step::Restart { other, .. } = step {
                let last = all.last().expect("the first").clone();
                all.extend(other.change.map(|change| last.with(change)));
            }
        }
        all
    }

    /// When every record is taken.
    pub(crate) fn now(&self) -> i64 {
        self.settings.base + NOW
    }

    /// What the oracle comes to by the last settings.
    pub(crate) fn expected(&self) -> Expected {
        let last = self.all_settings().pop().expect("the first");
        let Loaded { pipeline, plugins, .. } = last.load();
        let oracle = Oracle::new(&pipeline, &plugins);
        let states = self.records().into_iter().zip(0..).map(|(records, number)| {
            let mut partition = oracle.partition(number, 0).expect("the plugins start");
            for Raw { offset, stamp, value } in &records {
                let (value, taken) = (value.as_deref(), Some(self.now()));
                let record = Record { offset: *offset, stamp: Some(*stamp), taken, value };
                partition.accept(record).expect("no plugin fails");
            }
            partition.state().expect("the plugins give their states")
        });
        let partitions: Vec<PartitionState> = states.collect();
        let silent = partitions.iter().filter(|p| p.watermark.is_none()).map(|p| p.number);
        let idle: BTreeSet<u32> = silent.collect();
        let merged = oracle.merge(&partitions, &idle).expect("no plugin fails");
        Expected { partitions, merged }
    }
}
