//! What happened since the host started: the moments that explain a change in the figures, found
//! by comparing each status with the one before.

use std::collections::{BTreeMap, BTreeSet};

use crate::run::status::Phase;
use streamgauge_wire::{Cause, GapStatus, Happened, Mode, Status, Trouble};

/// Moments kept.
const HAPPENED_MAX: usize = 50;

/// The moments, oldest first, and what is known of the last status.
pub(super) struct EventLog {
    moments: Vec<Happened>,
    waits: bool,
    failed: bool,
    /// By thing and code: the names of what stood still at the last look.
    standing: BTreeMap<(&'static str, String), String>,
    stopped: BTreeSet<String>,
    /// By partition: gaps that were passed.
    gaps: BTreeMap<u32, usize>,
}

/// The facts that moments are found in.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    mode: Mode,
    cause: Option<Cause>,
    /// What stands still while the pipeline as a whole reads, or is incomplete.
    troubles: Vec<Trouble>,
    /// Metrics that stand still, with the reason.
    stopped: Vec<(String, Cause)>,
    /// By partition: gaps that were passed.
    gaps: Vec<(u32, Vec<GapStatus>)>,
    /// The wait is in the log already.
    is_logged: bool,
}

impl Observed {
    /// The facts in `status`, of a run in `phase`.
    pub(super) fn of(status: &Status, phase: &Phase) -> Self {
        let troubles = status.health.troubles.iter().chain(&status.health.degraded);
        // A metric is told by its own state, the whole pipeline by its mode.
        let troubles = troubles.filter(|t| !matches!(t.what, "metric" | "pipeline")).cloned();
        let stopped = |metric: &streamgauge_wire::MetricStatus| {
            let reason = metric.reason.clone()?;
            let args = [("metric".to_owned(), metric.id.clone())].into();
            let cause = Cause { code: metric.state.to_owned(), message: reason, args, hint: None };
            Some((metric.id.clone(), cause))
        };
        Self {
            mode: status.mode,
            cause: status.cause.clone(),
            troubles: troubles.collect(),
            stopped: status.metrics.iter().filter_map(stopped).collect(),
            gaps: status.partitions.iter().map(|p| (p.partition, p.gaps.clone())).collect(),
            is_logged: matches!(phase, Phase::Waiting(_)),
        }
    }
}

impl EventLog {
    /// Of a host that started at `started_at`.
    pub(super) fn new(started_at: i64) -> Self {
        let started = Happened { at: started_at, what: "started", of: None, cause: None };
        Self {
            moments: vec![started],
            waits: false,
            failed: false,
            standing: BTreeMap::new(),
            stopped: BTreeSet::new(),
            gaps: BTreeMap::new(),
        }
    }

    /// Notes what is new in `observed` as of `now`, in milliseconds since the Unix epoch.
    pub(super) fn note(&mut self, observed: Observed, now: i64) -> Vec<Happened> {
        let mut moments = Vec::new();
        let mut happened = |what, of, cause| moments.push(Happened { at: now, what, of, cause });
        let Observed { mode, cause, troubles, stopped, gaps, is_logged } = observed;
        let (waits, failed) = (mode == Mode::Waiting, mode == Mode::Failed);
        let code = cause.as_ref().map(|cause| cause.code.clone());
        if waits && !self.waits {
            happened("waiting", code.clone(), cause.clone());
        }
        if failed && !self.failed {
            happened("failed", code, cause);
        }
        let reads = matches!(mode, Mode::CatchingUp | Mode::Live | Mode::Replaying);
        if self.waits && reads {
            happened("resumed", None, None);
        }
        // While state is restored, nothing has resumed yet.
        self.waits = waits || (self.waits && !reads && !failed);
        self.failed = failed;
        let mut before = std::mem::take(&mut self.standing);
        for Trouble { what, of, cause, .. } in troubles {
            let (key, names) = ((what, cause.code.clone()), of.join(", "));
            if before.remove(&key).is_none() {
                let of = match what {
                    "partition" => Some(names.clone()),
                    "data" => Some(cause.code.clone()),
                    _ => None,
                };
                happened(began(what), of, Some(cause));
            }
            self.standing.insert(key, names);
        }
        for ((what, _), names) in before {
            if let Some(ended) = ended(what) {
                happened(ended, Some(names).filter(|names| !names.is_empty()), None);
            }
        }
        for (metric, cause) in stopped {
            if self.stopped.insert(metric.clone()) {
                happened("quarantined", Some(metric), Some(cause));
            }
        }
        for (partition, passed) in gaps {
            // The gaps of the stored state happened in earlier runs.
            let known = self.gaps.entry(partition).or_insert(passed.len());
            if let Some(last) = passed.last().filter(|_| passed.len() > *known) {
                happened("gap", Some(partition.to_string()), Some(gap(partition, *last)));
            }
            *known = passed.len();
        }
        let untold = moments.iter().filter(|moment| !(moment.what == "waiting" && is_logged));
        untold.for_each(log);
        self.moments.extend(moments);
        self.moments.drain(..self.moments.len().saturating_sub(HAPPENED_MAX));
        self.moments.clone()
    }
}

/// Tells a moment in the log, where nobody else does: what is lost and back outside.
fn log(moment: &Happened) {
    let of = moment.of.as_deref().unwrap_or_default();
    match (moment.what, &moment.cause) {
        // The checkpointer and the opening of the log have told these.
        (_, Some(cause)) if TOLD_ELSEWHERE.contains(&cause.code.as_str()) => {}
        ("waiting", Some(cause)) => {
            tracing::warn!("reading waits and is tried again by itself: {}", cause.message);
        }
        ("partition_stopped", Some(cause)) => {
            tracing::warn!("partitions {of} are not read: {}", cause.message);
        }
        ("resumed", _) => tracing::info!("reading goes on"),
        ("partition_resumed", _) => tracing::info!("partitions {of} are read again"),
        _ => {}
    }
}

