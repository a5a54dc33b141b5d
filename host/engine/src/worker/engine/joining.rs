//! Metrics that lag, and join the partitions of this worker between two batches.

use streamgauge_core::MetricPhase;

use super::super::assigned_partition::Export;
use super::super::event::{CompactedIn, Joiners, MetricsIn};
use super::{Engine, FlushCause};
use crate::{Expected, Metric, NotJoined};

impl Engine {
    fn metric(&mut self, id: &str) -> Option<&mut Metric> {
        self.metrics.iter_mut().find(|metric| metric.id() == id)
    }

    /// Cuts the batch of a partition, from where on metrics are to run.
    pub(super) fn expect(&mut self, at: &MetricsIn) -> Option<Expected> {
        let i = self.index_of(at.partition)?;
        self.flush(i, FlushCause::End);
        let expected = self.partitions[i].expected();
        let mut metrics = at.metrics.iter();
        let all =
            metrics.all(|id| self.metric(id).is_some_and(|m| m.expect(at.partition, expected)));
        if !all {
            self.forget(at);
        }
        all.then_some(expected)
    }

    /// All of them join, or none, and the first that cannot says why. A metric that stopped or still
    /// lags stays so, with the state that comes.
    pub(super) fn join(&mut self, joiners: Joiners) -> Result<(), NotJoined> {
        let Joiners { states, place, partition } = joiners;
        let Some(i) = self.index_of(partition) else { return Err(NotJoined::NotExpected) };
        for state in &states {
            let metric = self.metric(&state.id).ok_or(NotJoined::NotExpected)?;
            if state.phase == MetricPhase::Running {
                metric.can_join(partition, state, place)?;
            }
        }
        for state in states {
            let metric = self.metric(&state.id).ok_or(NotJoined::NotExpected)?;
            match &state.phase {
                MetricPhase::Stopped(_) | MetricPhase::Lagging(_) => {
                    metric.settle(partition, state);
                }
                MetricPhase::Running => metric.join(partition, state, place)?,
            }
            self.partitions[i].set_changed();
        }
        Ok(())
    }

    pub(super) fn forget(&mut self, at: &MetricsIn) {
        let metrics = self.metrics.iter_mut().filter(|m| at.metrics.iter().any(|id| id == m.id()));
        metrics.for_each(|metric| metric.forget(at.partition));
    }

    /// What is exported of a metric takes its new form with the next publication.
    pub(super) fn compact(&mut self, compacted: &CompactedIn) {
        let CompactedIn { metric, partition, compacted } = compacted;
        let Some(i) = self.index_of(*partition) else { return };
        if let Some(metric) = self.metric(metric) {
            metric.compact(*partition, compacted);
            self.partitions[i].set_changed();
        }
    }

    /// Has every accumulator exported as a whole, also where nothing changed.
    pub(super) fn whole(&mut self) -> Export {
        for assigned in &mut self.partitions {
            if self.metrics.iter().any(|metric| metric.has_differences(assigned.number())) {
                assigned.set_changed();
            }
        }
        Metric::export_whole
    }

    /// Lets a metric lag where it stopped.
    pub(super) fn lag(&mut self, id: &str) {
        let Some(metric) = self.metrics.iter_mut().find(|metric| metric.id() == id) else { return };
        for assigned in &mut self.partitions {
            if metric.lag(assigned.number()) {
                assigned.set_changed();
            }
        }
    }
}
