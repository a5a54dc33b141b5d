//! Side readers bring metrics that lag to the places of their partitions, while the workers read
//! on: each has a source, an engine and an instance of its own, and reads the log from where its
//! metrics are. Metrics at the same places share one reader.
//!
//! A reader is a worker whose states nobody takes for those of the partitions: it publishes into an
//! outbox of its own, from which checkpoints and the view take the states of its metrics. It never
//! reads past its workers, and hands its metrics over at one place; see [`joining`].

mod begin;
mod joining;
mod reader;
mod search;
mod settling;
mod setup;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use streamgauge_core::{Crash, LeftOut, MetricPhase, PartitionSnapshot};
use streamgauge_engine::Command;
use streamgauge_outbox::Overview;

use super::pulse::Beat;
use super::supervisor::Told;
use reader::Reader;
use search::{Search, stop};
use settling::Settling;
pub(super) use setup::SideReaders;

/// How often readers are looked after.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The most readers at a time; other metrics wait for one to end.
const READERS_MAX: usize = 2;

/// How long a reader that failed is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The places of a metric that lags, by partition.
type Places = BTreeMap<u32, Place>;

/// Where a metric lags in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// The number of gaps, and the next offset.
    at: (u32, i64),
    /// The crash that put the metric back there.
    crash: Option<Crash>,
    left_out: Vec<LeftOut>,
}

impl Place {
    fn is_searched(&self) -> bool {
        self.crash.is_some() || !self.left_out.is_empty()
    }
}

impl Search {
    fn of(places: Places) -> Self {
        let mut search = Self { crashes: Vec::new(), left_out: BTreeMap::new() };
        for (partition, Place { crash, left_out, .. }) in places {
            search.crashes.extend(crash);
            if !left_out.is_empty() {
                search.left_out.insert(partition, left_out);
            }
        }
        search
    }
}

impl SideReaders {
    /// Looks after the readers until `done` is raised; then they end, with all that they read
    /// published.
    pub(super) fn run<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        workers: &[Told],
        done: &AtomicBool,
        pulse: &Beat,
    ) {
        let mut readers: Vec<Reader<'scope>> = Vec::new();
        let mut failed: BTreeMap<String, Instant> = BTreeMap::new();
        let mut settling = Vec::new();
        while !done.load(Ordering::Relaxed) {
            pulse.beat(Instant::now());
            for metric in self.run_status.take_resumes() {
                tracing::info!("metric `{metric}` goes on from where it stopped");
                for (worker, _) in workers {
                    // A worker that has ended has its end noticed by itself.
                    drop(worker.send(Command::Lag { metric: metric.clone() }));
                }
            }
            let overview = self.run_status.overview();
            self.begin_readers(scope, (&overview, workers), &mut readers, &mut failed);
            for reader in &mut readers {
                reader.advance(workers, done);
            }
            settling.retain(|settling: &Settling| !settling.is_over(workers, &self.sides));
            readers.retain_mut(|reader| {
                let Some(ended) = reader.ended() else { return true };
                if let Err(error) = ended {
                    let metrics = reader.metrics().join("`, `");
                    tracing::warn!(
                        "reading for metric `{metrics}` failed, and is tried again: {error}"
                    );
                    let until = Instant::now() + RETRY_AFTER;
                    failed.extend(reader.metrics().iter().map(|id| (id.clone(), until)));
                }
                let (now, metrics) = (self.run_status.overview(), reader.metrics());
                settling.push(Settling::begin(reader.outbox(), metrics, &now, workers));
                false
            });
            // A metric that cannot be read for keeps no run from its end.
            let lagging = lagging(&overview.partitions);
            let is_given_up =
                !lagging.is_empty() && lagging.keys().all(|id| failed.contains_key(id));
            self.lasts.store(!is_given_up, Ordering::Relaxed);
            thread::sleep(LOOK_EVERY);
        }
        for reader in readers {
            let outbox = Arc::clone(reader.outbox());
            reader.stop();
            self.sides.end(&outbox);
        }
    }

    /// Begins readers for metrics that lag and have none.
    fn begin_readers<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        (overview, workers): (&Overview, &[Told]),
        readers: &mut Vec<Reader<'scope>>,
        failed: &mut BTreeMap<String, Instant>,
    ) {
        failed.retain(|_, until| *until > Instant::now());
        let is_read =
            |id: &String| readers.iter().any(|reader| reader.metrics().iter().any(|own| own == id));
        let mut groups: Vec<(Places, Vec<String>)> = Vec::new();
        for (id, places) in lagging(&overview.partitions) {
            if is_read(&id) || failed.contains_key(&id) {
                continue;
            }
            if self.has_crashed_too_often(overview, &id) {
                stop(overview, workers, &self.plugins, &id);
                continue;
            }
            // One that crashes is read for alone, in smaller batches.
            let searched = places.values().any(Place::is_searched);
            match groups.iter_mut().find(|(of, _)| *of == places && !searched) {
                Some((_, metrics)) => metrics.push(id),
                None => groups.push((places, vec![id])),
            }
        }
        for (places, metrics) in groups {
            if readers.len() >= READERS_MAX {
                return;
            }
            let partitions: Vec<u32> = places.keys().copied().collect();
            let search = Search::of(places);
            match self.reader(scope, overview, (&metrics, &partitions), &search) {
                Ok(reader) => readers.push(reader),
                Err(error) => {
                    let ids = metrics.join("`, `");
                    tracing::warn!("the log cannot be read for metric `{ids}` yet: {error}");
                    let until = Instant::now() + RETRY_AFTER;
                    failed.extend(metrics.into_iter().map(|id| (id, until)));
                }
            }
        }
    }
}

/// The metrics that lag, with the places from which each is to be read.
fn lagging(partitions: &[Arc<PartitionSnapshot>]) -> BTreeMap<String, Places> {
    let mut found: BTreeMap<String, Places> = BTreeMap::new();
    for partition in partitions {
        for metric in &partition.metrics {
            if let MetricPhase::Lagging(lag) = &metric.phase {
                let at = (lag.place.gaps, metric.next_offset);
                let places = found.entry(metric.id.clone()).or_default();
                let (crash, left_out) = (lag.crash.clone(), lag.left_out.clone());
                places.insert(partition.partition, Place { at, crash, left_out });
            }
        }
    }
    found
}
