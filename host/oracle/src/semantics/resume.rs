//! A partition that continues from a kept state, for an audit of what came after it. The kept bytes
//! are read by core, as those of the stored state are; from there on the oracle counts by itself.

use std::sync::Arc;

use streamgauge_core::{GapKind as KeptGapKind, OffsetGap, PartitionSnapshot};
use streamgauge_plugin::Plugin;

use super::Oracle;
use super::error::OracleError;
use super::histogram::Histogram;
use super::metric::Metric;
use super::partition::Partition;
use super::state::{EventTimeState, Gap, GapKind};

/// A metric that does not continue from a kept state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotResumed {
    /// The metric's id in the pipeline.
    pub metric: String,
    /// The reason, in words.
    pub reason: String,
}

impl Oracle {
    /// The partition of `kept` after the records that it covers, and the metrics that it has no
    /// state of at that place.
    ///
    /// # Errors
    /// A plugin reads a column that there is not, or cannot be started.
    pub fn resume(
        &self,
        kept: &PartitionSnapshot,
    ) -> Result<(Partition, Vec<NotResumed>), OracleError> {
        let (mut metrics, mut not_resumed) = (Vec::new(), Vec::new());
        for plugin in &self.plugins {
            match self.resume_metric(plugin, kept)? {
                Ok(metric) => metrics.push(metric),
                Err(reason) => {
                    let metric = plugin.settings().id.clone();
                    not_resumed.push(NotResumed { metric, reason });
                }
            }
        }
        let state = event_time_state(kept);
        let partition = Partition::at(kept.partition, state, Arc::clone(&self.rules), metrics);
        Ok((partition, not_resumed))
    }

    /// The metric of `plugin` with its kept state, or why it has none.
    fn resume_metric(
        &self,
        plugin: &Plugin,
        kept: &PartitionSnapshot,
    ) -> Result<Result<Metric, String>, OracleError> {
        let state = kept.metrics.iter().find(|state| state.id == plugin.settings().id);
        let Some(state) = state else {
            return Ok(Err("the kept state does not have it".to_owned()));
        };
        if state.phase.stop().is_some() || state.next_offset != kept.state.next_offset {
            let offset = state.next_offset;
            return Ok(Err(format!("it had stopped at offset {offset} in the kept state")));
        }
        let (fields, history_keep) = (&self.rules.fields, self.rules.history_keep);
        let mut metric = Metric::new(plugin, fields, kept.partition, history_keep)?;
        Ok(match metric.restore(state) {
            Ok(()) => Ok(metric),
            Err(error) => Err(format!("its plugin does not take the kept state: {error}")),
        })
    }
}

fn event_time_state(kept: &PartitionSnapshot) -> EventTimeState {
    let (state, books) = (&kept.state, &kept.state.accounting);
    EventTimeState {
        origin: state.origin,
        next_offset: state.next_offset,
        max_event_time: state.max_event_time.map(|time| time.0),
        read: books.read,
        on_time: books.on_time,
        late: books.late,
        rejected: books.rejections,
        fallback: books.fallback,
        future: books.future,
        past: books.past,
        delay_sum: books.late_delay_sum,
        delay_max: books.late_delay_max,
        histogram: Histogram { buckets: state.histogram.buckets().collect() },
        gaps: state.gaps.iter().map(gap).collect(),
    }
}

fn gap(kept: &OffsetGap) -> Gap {
    let kind = match kept.kind {
        KeptGapKind::LogStartMoved => GapKind::LogStartMoved,
        KeptGapKind::LogEndMoved => GapKind::LogEndMoved,
        KeptGapKind::TopicRecreated => GapKind::TopicRecreated,
        KeptGapKind::FileReplaced => GapKind::FileReplaced,
        KeptGapKind::FileRewritten => GapKind::FileRewritten,
    };
    Gap { kind, from: kept.from, to: kept.to }
}
