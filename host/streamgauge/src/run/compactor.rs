//! Accumulators that are exported with differences become whole again, off the workers: an instance
//! of its own merges the parts, and the worker is told the bytes. So neither a worker nor the stream
//! waits for a large state.
//!
//! It may take a tenth of a core, and half of one where that is not enough. Where neither is, workers
//! do it themselves, later.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use streamgauge_core::{
    AccumulatorBytes, Lateness, MetricPhase, PartitionSnapshot, TimeWindow, WindowSpec,
};
use streamgauge_engine::{Command, Compacted, CompactedIn};
use streamgauge_outbox::rest;
use streamgauge_plugin::{CallError, Instance, Plugin};

use super::supervisor::Told;

/// How often the states are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The work may take one part in so many of the time; and where a worker would soon have to do it
/// itself, which holds the stream up.
const PART: u32 = 10;
const PART_LATE: u32 = 2;

/// How long accumulators of a metric are left alone whose plugin failed at it.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// How many parts are left as they are: those of about a second.
const LAST: usize = 8;

/// The differences that are due to become one with the whole: so many, or as long as the whole and
/// not short.
const DIFFERENCES: usize = 1024;
const DIFFERENCE_BYTES: usize = 128 << 10;

/// A compactor at work. When it is dropped its thread ends, and is not waited for: it only ever
/// looks and tells.
pub(super) struct Compacting {
    ended: Arc<AtomicBool>,
    thread: Thread,
}

impl Compacting {
    /// Makes accumulators of `workers` whole from here on.
    pub(super) fn begin(plugins: &[Plugin], workers: &[Told]) -> Self {
        let compactor = Compactor {
            plugins: plugins.iter().map(|p| (p.settings().id.clone(), p.clone())).collect(),
            workers: workers.to_vec(),
            failed: BTreeMap::new(),
        };
        let ended = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ended);
        let named = thread::Builder::new().name("compactor".into());
        let spawned = named.spawn(move || compactor.run(&told)).expect("a thread can be started");
        Self { ended, thread: spawned.thread().clone() }
    }
}

impl Drop for Compacting {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.unpark();
    }
}

struct Compactor {
    plugins: BTreeMap<String, Plugin>,
    workers: Vec<Told>,
    /// By metric, until when it is left alone.
    failed: BTreeMap<String, Instant>,
}

/// An accumulator that is to become whole.
struct Due {
    worker: usize,
    metric: String,
    partition: u32,
    state_version: u32,
    spec: WindowSpec,
    pane: Option<TimeWindow>,
    lateness: Lateness,
    of: AccumulatorBytes,
}

impl Due {
    fn is_late(&self) -> bool {
        self.of.difference_bytes() > 2 * self.of.parts()[0].len().max(DIFFERENCE_BYTES)
    }
}

impl Compactor {
    fn run(mut self, ended: &AtomicBool) {
        while !ended.load(Ordering::Relaxed) {
            let began = Instant::now();
            let due = self.most_due(began);
            let part = if due.as_ref().is_some_and(Due::is_late) { PART_LATE } else { PART };
            if let Some(due) = due {
                self.compact(due);
            }
            rest(Instant::now() + LOOK_EVERY.max(began.elapsed() * (part - 1)), ended);
        }
    }

    /// The accumulator with the most bytes of differences, of those that are due.
    fn most_due(&self, now: Instant) -> Option<Due> {
        let mut all = Vec::new();
        for (worker, (_, outbox)) in self.workers.iter().enumerate() {
            for snapshot in outbox.read().0 {
                self.look((worker, &snapshot), now, &mut all);
            }
        }
        all.into_iter().max_by_key(|due| due.of.difference_bytes())
    }

    /// Adds what is due in a partition.
    fn look(
        &self,
        (worker, snapshot): (usize, &PartitionSnapshot),
        now: Instant,
        all: &mut Vec<Due>,
    ) {
        let partition = snapshot.partition;
        for metric in &snapshot.metrics {
            let plugin = self.plugins.get(&metric.id);
            let state_version = metric.state_version;
            let is_own = plugin.is_some_and(|p| p.descriptor().state_version == state_version);
            let waits = self.failed.get(&metric.id).is_some_and(|until| now < *until);
            if metric.phase != MetricPhase::Running || !is_own || waits {
                continue;
            }
            all.extend(metric.each_accumulator().filter_map(|(spec, pane, lateness, bytes)| {
                let (of, metric) = (due(bytes)?, metric.id.clone());
                Some(Due { worker, metric, partition, state_version, spec, pane, lateness, of })
            }));
        }
    }

    fn compact(&mut self, due: Due) {
        match whole(&self.plugins[&due.metric], &due) {
            Ok(whole) => {
                let Due { metric, partition, spec, pane, lateness, of, .. } = due;
                let compacted = Compacted { spec, pane, lateness, of, whole };
                let compacted = CompactedIn { metric, partition, compacted };
                // A worker that has ended needs it no more.
                drop(self.workers[due.worker].0.send(Command::Compacted(compacted)));
            }
            Err(error) => {
                tracing::debug!("making a state of metric `{}` whole failed: {error}", due.metric);
                self.failed.insert(due.metric, Instant::now() + RETRY_AFTER);
            }
        }
    }
}

/// The parts that are to become one. The last ones stay as they are: by them those who merged what
/// was exported before see what is new.
fn due(bytes: &AccumulatorBytes) -> Option<AccumulatorBytes> {
    let parts = bytes.parts();
    let first = AccumulatorBytes::of_parts(parts[..parts.len().saturating_sub(LAST)].to_vec())?;
    let (whole, differences) = (first.parts()[0].len(), first.difference_bytes());
    let is_due =
        first.differences().len() >= DIFFERENCES || differences >= whole.max(DIFFERENCE_BYTES);
    is_due.then_some(first)
}

fn whole(plugin: &Plugin, due: &Due) -> Result<Arc<[u8]>, CallError> {
    Instance::open(plugin)?.whole(due.pane, due.state_version, &due.of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_or_large_differences_are_due_and_the_last_one_stays() {
        let then = |bytes: AccumulatorBytes, more: usize| {
            (0..more).fold(bytes, |bytes, _| bytes.with(*b"y"))
        };
        let whole = AccumulatorBytes::whole(vec![0; DIFFERENCE_BYTES + 1]);
        assert!(due(&then(whole.clone(), LAST)).is_none());
        let large = whole.with(vec![1; DIFFERENCE_BYTES + 1]);
        assert!(due(&then(large.clone(), LAST - 1)).is_none(), "the last ones do not count");
        assert!(due(&then(large.clone(), LAST)).expect("it is due").is(&large));
        let small = AccumulatorBytes::whole(*b"x").with(vec![1; DIFFERENCE_BYTES - 1]);
        assert!(due(&then(small, LAST)).is_none());
        let many = then(whole, DIFFERENCES + LAST);
        assert_eq!(due(&many).map(|of| of.differences().len()), Some(DIFFERENCES));
    }
}
