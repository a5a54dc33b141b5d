//! A metric as an operator asks for it: its books, its state, its plugin and what that costs.

use streamgauge_outbox::Overview;
use streamgauge_pipeline::Pipeline;
use streamgauge_view::{LiveMetric, Trouble};
use streamgauge_wire::{MetricStatus, PluginStatus, Stale};

use super::costs::Costs;
use super::to_wire;

/// The status of `metric`, with the costs that all workers tell.
pub(super) fn status(
    metric: &LiveMetric,
    overview: &Overview,
    costs: &Costs,
    pipeline: &Pipeline,
) -> MetricStatus {
    let books = metric.accounting();
    let id = metric.id();
    let plugin = metric.plugin();
    let cost = overview.counts.costs.get(id).copied().unwrap_or_default();
    MetricStatus {
        id: id.to_owned(),
        on_time: books.on_time,
        late: books.late,
        folded: books.folded(),
        excluded: books.excluded,
        state: metric.trouble().map_or("ok", Trouble::name),
        reason: metric.trouble().map(Trouble::reason),
        stale: metric.trouble().map(|trouble| {
            let stale = trouble.stale();
            Stale { hint: pipeline.naming_itself(&stale.hint), ..stale }
        }),
        missing: metric.missing().to_vec(),
        windows: metric.window_books().iter().map(to_wire::window_books).collect(),
        plugin: PluginStatus {
            file: plugin.settings().plugin.display().to_string(),
            name: plugin.descriptor().name.clone(),
            version: plugin.descriptor().version.clone(),
            digest: plugin.digest().to_string(),
            ns_per_row: costs.ns_per_row(id),
            rows: cost.rows,
            seconds: (cost.time + cost.exporting).as_secs_f64(),
            memory_bytes: cost.memory_bytes,
            traps: cost.traps,
        },
    }
}
