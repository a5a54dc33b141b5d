//! State of another state version than the plugin's: the plugin itself says if it reads that state.
//!
//! Every accumulator is read once, by an instance that is dropped again, so a pipeline starts with
//! all of its state or, with the reason at its place, not at all.

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_plugin::{CallError, Instance, Plugin};

/// Reads all of the metric's state.
///
/// # Errors
/// The plugin does not read the state, with its reason.
pub(super) fn read(plugin: &Plugin, checkpoint: &Checkpoint) -> Result<(), CallError> {
    let mut instance = Instance::open(plugin)?;
    let partitions = checkpoint.partitions.iter().flat_map(|partition| &partition.metrics);
    for metric in partitions.filter(|metric| metric.id == plugin.settings().id) {
        for (_, window, _, state) in metric.each_accumulator() {
            let read = instance.restore_parts(window, metric.state_version, state)?;
            instance.release(read)?;
        }
    }
    Ok(())
}
