//! What happened since the host started: the moments that explain a change in the figures, found
//! by comparing each status with the one before.

use std::collections::{BTreeMap, BTreeSet};

use streamgauge_wire::{Happened, Mode, Status};

/// Moments kept.
const HAPPENED_MAX: usize = 50;

/// The moments, oldest first, and what is known of the last status.
pub(super) struct EventLog {
    moments: Vec<Happened>,
    waits: bool,
    failed: bool,
    checkpoint_fails: bool,
    stopped: BTreeSet<String>,
    /// By partition: gaps that were passed.
    gaps: BTreeMap<u32, usize>,
}

/// The facts that moments are found in.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    mode: Mode,
    /// The code of the cause of `mode`.
    cause: Option<String>,
    checkpoint_fails: bool,
    /// Metrics that stand still.
    stopped: Vec<String>,
    /// By partition: gaps that were passed.
    gaps: Vec<(u32, usize)>,
}

impl Observed {
    /// The facts in `status`.
    pub(super) fn of(status: &Status) -> Self {
        let stopped = status.metrics.iter().filter(|metric| metric.reason.is_some());
        Self {
            mode: status.mode,
            cause: status.cause.as_ref().map(|cause| cause.code.clone()),
            checkpoint_fails: status.checkpoint.as_ref().is_some_and(|stored| stored.failures > 0),
            stopped: stopped.map(|metric| metric.id.clone()).collect(),
            gaps: status.partitions.iter().map(|p| (p.partition, p.gaps.len())).collect(),
        }
    }
}

impl EventLog {
    /// Of a host that started at `started_at`.
    pub(super) fn new(started_at: i64) -> Self {
        let started = Happened { at: started_at, what: "started", of: None };
        Self {
            moments: vec![started],
            waits: false,
            failed: false,
            checkpoint_fails: false,
            stopped: BTreeSet::new(),
            gaps: BTreeMap::new(),
        }
    }

    /// Notes what is new in `observed` as of `now`, in milliseconds since the Unix epoch.
    pub(super) fn note(&mut self, observed: Observed, now: i64) -> Vec<Happened> {
        let mut moments = Vec::new();
        let mut happened = |what, of| moments.push(Happened { at: now, what, of });
        let Observed { mode, cause, checkpoint_fails, stopped, gaps } = observed;
        let (waits, failed) = (mode == Mode::Waiting, mode == Mode::Failed);
        if waits && !self.waits {
            happened("waiting", cause.clone());
        }
        if failed && !self.failed {
            happened("failed", cause);
        }
        let reads = matches!(mode, Mode::CatchingUp | Mode::Live | Mode::Replaying);
        if self.waits && reads {
            happened("resumed", None);
        }
        // While state is restored, nothing has resumed yet.
        self.waits = waits || (self.waits && !reads && !failed);
        self.failed = failed;
        if checkpoint_fails != self.checkpoint_fails {
            let what = if checkpoint_fails { "checkpoint_failed" } else { "checkpoint_stored" };
            happened(what, None);
        }
        self.checkpoint_fails = checkpoint_fails;
        for metric in stopped {
            if self.stopped.insert(metric.clone()) {
                happened("quarantined", Some(metric));
            }
        }
        for (partition, passed) in gaps {
            // The gaps of the stored state happened in earlier runs.
            let known = self.gaps.entry(partition).or_insert(passed);
            if passed > *known {
                happened("gap", Some(partition.to_string()));
            }
            *known = passed;
        }
        self.moments.extend(moments);
        self.moments.drain(..self.moments.len().saturating_sub(HAPPENED_MAX));
        self.moments.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(moments: &[Happened]) -> Vec<(i64, &str, Option<&str>)> {
        moments.iter().map(|moment| (moment.at, moment.what, moment.of.as_deref())).collect()
    }

    fn observed(mode: Mode) -> Observed {
        Observed {
            mode,
            cause: None,
            checkpoint_fails: false,
            stopped: Vec::new(),
            gaps: vec![(0, 0)],
        }
    }

    #[test]
    fn a_moment_is_told_once() {
        let mut events = EventLog::new(1);
        assert_eq!(told(&events.note(observed(Mode::Live), 2)), [(1, "started", None)]);
        let cause = Some("broker_unreachable".to_owned());
        let waiting = Observed { cause, ..observed(Mode::Waiting) };
        events.note(waiting.clone(), 3);
        events.note(waiting, 4);
        events.note(observed(Mode::Restoring), 5);
        let back = Observed {
            stopped: vec!["behavior".to_owned()],
            gaps: vec![(0, 1)],
            checkpoint_fails: true,
            ..observed(Mode::Live)
        };
        events.note(back.clone(), 6);
        let moments = events.note(back, 7);
        let expected = [
            (1, "started", None),
            (3, "waiting", Some("broker_unreachable")),
            (6, "resumed", None),
            (6, "checkpoint_failed", None),
            (6, "quarantined", Some("behavior")),
            (6, "gap", Some("0")),
        ];
        assert_eq!(told(&moments), expected);
        let moments = events.note(observed(Mode::Live), 8);
        assert_eq!(moments.last().map(|moment| moment.what), Some("checkpoint_stored"));
    }

    #[test]
    fn gaps_of_an_earlier_run_are_not_told_again() {
        let mut events = EventLog::new(1);
        let restored = Observed { gaps: vec![(0, 2), (1, 0)], ..observed(Mode::Live) };
        assert_eq!(told(&events.note(restored.clone(), 2)), [(1, "started", None)]);
        let passed = Observed { gaps: vec![(0, 3), (1, 0)], ..restored };
        let moments = events.note(passed, 3);
        assert_eq!(told(&moments), [(1, "started", None), (3, "gap", Some("0"))]);
    }
}
