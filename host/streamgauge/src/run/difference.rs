//! The difference of two pipelines in words: what changes now, what is built in the background, what
//! is removed, what needs a restart, and what cannot be changed over the state.
//!
//! A pure function of two outlines, so that a reload, `check --against-running` and
//! `check --against-state` say the same. Deliberately absent: whether the state of a metric can be
//! taken over, which only the plugin knows; `Prepared::check_state` asks it.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{MetricSnapshot, PartitionSnapshot, WindowSetSnapshot, WindowSpec};
use streamgauge_pipeline::{MetricFingerprint, WindowsSoFar, changed_settings};
use streamgauge_plugin::Plugin;
use streamgauge_wire::Difference;

use super::prepare::Prepared;

/// Settings that are in force from the start of the host to its end: who listens where, who is let
/// in, and where the state is.
const FOR_LIFE: [&str; 11] = [
    "server.listen",
    "server.token",
    "server.control",
    "server.allow_origins",
    "server.frame_ancestors",
    "server.public",
    "state.embedded.dir",
    "state.embedded.backups.dir",
    "state.embedded.backups.every",
    "state.embedded.backups.keep",
    "state.embedded.backups.size_max",
];

/// The settings of a metric that its state may depend on, with the words for them.
const OF_STATE: [(&str, &str); 6] = [
    ("columns", "columns"),
    ("config", "config"),
    ("windows", "windows"),
    ("retention", "retention"),
    ("max_open_windows", "max_open_windows"),
    ("state_version", "state version"),
];

/// The setting whose name may change while the clocks are the same.
const ZONE: &str = "event_time.zone";

/// The digits of a digest that people compare.
const DIGEST_SHOWN: usize = 12;

/// All settings of a pipeline as texts, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Outline {
    /// The settings that the stored state depends on; a metric's are one text at `metric.ID`.
    pub state: BTreeMap<String, String>,
    /// All other settings, by path; a metric's are below `metric.ID`. Empty where only the state
    /// tells of a pipeline.
    pub settings: BTreeMap<String, String>,
    /// Settings that a command line set in the place of the file: nothing is said of them.
    #[serde(default)]
    pub overridden: Vec<String>,
    /// By metric, what became of its windows so far.
    #[serde(default)]
    pub so_far: BTreeMap<String, WindowsSoFar>,
}

impl Outline {
    /// The outline of a pipeline that can run.
    pub fn of(prepared: &Prepared) -> Self {
        let mut settings = prepared.pipeline.other_settings();
        prepared.plugins.iter().for_each(|plugin| settings.extend(of_plugin(plugin)));
        if let Some(logo) = &prepared.logo {
            settings.insert("page.logo.content".to_owned(), logo.tag.clone());
        }
        Self { state: prepared.state_settings(), settings, ..Self::default() }
    }

    /// The outline of the pipeline that wrote a state.
    pub fn of_state(checkpoint: &Checkpoint) -> Self {
        let outline = Self { state: checkpoint.settings.clone(), ..Self::default() };
        outline.with_states(&checkpoint.partitions)
    }

    /// The same outline, of a pipeline whose metrics have these states.
    #[must_use]
    pub fn with_states(mut self, partitions: &[Arc<PartitionSnapshot>]) -> Self {
        for metric in partitions.iter().flat_map(|partition| &partition.metrics) {
            let so_far = self.so_far.entry(metric.id.clone()).or_default();
            *so_far = so_far.and(so_far_of(metric));
        }
        self
    }

    /// True if the metric whose fingerprint was `was` can go on with its state where it is `is` now.
    fn goes_on(&self, id: &str, was: &str, is: &str) -> bool {
        let so_far = self.so_far.get(id).copied();
        let fingerprints = (MetricFingerprint::of_text(was), MetricFingerprint::of_text(is));
        let (Some(so_far), (Some(was), Some(is))) = (so_far, fingerprints) else { return false };
        let changes = was.difference(&is);
        !changes.is_empty() && changes.iter().all(|change| change.is_at_once(so_far))
    }
}

/// What the limits have decided about the windows of a metric. A row that the metric cannot use
/// may have met a final pane, or been the only one of it, and is in no count of the windows.
pub(super) fn so_far_of(metric: &MetricSnapshot) -> WindowsSoFar {
    let is_final = |set: &WindowSetSnapshot| set.final_panes > 0 || set.books.expired > 0;
    let is_windowed = metric.windows.iter().any(|set| set.spec != WindowSpec::Cumulative);
    let hides = is_windowed && metric.accounting.excluded > 0;
    WindowsSoFar {
        finals: hides || metric.windows.iter().any(is_final),
        evictions: metric.windows.iter().any(|set| set.books.evicted > 0),
    }
}

fn of_plugin(plugin: &Plugin) -> [(String, String); 3] {
    let descriptor = plugin.descriptor();
    let key = |name: &str| format!("metric.{}.{name}", plugin.settings().id);
    [
        (key("plugin"), plugin.digest().to_string()),
        (key("version"), descriptor.version.clone()),
        (key("state_version"), descriptor.state_version.to_string()),
    ]
}

