//! What the state of each metric depends on, held against the present pipeline.

use std::collections::BTreeMap;

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_pipeline::{
    DescribedMetric, Diagnostic, DisplayKeys, Document, MetricFingerprint, MetricPart, PartChange,
    Pipeline, UnreadableFingerprint,
};
use streamgauge_plugin::Plugin;

use super::older;
use super::records::WAYS_OUT;

/// The key and the fingerprint of a metric among the settings that stored state depends on.
pub(super) fn entry(pipeline: &Pipeline, plugin: &Plugin) -> (String, String) {
    let fingerprint = described(plugin).fingerprint(&pipeline.schema);
    (MetricFingerprint::key(&plugin.settings().id), fingerprint.to_string())
}

/// How a metric of the pipeline stands to one of a stored state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) enum Standing {
    /// The state knows no such metric.
    New,
    /// The state is of just this metric, or of an older version that the plugin reads.
    Same,
    /// The state is of a later version of the program.
    Unreadable(UnreadableFingerprint),
    /// The state is of another metric.
    Other {
        /// The parts that are not as they were.
        changes: Vec<PartChange>,
        /// Where the state version is all that differs: why the plugin does not read the older one.
        refused: Option<String>,
    },
}

impl Standing {
    /// What is not as it was, in words.
    pub(in crate::run) fn words(&self) -> String {
        match self {
            Self::New | Self::Same => String::new(),
            Self::Unreadable(unreadable) => unreadable.to_string(),
            Self::Other { changes, .. } => {
                let words: Vec<String> = changes.iter().map(ToString::to_string).collect();
                words.join("; ")
            }
        }
    }
}

/// How the metric of `plugin` stands to the `settings` of a stored state. A state of an older version
/// is read from `older`; without it, it is of another metric.
pub(in crate::run) fn standing(
    pipeline: &Pipeline,
    plugin: &Plugin,
    settings: &BTreeMap<String, String>,
    older: Option<&Checkpoint>,
) -> Standing {
    let described = described(plugin);
    let stored = match described.stored(settings) {
        None => return Standing::New,
        Some(Err(unreadable)) => return Standing::Unreadable(unreadable),
        Some(Ok(stored)) => stored,
    };
    let changes = stored.difference(&described.fingerprint(&pipeline.schema));
    let is_older = matches!(&changes[..], [change] if change.part == MetricPart::StateVersion);
    let read = older.filter(|_| is_older).map(|older| older::read(plugin, older));
    match read {
        Some(Ok(())) => Standing::Same,
        None if changes.is_empty() => Standing::Same,
        None => Standing::Other { changes, refused: None },
        Some(Err(reason)) => Standing::Other { changes, refused: Some(reason.to_string()) },
    }
}

/// A metric with what its plugin says of itself.
fn described(plugin: &Plugin) -> DescribedMetric<'_> {
    let descriptor = plugin.descriptor();
    DescribedMetric {
        settings: plugin.settings(),
        inputs: descriptor.reads().collect(),
        display: DisplayKeys::of_schema(&descriptor.config_schema),
        state_version: descriptor.state_version,
    }
}

/// Each part of a metric's fingerprint that is not as it was; nothing where the state version is all
/// and the plugin reads the older one.
pub(super) fn changed(
    (pipeline, document): (&Pipeline, &Document),
    plugin: &Plugin,
    checkpoint: &Checkpoint,
) -> Vec<Diagnostic> {
    let id = &plugin.settings().id;
    let index = pipeline.metrics.iter().position(|metric| metric.id == *id);
    let at = |setting: &str| {
        let table = index.map_or_else(|| "metric".to_owned(), |index| format!("metric[{index}]"));
        document.place(&format!("{table}.{setting}"))
    };
    let error = |message: String, setting: &str, first: &str| {
        Diagnostic::error(message).at(at(setting)).help(format!("{first}, {WAYS_OUT}"))
    };
    let (changes, refused) =
        match standing(pipeline, plugin, &checkpoint.settings, Some(checkpoint)) {
            Standing::Same => return Vec::new(),
            Standing::New => {
                let message =
                    format!("metric `{id}` is new, but the state covers records without it");
                return vec![error(message, "id", "take it out again")];
            }
            Standing::Unreadable(unreadable) => {
                return vec![error(format!("metric `{id}`: {unreadable}"), "id", "take it out")];
            }
            Standing::Other { changes, refused } => (changes, refused),
        };
    let told = |change: &PartChange| {
        let setting = match change.part {
            MetricPart::StateVersion => "plugin".to_owned(),
            _ => change.setting(),
        };
        let told = error(format!("metric `{id}`: {change}"), &setting, "set it back");
        match &refused {
            Some(reason) => told.label(reason.clone()),
            None => told,
        }
    };
    changes.iter().map(told).collect()
}
