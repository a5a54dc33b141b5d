//! The oracle: docs/semantics.md as a program. The oracle takes one record at a time, keeps
//! everything in sorted maps, has no batches, threads or caches to be invalidated, and asks a plugin about every row by itself: slow, and easy to hold against the page.
//!
//! Invariant: the oracle shares no code with the way of a record through the engine, but for the
//! settings and the plugins themselves. Where both come to the same digests, both are right or both
//! are wrong in the same way twice. `streamgauge explain` prints its [`Verdict`] on one record,
//! `streamgauge verify` compares its [`PartitionState`] with the stored one.

mod bytes;
mod civil;
mod csv;
mod decode;
mod error;
mod event_time;
mod histogram;
mod instances;
mod json;
mod merge;
mod metric;
mod moment;
mod pane_set;
mod part;
mod partition;
mod resume;
mod row;
mod rules;
mod state;
mod value;
mod verdict;
mod windows;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use streamgauge_pipeline::Pipeline;
use streamgauge_plugin::Plugin;

pub use civil::Span;
pub use decode::Rejection;
pub use error::OracleError;
pub use event_time::Fallback;
pub use histogram::Histogram;
pub use merge::{MergedMetric, MergedWindow, WindowPhase};
pub use part::Part;
pub use partition::{Partition, Record};
pub use resume::NotResumed;
pub use state::{
    EventTimeState, FinalPane, Gap, GapKind, LateSample, MetricState, PaneState, PartitionState,
    WindowState,
};
pub use value::{Flaw, Value};
pub use verdict::{
    Effect, Exclusion, MetricVerdict, Outcome, Outside, Placed, Verdict, WindowVerdict,
};

use metric::Metric;
use rules::Rules;

/// The rules of one pipeline.
pub struct Oracle {
    rules: Arc<Rules>,
    plugins: Vec<Plugin>,
}

impl Oracle {
    /// The oracle of `pipeline`, whose metrics are `plugins`, in the same order.
    pub fn new(pipeline: &Pipeline, plugins: &[Plugin]) -> Self {
        Self { rules: Arc::new(Rules::new(pipeline)), plugins: plugins.to_vec() }
    }

    /// The oracle for CSV rows whose columns have these `names`, as a header says, in place of the
    /// schema's fields in written order.
    #[must_use]
    pub fn under_header(self, names: &[&str]) -> Self {
        let rules = (*self.rules).clone().under_header(names);
        Self { rules: Arc::new(rules), ..self }
    }

    /// The state of partition `number` before its first record; the records start at offset
    /// `origin` or later.
    ///
    /// # Errors
    /// A plugin reads a column that there is not, or cannot be started.
    pub fn partition(&self, number: u32, origin: i64) -> Result<Partition, OracleError> {
        let metric = |plugin: &Plugin| {
            Metric::new(plugin, &self.rules.fields, number, self.rules.history_keep)
        };
        let metrics = self.plugins.iter().map(metric).collect::<Result<_, _>>()?;
        Ok(Partition::new(number, origin, Arc::clone(&self.rules), metrics))
    }

    /// The results over all `partitions`, which are sorted by number; partitions in `idle` keep no
    /// window open.
    ///
    /// # Errors
    /// A plugin failed.
    pub fn merge(
        &self,
        partitions: &[PartitionState],
        idle: &BTreeSet<u32>,
    ) -> Result<Vec<MergedMetric>, OracleError> {
        let merged = |plugin| merge::merge(&self.rules, plugin, partitions, idle);
        self.plugins.iter().map(merged).collect()
    }
}
