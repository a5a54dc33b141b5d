//! Accumulators that were published with differences, made whole as the compactor does it.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, PartitionSnapshot};
use streamgauge_engine::{Compacted, CompactedIn};
use streamgauge_plugin::{Instance, Plugin};

/// Every accumulator with differences, made whole.
pub(crate) fn compacted(
    plugins: &[Plugin],
    published: &[Arc<PartitionSnapshot>],
) -> Vec<CompactedIn> {
    let mut all = Vec::new();
    for snapshot in published {
        for metric in &snapshot.metrics {
            let Some(plugin) = plugins.iter().find(|p| p.settings().id == metric.id) else {
                continue;
            };
            for (spec, pane, lateness, bytes) in metric.each_accumulator() {
                if bytes.as_whole().is_some() {
                    continue;
                }
                // The host leaves the last one out, as far as there are so many.
                let until = (bytes.parts().len() - 1).max(2);
                let of = AccumulatorBytes::of_parts(bytes.parts()[..until].to_vec());
                let of = of.expect("there are two");
                let mut instance = Instance::open(plugin).expect("the plugin starts");
                let whole = instance.whole(pane, metric.state_version, &of);
                let whole = whole.expect("it reads what it wrote");
                let compacted = Compacted { spec, pane, lateness, of, whole };
                let (metric, partition) = (metric.id.clone(), snapshot.partition);
                all.push(CompactedIn { metric, partition, compacted });
            }
        }
    }
    all
}
