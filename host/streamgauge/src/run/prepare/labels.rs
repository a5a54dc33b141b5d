//! What people call the values of a field: as the pipeline file says, or else as a plugin that reads
//! the field does. So one plugin that knows the words for a column serves all metrics of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use streamgauge_pipeline::Labels;
use streamgauge_plugin::{Output, Plugin};
use streamgauge_view::localized;

/// The labels of `file` with those that the outputs of `plugins` have for further values, each
/// output of a field once.
pub(super) fn of_all(file: &Labels, plugins: &[Plugin]) -> Labels {
    let mut labels = file.clone();
    for plugin in plugins {
        let descriptor = plugin.descriptor();
        for (name, input) in descriptor.input_names.iter().zip(&descriptor.inputs) {
            let is_its = |output: &&Output| output.name == *name && !output.labels.is_empty();
            let Some(output) = descriptor.outputs.iter().find(is_its) else { continue };
            let of_field = labels.entry(input.name.clone()).or_default();
            let known: BTreeSet<String> = of_field.iter().map(|(key, _)| key.clone()).collect();
            let others = output.labels.iter().filter(|label| !known.contains(&label.key));
            of_field.extend(
                others.map(|label| (label.key.clone(), localized(&label.text, &label.key))),
            );
        }
    }
    labels
}

/// The same plugins with these labels.
pub(super) fn given(plugins: Vec<Plugin>, labels: &Arc<Labels>) -> Vec<Plugin> {
    plugins.into_iter().map(|plugin| plugin.with_labels(labels)).collect()
}
