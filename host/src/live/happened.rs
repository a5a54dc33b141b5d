//! What happened since the host started: the moments that explain a change in the figures, found
//! by comparing each status with the one before.

use std::collections::{BTreeMap, BTreeSet};

use crate::server::wire::{Happened, Mode, Status};

/// Moments kept.
const HAPPENED_MAX: usize = 50;

/// The moments, oldest first, and what is known of the last status.
pub(super) struct Diary {
    moments: Vec<Happened>,
    waits: bool,
    failed: bool,
    checkpoint_fails: bool,
    quarantined: BTreeSet<String>,
    /// By partition: gaps that were passed.
    gaps: BTreeMap<u32, usize>,
}

impl Diary {
    /// Of a host that started at `started_at`.
    pub(super) fn new(started_at: i64) -> Self {
        let started = Happened { at: started_at, what: "started", of: None };
        Self {
            moments: vec![started],
            waits: false,
            failed: false,
            checkpoint_fails: false,
            quarantined: BTreeSet::new(),
            gaps: BTreeMap::new(),
        }
    }

    /// Notes what is new in `status` as of `now`.
    pub(super) fn note(&mut self, status: &Status, now: i64) -> Vec<Happened> {
        let mut moments = Vec::new();
        let mut happened = |what, of| moments.push(Happened { at: now, what, of });
        let code = || status.cause.as_ref().map(|cause| cause.code.clone());
        let (waits, failed) = (status.mode == Mode::Waiting, status.mode == Mode::Failed);
        if waits && !self.waits {
            happened("waiting", code());
        }
        if failed && !self.failed {
            happened("failed", code());
        }
        let reads = matches!(status.mode, Mode::CatchingUp | Mode::Live | Mode::Replaying);
        if self.waits && reads {
            happened("resumed", None);
        }
        // While it is restored, nothing has gone on yet.
        self.waits = waits || (self.waits && !reads && !failed);
        self.failed = failed;
        let fails = status.checkpoint.as_ref().is_some_and(|stored| stored.failures > 0);
        if fails != self.checkpoint_fails {
            happened(if fails { "checkpoint_failed" } else { "checkpoint_stored" }, None);
        }
        self.checkpoint_fails = fails;
        for metric in status.metrics.iter().filter(|metric| metric.state == "quarantined") {
            if self.quarantined.insert(metric.id.clone()) {
                happened("quarantined", Some(metric.id.clone()));
            }
        }
        for partition in &status.partitions {
            let known = self.gaps.entry(partition.partition);
            // Those that were in the stored state happened in earlier runs.
            let known = known.or_insert(partition.gaps.len());
            if partition.gaps.len() > *known {
                happened("gap", Some(partition.partition.to_string()));
            }
            *known = partition.gaps.len();
        }
        self.moments.extend(moments);
        self.moments.drain(..self.moments.len().saturating_sub(HAPPENED_MAX));
        self.moments.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::tests::fixture::status;
    use crate::server::wire::{Cause, GapStatus};

    fn told(moments: &[Happened]) -> Vec<(i64, &str, Option<&str>)> {
        moments.iter().map(|moment| (moment.at, moment.what, moment.of.as_deref())).collect()
    }

    #[test]
    fn a_moment_is_told_once() {
        let mut diary = Diary::new(1);
        assert_eq!(told(&diary.note(&status(), 2)), [(1, "started", None)]);
        let mut waiting = status();
        waiting.mode = Mode::Waiting;
        waiting.cause = Some(Cause {
            code: "broker_unreachable".to_owned(),
            message: String::new(),
            args: BTreeMap::new(),
            hint: None,
        });
        diary.note(&waiting, 3);
        diary.note(&waiting, 4);
        let mut back = status();
        back.mode = Mode::Restoring;
        diary.note(&back, 5);
        let mut back = status();
        back.metrics[0].state = "quarantined";
        back.partitions[0].gaps = vec![GapStatus { kind: "log_start_moved", from: 1, to: 2 }];
        back.checkpoint.as_mut().expect("state is kept").failures = 1;
        diary.note(&back, 6);
        let moments = diary.note(&back, 7);
        let expected = [
            (1, "started", None),
            (3, "waiting", Some("broker_unreachable")),
            (6, "resumed", None),
            (6, "checkpoint_failed", None),
            (6, "quarantined", Some("behavior")),
            (6, "gap", Some("0")),
        ];
        assert_eq!(told(&moments), expected);
        let moments = diary.note(&status(), 8);
        assert_eq!(moments.last().map(|moment| moment.what), Some("checkpoint_stored"));
    }
}
