//! Side readers bring metrics that lag to the places of their partitions, while the workers read
//! on: each has a source, an engine and an instance of its own, and reads the log from where its
//! metrics are. Metrics at the same places share one reader.
//!
//! A reader is a worker whose states nobody takes for those of the partitions: it publishes into an
//! outbox of its own, from which checkpoints and the view take the states of its metrics. It never
//! reads past its workers, and hands its metrics over at one place; see [`joining`].

mod begin;
mod joining;
mod pace;
mod reader;
mod search;
mod settling;
mod setup;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Scope;
use std::time::{Duration, Instant};

use streamgauge_core::{Crash, LeftOut, MetricPhase, PartitionSnapshot, StopKind};
use streamgauge_engine::Command;
use streamgauge_outbox::{Overview, rest};
use streamgauge_pipeline::{Backfill, OnGap};
use streamgauge_plugin::Plugin;

use super::cause::{Cause, CauseCode};
use super::pulse::Beat;
use super::supervisor::Told;
use begin::RecordsGone;
pub(super) use begin::lost;
use pace::Slow;
use reader::{NotBegun, Reader};
use search::{Failed, Search, stop, stop_poisoned};
use settling::Settling;
pub(super) use setup::SideReaders;

/// How often readers are looked after.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The same where nothing lags: whatever begins to has a moment.
const IDLE_LOOK_EVERY: Duration = Duration::from_millis(200);

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
    /// Looks after the readers until `done` is raised, and whoever raises it wakes the thread; then they end, with all that they read
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
        // Metrics that may miss records that are gone.
        let mut without_lost = BTreeSet::new();
        while !done.load(Ordering::Relaxed) {
            pulse.beat(Instant::now());
            for (metric, misses) in self.run_status.take_resumes() {
                tracing::info!("metric `{metric}` goes on from where it stopped");
                if misses {
                    without_lost.insert(metric.clone());
                }
                for (worker, _) in workers {
                    // A worker that has ended has its end noticed by itself.
                    drop(worker.send(Command::Lag { metric: metric.clone() }));
                }
            }
            let overview = self.run_status.overview();
            let known = (&mut failed, &mut without_lost);
            self.begin_readers(scope, (&overview, workers), &mut readers, known);
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
            self.warn_of_slow(&mut readers, &overview);
            // A metric that cannot be read for keeps no run from its end.
            let lagging = lagging(&overview.partitions);
            let is_given_up =
                !lagging.is_empty() && lagging.keys().all(|id| failed.contains_key(id));
            self.lasts.store(!is_given_up, Ordering::Relaxed);
            let is_idle = readers.is_empty() && settling.is_empty() && lagging.is_empty();
            let pause = if is_idle { IDLE_LOOK_EVERY } else { LOOK_EVERY };
            rest(Instant::now() + pause, done);
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
        (failed, without_lost): (&mut BTreeMap<String, Instant>, &mut BTreeSet<String>),
    ) {
        failed.retain(|_, until| *until > Instant::now());
        let is_read =
            |id: &String| readers.iter().any(|reader| reader.metrics().iter().any(|own| own == id));
        let mut groups: Vec<(Places, Wish, Vec<String>)> = Vec::new();
        for (id, places) in lagging(&overview.partitions) {
            if is_read(&id) || failed.contains_key(&id) {
                continue;
            }
            if self.has_crashed_too_often(overview, &id) {
                stop_poisoned(overview, workers, &self.plugins, &id);
                continue;
            }
            // One that crashes is read for alone, in smaller batches.
            let searched = places.values().any(Place::is_searched);
            let wish = self.wish(&id, without_lost);
            let of_same = |(of, wished, _): &&mut (Places, Wish, _)| {
                *of == places && *wished == wish && !searched
            };
            match groups.iter_mut().find(of_same) {
                Some((.., metrics)) => metrics.push(id),
                None => groups.push((places, wish, vec![id])),
            }
        }
        for (places, wish, metrics) in groups {
            if readers.len() >= READERS_MAX {
                return;
            }
            let partitions: Vec<u32> = places.keys().copied().collect();
            let search = Search::of(places);
            let begun =
                self.reader(scope, overview, (&metrics, &partitions), (&search, wish.without_lost));
            match begun {
                Ok(reader) => {
                    without_lost.retain(|id| !metrics.contains(id));
                    readers.push(reader);
                }
                Err(NotBegun::Gone(gone)) => {
                    for id in &metrics {
                        stop_without(&gone, (overview, workers, &self.plugins), id);
                    }
                }
                Err(NotBegun::Source(error)) => {
                    let ids = metrics.join("`, `");
                    tracing::warn!("the log cannot be read for metric `{ids}` yet: {error}");
                    let until = Instant::now() + RETRY_AFTER;
                    failed.extend(metrics.into_iter().map(|id| (id, until)));
                }
            }
        }
    }
}

impl SideReaders {
    /// Says which metrics the stream leaves behind.
    fn warn_of_slow(&self, readers: &mut [Reader<'_>], overview: &Overview) {
        let (share, now) = (self.pipeline.catch_up_share, Instant::now());
        let slow = readers.iter_mut().filter_map(|reader| {
            let slow = reader.pace(now, overview, share)?;
            Some(catch_up_slow(reader.metrics(), slow, share))
        });
        self.run_status.acts.warn_of_slow(slow.collect());
    }
}

fn catch_up_slow(metrics: &[String], slow: Slow, share: f64) -> Cause {
    let metrics = metrics.join(", ");
    let (own, coming) = (slow.own.round(), slow.of_workers.round());
    let needed = slow.share.map(|share| format!("{share:.2}"));
    let way = needed.as_ref().map_or(
        "more than a core would be needed, so it waits for a quieter time".to_owned(),
        |needed| format!("`catch_up.share = {needed}` would do"),
    );
    let message = format!(
        "metric {metrics} does not catch up: {own} records a second are counted in the background \
         with {share} of a core, and {coming} come; {way}"
    );
    let args = [
        ("metric", metrics),
        ("own", own.to_string()),
        ("coming", coming.to_string()),
        ("share", share.to_string()),
        ("needed", needed.unwrap_or_default()),
    ];
    Cause::warning(CauseCode::CatchUpSlow, message, &args)
}

/// What is wished for a metric that is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wish {
    backfill: Backfill,
    /// Whether it may miss records that are gone.
    without_lost: bool,
}

impl SideReaders {
    fn wish(&self, id: &str, without_lost: &BTreeSet<String>) -> Wish {
        let settings = self.plugins.iter().map(Plugin::settings).find(|own| own.id == id);
        Wish {
            backfill: settings.map_or(Backfill::All, |settings| settings.backfill),
            without_lost: without_lost.contains(id)
                || self.pipeline.source.on_gap() == OnGap::Continue,
        }
    }
}

/// Stops a metric in the partitions whose logs lack records that it needs.
fn stop_without(gone: &BTreeMap<u32, RecordsGone>, of: (&Overview, &[Told], &[Plugin]), id: &str) {
    let all: Vec<String> = gone.values().map(ToString::to_string).collect();
    let all = all.join(", ");
    let reason = format!("the log no longer holds the records that it needs next: {all}");
    let records = gone.values().next().map(RecordsGone::first);
    let failed = Failed { kind: StopKind::RecordsGone, reason, call: None, records };
    stop(of, id, &failed, |partition| gone.contains_key(&partition));
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