/// Codes of causes that are in the log before they are noted here.
const TOLD_ELSEWHERE: [&str; 4] =
    ["checkpoint_failing", "log_start_moved", "log_end_moved", "topic_recreated"];

/// The moment at which such a thing began to stand still.
fn began(what: &str) -> &'static str {
    match what {
        "partition" => "partition_stopped",
        "checkpoint" => "checkpoint_failed",
        _ => "degraded",
    }
}

/// The moment at which such a thing moves again, where that is told.
fn ended(what: &str) -> Option<&'static str> {
    match what {
        "partition" => Some("partition_resumed"),
        "checkpoint" => Some("checkpoint_stored"),
        _ => None,
    }
}

/// The gap that a partition passed.
fn gap(partition: u32, GapStatus { kind, from, to }: GapStatus) -> Cause {
    let args = [("partition", i64::from(partition)), ("from", from), ("to", to)];
    Cause {
        code: kind.to_owned(),
        message: format!("partition {partition} passed a gap ({kind}) from offset {from} to {to}"),
        args: args.map(|(name, value)| (name.to_owned(), value.to_string())).into(),
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(moments: &[Happened]) -> Vec<(i64, &str, Option<&str>, Option<&str>)> {
        let mut all = Vec::new();
        for Happened { at, what, of, cause } in moments {
            let code = cause.as_ref().map(|cause| cause.code.as_str());
            all.push((*at, *what, of.as_deref(), code));
        }
        all
    }

    fn cause(code: &str) -> Cause {
        let (message, args) = (format!("because of {code}"), BTreeMap::new());
        Cause { code: code.to_owned(), message, args, hint: None }
    }

    fn trouble(what: &'static str, of: &[&str], code: &str) -> Trouble {
        let of = of.iter().map(|name| (*name).to_owned()).collect();
        Trouble { what, of, since: 0, cause: cause(code) }
    }

    fn observed(mode: Mode) -> Observed {
        let (troubles, stopped) = (Vec::new(), Vec::new());
        let gaps = vec![(0, Vec::new())];
        Observed { mode, cause: None, troubles, stopped, gaps, is_logged: false }
    }

    const GAP: GapStatus = GapStatus { kind: "log_start_moved", from: 5, to: 9 };

    #[test]
    fn a_moment_is_told_once_with_its_reason() {
        let mut events = EventLog::new(1);
        assert_eq!(told(&events.note(observed(Mode::Live), 2)), [(1, "started", None, None)]);
        let unreachable = Some(cause("broker_unreachable"));
        let waiting = Observed { cause: unreachable, ..observed(Mode::Waiting) };
        events.note(waiting.clone(), 3);
        events.note(waiting, 4);
        events.note(observed(Mode::Restoring), 5);
        let back = Observed {
            stopped: vec![("behavior".to_owned(), cause("quarantined"))],
            gaps: vec![(0, vec![GAP])],
            troubles: vec![
                trouble("checkpoint", &[], "checkpoint_failing"),
                trouble("partition", &["1", "3"], "unanswered"),
                trouble("data", &[], "mostly_late"),
            ],
            ..observed(Mode::Live)
        };
        events.note(back.clone(), 6);
        let moments = events.note(back, 7);
        let expected = [
            (1, "started", None, None),
            (3, "waiting", Some("broker_unreachable"), Some("broker_unreachable")),
            (6, "resumed", None, None),
            (6, "checkpoint_failed", None, Some("checkpoint_failing")),
            (6, "partition_stopped", Some("1, 3"), Some("unanswered")),
            (6, "degraded", Some("mostly_late"), Some("mostly_late")),
            (6, "quarantined", Some("behavior"), Some("quarantined")),
            (6, "gap", Some("0"), Some("log_start_moved")),
        ];
        assert_eq!(told(&moments), expected);
        let moments = events.note(observed(Mode::Live), 8);
        let ends =
            [(8, "checkpoint_stored", None, None), (8, "partition_resumed", Some("1, 3"), None)];
        assert_eq!(told(&moments)[8..], ends);
    }

    #[test]
    fn a_trouble_of_more_partitions_is_no_new_moment() {
        let mut events = EventLog::new(1);
        let of = |names: &[&str]| Observed {
            troubles: vec![trouble("partition", names, "unanswered")],
            ..observed(Mode::Live)
        };
        events.note(of(&["1"]), 2);
        assert_eq!(events.note(of(&["1", "2"]), 3).len(), 2);
        let moments = events.note(observed(Mode::Live), 4);
        assert_eq!(told(&moments)[2..], [(4, "partition_resumed", Some("1, 2"), None)]);
    }

    #[test]
    fn gaps_of_an_earlier_run_are_not_told_again() {
        let mut events = EventLog::new(1);
        let of = |passed: usize| Observed {
            gaps: vec![(0, vec![GAP; passed]), (1, Vec::new())],
            ..observed(Mode::Live)
        };
        assert_eq!(told(&events.note(of(2), 2)), [(1, "started", None, None)]);
        let moments = events.note(of(3), 3);
        let passed = (3, "gap", Some("0"), Some("log_start_moved"));
        assert_eq!(told(&moments), [(1, "started", None, None), passed]);
    }
}
