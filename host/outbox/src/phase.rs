//! How far a metric is in a partition.

use std::collections::BTreeMap;

/// The phase of a metric in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricPhase {
    /// It folds what its partition reads.
    Running,
    /// Its state stays where it is.
    Stopped {
        /// The reason of the stop, in words for people.
        reason: String,
        /// The next offset that the metric has not seen.
        at: i64,
    },
}

impl MetricPhase {
    /// Why the metric stopped; `None` means that it did not.
    pub fn stop_reason(&self) -> Option<&str> {
        match self {
            Self::Running => None,
            Self::Stopped { reason, .. } => Some(reason),
        }
    }
}

/// Phases by metric and partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricPhases(BTreeMap<String, BTreeMap<u32, MetricPhase>>);

impl MetricPhases {
    /// Notes the phase of `metric` in `partition`.
    pub fn set(&mut self, metric: &str, partition: u32, phase: MetricPhase) {
        self.0.entry(metric.to_owned()).or_default().insert(partition, phase);
    }

    /// Adds the phases of other partitions.
    pub fn merge(&mut self, other: &Self) {
        for (metric, phases) in &other.0 {
            self.0.entry(metric.clone()).or_default().extend(phases.clone());
        }
    }

    /// The phase of `metric` in `partition`, if it is known.
    pub fn get(&self, metric: &str, partition: u32) -> Option<&MetricPhase> {
        self.0.get(metric)?.get(&partition)
    }

    /// The metrics that stopped in at least one partition, with the reason of the first one.
    pub fn stopped(&self) -> BTreeMap<String, String> {
        let reason = |(metric, phases): (&String, &BTreeMap<u32, MetricPhase>)| {
            let reason = phases.values().find_map(MetricPhase::stop_reason)?;
            Some((metric.clone(), reason.to_owned()))
        };
        self.0.iter().filter_map(reason).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_that_stopped_anywhere_has_stopped() {
        let stopped = |reason: &str| MetricPhase::Stopped { reason: reason.to_owned(), at: 9 };
        let mut phases = MetricPhases::default();
        phases.set("age", 0, MetricPhase::Running);
        phases.set("gender", 0, MetricPhase::Running);
        let mut other = MetricPhases::default();
        other.set("age", 5, stopped("too old"));
        other.set("age", 3, stopped("too young"));
        phases.merge(&other);
        let found: Vec<_> = phases.stopped().into_iter().collect();
        assert_eq!(found, [("age".to_owned(), "too young".to_owned())]);
        assert_eq!(phases.get("age", 5), Some(&stopped("too old")));
        assert_eq!(phases.get("age", 1), None);
    }
}
