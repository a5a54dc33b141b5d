//! State of another state version than the plugin's: the plugin itself says if it reads that state.
//!
//! Every accumulator is read once, by an instance that is dropped again, so a pipeline starts with
//! all of its state or, with the reason at its place, not at all.

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::ByLateness;
use streamgauge_plugin::{CallError, Instance, Plugin};

/// The key of a metric among the settings that stored state depends on.
pub(in crate::run) fn key(plugin: &Plugin) -> String {
    format!("metric.{}", plugin.settings().id)
}

/// The settings that the metric's state depends on.
pub(in crate::run) fn text(plugin: &Plugin) -> String {
    format!("{}{}", before_version(plugin), plugin.descriptor().state_version)
}

/// True if the state version is all that differs from the `stored` settings of the metric.
pub(in crate::run) fn is_all(plugin: &Plugin, stored: &str) -> bool {
    let version = stored.strip_prefix(&before_version(plugin));
    version.is_some_and(|version| version.parse::<u32>().is_ok())
}

fn before_version(plugin: &Plugin) -> String {
    format!("{}, state version ", plugin.settings().state_text())
}

/// Reads all of the metric's state.
///
/// # Errors
/// The plugin does not read the state, with its reason.
pub(in crate::run) fn read(plugin: &Plugin, checkpoint: &Checkpoint) -> Result<(), CallError> {
    let mut instance = Instance::open(plugin)?;
    let partitions = checkpoint.partitions.iter().flat_map(|partition| &partition.metrics);
    for metric in partitions.filter(|metric| metric.id == plugin.settings().id) {
        for pane in metric.windows.iter().flat_map(|windows| &windows.panes) {
            for (_, state) in ByLateness::new(&pane.on_time, &pane.late).iter() {
                let Some(state) = state else { continue };
                let read = instance.restore(pane.window, metric.state_version, state)?;
                instance.release(read)?;
            }
        }
    }
    Ok(())
}
