//! Stored state under a pipeline whose metrics are not those that wrote it. What a metric has
//! counted is never thrown away: the state of one that was taken out, or is another one now, is
//! kept aside and taken up again where the pipeline has the metric as it was. A metric without a
//! state of its own lags, and side readers bring it to its partitions' places.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use streamgauge_checkpoint::store::{Checkpoint, KeptMetric};
use streamgauge_core::{
    LatenessClock, MetricLag, MetricPhase, MetricPlace, MetricSnapshot, PartitionSnapshot,
};
use streamgauge_engine::Metric;
use streamgauge_pipeline::{Backfill, MetricFingerprint, PartChange, Pipeline, WindowsSoFar};
use streamgauge_plugin::Plugin;

use super::difference::so_far_of;
use super::prepare::Prepared;
use super::prepare::metrics::{Standing, standing};

/// What becomes of a metric's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricChange {
    /// There was no such metric.
    New(String, Counted),
    /// The metric was another one, in these parts.
    Changed(String, String, Counted),
    /// The metric has fewer windows or larger limits, in these parts, and goes on with its state.
    Refitted(String, String),
    /// The metric is as it was once, and goes on from there.
    Back(String),
    /// The metric is no longer in the pipeline; its state is kept.
    Removed(String),
    /// The metric had stopped under another plugin or other limits, and goes on.
    Resumed(String),
    /// The record was searched for at which another plugin crashed.
    Unsearched(String),
    /// Another plugin crashed at records that were left out, so the metric is built anew.
    Mended(String, Counted),
}

/// The records that a metric without a state counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// All that the log holds, a second time.
    FromLog,
    /// None that was read before.
    FromNow,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FromLog => "it is built from the log in the background",
            Self::FromNow => "it counts from now on",
        })
    }
}

impl fmt::Display for MetricChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(id, counted) => write!(f, "metric `{id}` is new: {counted}"),
            Self::Changed(id, parts, counted) => {
                write!(f, "metric `{id}`: {parts}: {counted}, and what it had counted is kept")
            }
            Self::Refitted(id, parts) => {
                write!(f, "metric `{id}`: {parts}: it goes on from what it had counted")
            }
            Self::Back(id) => {
                write!(f, "metric `{id}` is as it was once: it goes on from what it had counted")
            }
            Self::Removed(id) => {
                write!(f, "metric `{id}` is not in the pipeline: what it had counted is kept")
            }
            Self::Unsearched(id) => write!(
                f,
                "metric `{id}` has another plugin or other limits than those that crashed: it goes on \
                 from where it was put back, with every record"
            ),
            Self::Mended(id, counted) => write!(
                f,
                "metric `{id}` had left records out at which another plugin crashed: {counted}"
            ),
            Self::Resumed(id) => write!(
                f,
                "metric `{id}` had stopped under another plugin or other limits: it goes on from \
                 where it stopped"
            ),
        }
    }
}

/// Fits a stored checkpoint to the metrics of `plugins`, whose settings are among `now`.
pub fn adopt(
    checkpoint: &mut Checkpoint,
    pipeline: &Pipeline,
    plugins: &[Plugin],
    now: &BTreeMap<String, String>,
) -> Vec<MetricChange> {
    let clock = pipeline.lateness.clock;
    let mut changes = Vec::new();
    let stored = checkpoint.settings.clone();
    for (key, settings) in &stored {
        let Some(id) = MetricFingerprint::id_of(key) else { continue };
        if !now.contains_key(key) {
            set_aside(checkpoint, id, settings);
            changes.push(MetricChange::Removed(id.to_owned()));
        }
    }
    for plugin in plugins {
        let (id, counted) = (plugin.settings().id.as_str(), counted(plugin, clock));
        if forget_search(checkpoint, plugin) {
            changes.push(MetricChange::Unsearched(id.to_owned()));
        }
        let then = stored.get(&MetricFingerprint::key(id));
        let standing = standing(pipeline, plugin, &stored, Some(checkpoint));
        if standing == Standing::Same {
            // What another plugin crashed at may be no trouble for this one.
            if let Some(then) = then.filter(|_| left_out_by_another(checkpoint, plugin)) {
                set_aside(checkpoint, id, &format!("{then}, with records left out"));
                begin(checkpoint, (pipeline, plugin), &stored, clock);
                changes.push(MetricChange::Mended(id.to_owned(), counted));
            } else if clock != LatenessClock::Processing && resume(checkpoint, plugin) {
                changes.push(MetricChange::Resumed(id.to_owned()));
            }
            continue;
        }
        if let Standing::Other { changes: parts, refused: None } = &standing
            && refit(checkpoint, plugin, parts)
        {
            changes.push(MetricChange::Refitted(id.to_owned(), standing.words()));
            continue;
        }
        if let Some(then) = then {
            set_aside(checkpoint, id, then);
        }
        let is_back = begin(checkpoint, (pipeline, plugin), &stored, clock);
        changes.push(match standing {
            _ if is_back => MetricChange::Back(id.to_owned()),
            Standing::New => MetricChange::New(id.to_owned(), counted),
            other => MetricChange::Changed(id.to_owned(), other.words(), counted),
        });
    }
    checkpoint.settings.clone_from(now);
    mark(checkpoint);
    changes
}

