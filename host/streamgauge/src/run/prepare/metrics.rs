//! What the state of each metric depends on, held against the present pipeline.

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_pipeline::{
    DescribedMetric, Diagnostic, DisplayKeys, Document, MetricPart, PartChange, Pipeline,
};
use streamgauge_plugin::Plugin;

use super::older;
use super::records::WAYS_OUT;

/// The key and the fingerprint of a metric among the settings that stored state depends on.
pub(super) fn entry(pipeline: &Pipeline, plugin: &Plugin) -> (String, String) {
    let fingerprint = described(plugin).fingerprint(&pipeline.schema);
    (format!("metric.{}", plugin.settings().id), fingerprint.to_string())
}

/// A metric with what its plugin says of itself.
pub(in crate::run) fn described(plugin: &Plugin) -> DescribedMetric<'_> {
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
    let described = described(plugin);
    let stored = match described.stored(&checkpoint.settings) {
        None => {
            let message = format!("metric `{id}` is new, but the state covers records without it");
            return vec![error(message, "id", "take it out again")];
        }
        Some(Err(unreadable)) => {
            return vec![error(format!("metric `{id}`: {unreadable}"), "id", "take it out")];
        }
        Some(Ok(stored)) => stored,
    };
    let changes = stored.difference(&described.fingerprint(&pipeline.schema));
    let mut refused = None;
    if let [change] = changes.as_slice()
        && change.part == MetricPart::StateVersion
    {
        match older::read(plugin, checkpoint) {
            Ok(()) => return Vec::new(),
            Err(reason) => refused = Some(reason.to_string()),
        }
    }
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
