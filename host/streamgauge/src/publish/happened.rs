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
    /// The log has the end of the wait from the source: it told the beginning too.
    is_told_by_source: bool,
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
    /// The run itself waits, and not only its partitions.
    is_closed: bool,
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
            is_closed: matches!(phase, Phase::Waiting(_) | Phase::Restoring),
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
            is_told_by_source: false,
            failed: false,
            standing: BTreeMap::new(),
            stopped: BTreeSet::new(),
            gaps: BTreeMap::new(),
        }
    }

    /// Notes what somebody did, which is in the log already.
    pub(super) fn acted(&mut self, moments: impl Iterator<Item = Happened>) {
        self.moments.extend(moments);
        self.bound();
    }

    fn bound(&mut self) {
        self.moments.drain(..self.moments.len().saturating_sub(HAPPENED_MAX));
    }

    /// Notes what is new in `observed` as of `now`, in milliseconds since the Unix epoch, and tells
    /// it in the log where nobody else does.
    pub(super) fn note(&mut self, observed: Observed, now: i64) -> Vec<Happened> {
        for (level, line) in self.take_in(observed, now) {
            match level {
                Level::Warn => tracing::warn!("{line}"),
                Level::Info => tracing::info!("{line}"),
            }
        }
        self.moments.clone()
    }

    /// Notes what is new in `observed`; returns the lines for the log.
    fn take_in(&mut self, observed: Observed, now: i64) -> Vec<Line> {
        let mut moments = Vec::new();
        let mut happened = |what, of, cause| moments.push(Happened { at: now, what, of, cause });
        let Observed { mode, cause, troubles, stopped, gaps, is_closed } = observed;
        let (waits, failed) = (mode == Mode::Waiting, mode == Mode::Failed);
        let code = cause.as_ref().map(|cause| cause.code.clone());
        if waits && !self.waits {
            happened("waiting", code.clone(), cause.clone());
        }
        if failed && !self.failed {
            happened("failed", code, cause);
        }
        // Once the run is opened anew, its source tells of no fault from before.
        self.is_told_by_source = !is_closed && (waits || self.is_told_by_source);
        let reads = matches!(mode, Mode::CatchingUp | Mode::Live | Mode::Replaying);
        let mut lines = Vec::new();
        if self.waits && reads {
            happened("resumed", None, None);
            let line = (Level::Info, "reading goes on".to_owned());
            lines.extend(Some(line).filter(|_| !self.is_told_by_source));
        }
        // While state is restored, nothing has resumed yet.
        self.waits = waits || (self.waits && !reads && !failed);
        self.failed = failed;
        let mut before = std::mem::take(&mut self.standing);
        for Trouble { what, of, cause, .. } in troubles {
            let (key, names) = ((what, cause.code.clone()), of.join(", "));
            if before.remove(&key).is_none() {
                if key.1 == TOLD_HERE {
                    lines.push((Level::Warn, cause.message.clone()));
                }
                let of = match what {
                    "partition" => Some(names.clone()),
                    "data" => Some(cause.code.clone()),
                    _ => None,
                };
                happened(began(what), of, Some(cause));
            }
            self.standing.insert(key, names);
        }
        for ((what, code), names) in before {
            if code == TOLD_HERE {
                lines.push((Level::Info, format!("partitions {names} are read on")));
            }
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
        self.moments.extend(moments);
        self.bound();
        lines
    }
}

/// The weight of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Warn,
    Info,
}

/// A line of the log.
type Line = (Level, String);

/// The code of the cause that is found here. All others are told where they are found: faults of
/// brokers by the source, what the run waits for by its supervisor, checkpoints by the
/// checkpointer, gaps by the opening of the log.
const TOLD_HERE: &str = "transaction_open";

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
        Observed { mode, cause: None, troubles, stopped, gaps, is_closed: false }
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

    /// The lines of the log over these looks, one after the other.
    fn lines(looks: Vec<Observed>) -> Vec<String> {
        let mut events = EventLog::new(1);
        let told = |observed| events.take_in(observed, 2);
        looks.into_iter().flat_map(told).map(|(level, line)| format!("{level:?} {line}")).collect()
    }

    #[test]
    fn a_change_is_one_line_of_the_log() {
        let waits = |is_closed| Observed {
            cause: Some(cause("broker_unreachable")),
            troubles: vec![trouble("partition", &["0", "1"], "broker_unreachable")],
            is_closed,
            ..observed(Mode::Waiting)
        };
        let reads = || observed(Mode::Live);
        let opens = || Observed { is_closed: true, ..observed(Mode::Restoring) };
        let stands =
            |what, code| Observed { troubles: vec![trouble(what, &["3"], code)], ..reads() };
        let open = |names: &[&str]| Observed {
            troubles: vec![trouble("partition", names, "transaction_open")],
            ..reads()
        };
        let (none, goes_on): (&[&str], &[&str]) = (&[], &["Info reading goes on"]);
        for (looks, expected) in [
            // The source tells that the broker is lost, and that records come again.
            (vec![reads(), waits(false), waits(false), reads()], none),
            // The supervisor tells what it waits for, and nobody else that it is over.
            (vec![waits(true), waits(true), opens(), reads(), reads()], goes_on),
            (vec![reads(), waits(false), opens(), reads()], goes_on),
            (vec![reads(), waits(false), waits(true), reads()], goes_on),
            (vec![opens(), reads()], none),
            (vec![stands("partition", "no_leader"), reads()], none),
            (vec![stands("partition", "log_start_moved"), reads()], none),
            (vec![stands("checkpoint", "checkpoint_failing"), reads()], none),
            (vec![stands("data", "mostly_late"), reads()], none),
            (
                vec![open(&["0"]), open(&["0", "4"]), open(&["4"]), reads(), reads()],
                &["Warn because of transaction_open", "Info partitions 4 are read on"],
            ),
        ] {
            let shown = format!("{looks:?}");
            assert_eq!(lines(looks), expected, "{shown}");
        }
    }
}