/// Lets a metric go on with its state where that is what it would be had the metric always been as
/// it is now, but for windows that are taken out. Returns false where it is not.
fn refit(checkpoint: &mut Checkpoint, plugin: &Plugin, changes: &[PartChange]) -> bool {
    let settings = plugin.settings();
    let own = checkpoint.partitions.iter().filter_map(|partition| partition.metric(&settings.id));
    let Some(so_far) = own.map(so_far_of).reduce(WindowsSoFar::and) else { return false };
    if !changes.iter().all(|change| change.is_at_once(so_far)) {
        return false;
    }
    for partition in &mut checkpoint.partitions {
        let partition = Arc::make_mut(partition);
        let own = partition.metrics.iter_mut().filter(|metric| metric.id == settings.id);
        own.for_each(|metric| metric.windows.retain(|set| settings.windows.contains(&set.spec)));
    }
    true
}

/// Takes the states of a metric out of the partitions, and keeps them.
fn set_aside(checkpoint: &mut Checkpoint, id: &str, settings: &str) {
    let mut partitions = BTreeMap::new();
    for partition in &mut checkpoint.partitions {
        let Some(i) = partition.metrics.iter().position(|metric| metric.id == id) else { continue };
        let here = partition.place();
        let partition = Arc::make_mut(partition);
        let mut metric = partition.metrics.remove(i);
        if metric.phase == MetricPhase::Running {
            metric.phase = MetricPhase::lagging(here);
        }
        partitions.insert(partition.partition, Arc::new(metric));
    }
    checkpoint.kept.retain(|kept| kept.id != id || kept.settings != settings);
    if !partitions.is_empty() {
        let (id, settings) = (id.to_owned(), settings.to_owned());
        checkpoint.kept.push(KeptMetric { id, settings, partitions });
    }
}

/// Begins a metric in every partition, where that is possible with a state that was kept. Returns
/// true if there was one.
fn begin(
    checkpoint: &mut Checkpoint,
    (pipeline, plugin): (&Pipeline, &Plugin),
    stored: &BTreeMap<String, String>,
    clock: LatenessClock,
) -> bool {
    let id = plugin.settings().id.as_str();
    let builds = checkpoint.kept.iter().filter(|kept| kept.id == id);
    let builds = builds.flat_map(|kept| kept.partitions.values()).map(|metric| metric.build);
    let next = builds.max().map_or(0, |build| build + 1);
    let is_it = |kept: &KeptMetric| is_of(kept, (pipeline, plugin), stored);
    let found = checkpoint.kept.iter().position(is_it);
    let kept = found.map(|i| checkpoint.kept.swap_remove(i).partitions).unwrap_or_default();
    // All partitions have one build, also those that came since.
    let build = kept.values().map(|metric| metric.build).max().unwrap_or(next);
    for partition in &mut checkpoint.partitions {
        let metric = match kept.get(&partition.partition) {
            Some(kept) => at_its_place(kept, partition),
            None => new(plugin, build, partition, clock),
        };
        let metrics = &mut Arc::make_mut(partition).metrics;
        metrics.push(metric);
        metrics.sort_by(|a, b| a.id.cmp(&b.id));
    }
    found.is_some()
}

/// True if `kept` is a state of this very metric, where the other settings are those `stored`.
fn is_of(
    kept: &KeptMetric,
    (pipeline, plugin): (&Pipeline, &Plugin),
    stored: &BTreeMap<String, String>,
) -> bool {
    let mut settings = stored.clone();
    settings.insert(MetricFingerprint::key(&kept.id), kept.settings.clone());
    let is_same = || standing(pipeline, plugin, &settings, None) == Standing::Same;
    kept.id == plugin.settings().id && is_same()
}