/// What changes from the pipeline `old` to `new`.
pub fn difference(old: &Outline, new: &Outline) -> Difference {
    let mut found = Difference::default();
    // Metrics that are told as a whole, or whose settings are told as the reason for a build.
    let mut whole = BTreeSet::new();
    let mut rebuilt = BTreeSet::new();
    for change in changed_settings(&old.state, &new.state) {
        let step = step(change.stored.as_ref(), change.now.as_ref());
        found.impossible.push(format!("{}: {step}", change.key));
    }
    if let Some(step) = zone_renamed(old, new).filter(|_| found.impossible.is_empty()) {
        found.now.push(format!("{ZONE}: {step}"));
    }
    for key in keys(&old.state, &new.state) {
        let Some(id) = MetricFingerprint::id_of(key) else { continue };
        match (old.state.get(key), new.state.get(key)) {
            (was, is) if was == is => {}
            (None, _) => {
                whole.insert(id);
                if counts_from_now(id, new) {
                    found.now.push(format!("metric `{id}` is new, and counts from now on"));
                } else {
                    found.background.push(format!("metric `{id}` is new"));
                }
            }
            (Some(_), None) => {
                whole.insert(id);
                found.removed.push(format!("metric `{id}`"));
            }
            (was, is) => {
                rebuilt.insert(id);
                let why = why_rebuilt(id, old, new);
                let why = if why.is_empty() { step(was, is) } else { why.join("; ") };
                let goes_on = was.zip(is).is_some_and(|(was, is)| old.goes_on(id, was, is));
                if goes_on {
                    found.now.push(format!("metric `{id}`: {why}"));
                } else if counts_from_now(id, new) {
                    found.now.push(format!("metric `{id}`: {why}; it counts from now on"));
                } else {
                    found.background.push(format!("metric `{id}`: {why}"));
                }
            }
        }
    }
    if old.settings.is_empty() {
        return found;
    }
    for key in keys(&old.settings, &new.settings) {
        let (was, is) = (old.settings.get(key), new.settings.get(key));
        if was == is || old.overridden.iter().any(|given| given == key) {
            continue;
        }
        if FOR_LIFE.contains(&key) {
            found.restart.push(format!("{key}: {}", step(was, is)));
            continue;
        }
        let Some((id, name)) = key.strip_prefix("metric.").and_then(|rest| rest.split_once('.'))
        else {
            found.now.push(format!("{key}: {}", step(was, is)));
            continue;
        };
        let is_told =
            rebuilt.contains(id) && OF_STATE.iter().any(|(of_state, _)| *of_state == name);
        if !whole.contains(id) && !is_told {
            found.now.push(format!("metric `{id}`: {name} {}", step_of(name, was, is)));
        }
    }
    found
}

/// True if a metric without a state counts only what comes.
fn counts_from_now(id: &str, new: &Outline) -> bool {
    let is = |of: Option<&String>, value: &str| of.is_some_and(|is| is == value);
    is(new.settings.get(&format!("metric.{id}.backfill")), "none")
        || is(new.state.get("lateness.clock"), "processing")
}

/// The zone by another name, where its offsets are those of before.
fn zone_renamed(old: &Outline, new: &Outline) -> Option<String> {
    // What the state has of a zone stands behind its name.
    let name = |of: &Outline| Some(of.state.get(ZONE)?.split(" (").next()?.to_owned());
    let (was, is) = (name(old)?, name(new)?);
    (was != is).then(|| step(Some(&was), Some(&is)))
}

/// The settings of a metric that are the reason for counting it again.
fn why_rebuilt(id: &str, old: &Outline, new: &Outline) -> Vec<String> {
    let differs = |(name, words): &(&str, &str)| {
        let key = format!("metric.{id}.{name}");
        let (was, is) = (old.settings.get(&key), new.settings.get(&key));
        (was != is && was.is_some()).then(|| format!("{words} {}", step(was, is)))
    };
    OF_STATE.iter().filter_map(differs).collect()
}

fn step_of(name: &str, was: Option<&String>, is: Option<&String>) -> String {
    let short = |digest: &String| digest.chars().take(DIGEST_SHOWN).collect::<String>();
    match (name, was, is) {
        ("plugin", Some(was), Some(is)) => step(Some(&short(was)), Some(&short(is))),
        _ => step(was, is),
    }
}

fn step(was: Option<&String>, is: Option<&String>) -> String {
    let shown = |value: Option<&String>| match value {
        None => "not set".to_owned(),
        Some(value) if value.is_empty() => "none".to_owned(),
        Some(value) => value.clone(),
    };
    format!("{} → {}", shown(was), shown(is))
}

fn keys<'a>(
    old: &'a BTreeMap<String, String>,
    new: &'a BTreeMap<String, String>,
) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}