/// The states that are kept in `checkpoint` and that no metric of this pipeline would take up.
pub fn unused<'a>(checkpoint: &'a Checkpoint, prepared: &Prepared) -> Vec<&'a KeptMetric> {
    let is_used = |kept: &KeptMetric| {
        let mut plugins = prepared.plugins.iter();
        plugins.any(|plugin| is_of(kept, (&prepared.pipeline, plugin), &checkpoint.settings))
    };
    checkpoint.kept.iter().filter(|kept| !is_used(kept)).collect()
}

/// A state that was kept; one that is at its partition's place runs.
fn at_its_place(kept: &MetricSnapshot, partition: &PartitionSnapshot) -> MetricSnapshot {
    let mut metric = kept.clone();
    let here = (partition.state.gaps.len() as u32, partition.state.next_offset);
    if let MetricPhase::Lagging(lag) = &metric.phase
        && (lag.place.gaps, metric.next_offset) == here
    {
        metric.phase = MetricPhase::Running;
    }
    metric
}

/// The records that the metric counts where it has no state.
fn counted(plugin: &Plugin, clock: LatenessClock) -> Counted {
    let from_now =
        clock == LatenessClock::Processing || plugin.settings().backfill == Backfill::None;
    if from_now { Counted::FromNow } else { Counted::FromLog }
}

/// A metric without a state. It begins at the partition's origin, or, where it is to count from now
/// on or records cannot be counted a second time, at the partition's place. Where between the two it
/// begins that counts from a moment on, its side reader finds out.
fn new(
    plugin: &Plugin,
    build: u32,
    partition: &PartitionSnapshot,
    clock: LatenessClock,
) -> MetricSnapshot {
    let state = &partition.state;
    let begins_here =
        counted(plugin, clock) == Counted::FromNow || state.next_offset == state.origin;
    let origin = if begins_here { state.next_offset } else { state.origin };
    let phase = if begins_here {
        MetricPhase::Running
    } else {
        MetricPhase::lagging(MetricPlace::default())
    };
    MetricSnapshot { phase, build, ..Metric::empty(plugin, origin) }
}

/// True if the metric has left records out at which another plugin, or one with other limits,
/// crashed.
fn left_out_by_another(checkpoint: &Checkpoint, plugin: &Plugin) -> bool {
    let (id, now) = (&plugin.settings().id, plugin.conditions());
    let metrics = checkpoint.partitions.iter().flat_map(|partition| &partition.metrics);
    let mut poison = metrics.filter(|own| own.id == *id).filter_map(|own| own.poison.as_ref());
    poison.any(|poison| poison.under != now)
}

/// Forgets which records another plugin, or one with other limits, crashed at since its last export.
/// Returns true if there were any.
fn forget_search(checkpoint: &mut Checkpoint, plugin: &Plugin) -> bool {
    let now = plugin.conditions();
    lag_from(checkpoint, plugin, |phase| {
        let searched = |lag: &&MetricLag| lag.crash.is_some() || !lag.left_out.is_empty();
        let lag = phase.lag().filter(searched).filter(|lag| lag.under != Some(now))?;
        Some(lag.place)
    })
}

/// Lets a metric go on that had stopped under other conditions. Returns true if there was one.
fn resume(checkpoint: &mut Checkpoint, plugin: &Plugin) -> bool {
    let now = plugin.conditions();
    lag_from(checkpoint, plugin, |phase| {
        let stop = phase.stop().filter(|stop| stop.under.is_some_and(|under| under != now))?;
        stop.place
    })
}

/// Lets a metric lag in the partitions for whose phase `from` gives a place, from there on. Returns
/// true if there was one.
fn lag_from(
    checkpoint: &mut Checkpoint,
    plugin: &Plugin,
    from: impl Fn(&MetricPhase) -> Option<MetricPlace>,
) -> bool {
    let id = &plugin.settings().id;
    let mut lags = false;
    for partition in &mut checkpoint.partitions {
        let Some(i) = partition.metrics.iter().position(|metric| metric.id == *id) else {
            continue;
        };
        if let Some(place) = from(&partition.metrics[i].phase) {
            Arc::make_mut(partition).metrics[i].phase = MetricPhase::lagging(place);
            lags = true;
        }
    }
    lags
}

/// Marks the place of partitions that have no marks: states of earlier versions.
fn mark(checkpoint: &mut Checkpoint) {
    for partition in &mut checkpoint.partitions {
        let state = &partition.state;
        if state.marks.all().is_empty() && state.next_offset > state.origin {
            Arc::make_mut(partition).state.mark();
        }
    }
}
