//! The verdict over a status: ready or not, and why. `/readyz`, the page's sentence above
//! everything and the series for alerts all read the verdict, so they cannot contradict each other.
//!
//! Not ready means that records wait and are not counted, or that counts cannot be kept. Degraded
//! means that every record is counted while a result is incomplete.

use std::borrow::Cow;
use std::collections::BTreeMap;

use streamgauge_checkpoint::Failing;
use streamgauge_wire::{Health, Mode, Trouble};

use super::partition::PartitionView;
use super::to_wire;
use crate::run::cause::{Cause, CauseCode, Weight};

/// The facts that decide.
pub(super) struct Facts<'a> {
    pub(super) mode: Mode,
    /// The cause of `mode`.
    pub(super) cause: Option<&'a Cause>,
    pub(super) partitions: &'a [PartitionView],
    /// The failures since the last checkpoint that was stored.
    pub(super) checkpoint: Option<&'a Failing>,
    pub(super) warnings: &'a [Cause],
}

/// Remembers since when each trouble stands.
#[derive(Default)]
pub(super) struct Verdicts {
    /// By thing, names and code.
    since: BTreeMap<(&'static str, Vec<String>, &'static str), i64>,
    exact_until: Option<i64>,
}

/// A trouble without its age.
struct Found<'a> {
    what: &'static str,
    of: Vec<String>,
    cause: Cow<'a, Cause>,
}

impl Verdicts {
    /// The verdict as of `now`, in milliseconds since the Unix epoch. `stored_at` is the moment of
    /// the checkpoint whose counts are shown while nothing newer is.
    pub(super) fn look(&mut self, facts: &Facts<'_>, stored_at: Option<i64>, now: i64) -> Health {
        let (standing, degrading) = (standing(facts), degrading(facts));
        if standing.is_empty() {
            self.exact_until = Some(now);
        }
        let before = std::mem::take(&mut self.since);
        let mut dated = |found: Found<'_>| {
            let Found { what, of, cause } = found;
            let key = (what, of.clone(), to_wire::code(cause.code));
            let since = before.get(&key).copied().unwrap_or(now);
            self.since.insert(key, since);
            Trouble { what, of, since, cause: to_wire::cause(cause.into_owned()) }
        };
        let troubles: Vec<_> = standing.into_iter().map(&mut dated).collect();
        let degraded = degrading.into_iter().map(&mut dated).collect();
        Health {
            ready: troubles.is_empty(),
            troubles,
            degraded,
            exact_until: self.exact_until.or(stored_at),
        }
    }
}

/// The reasons why records wait or counts cannot be kept, the gravest first.
fn standing<'a>(facts: &Facts<'a>) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    let mut add = |what, of, cause| found.push(Found { what, of, cause });
    match (facts.mode, facts.cause) {
        (Mode::Waiting | Mode::Failed, Some(cause)) => add("pipeline", Vec::new(), borrowed(cause)),
        (Mode::Waiting | Mode::Failed | Mode::Restoring, _) => {
            let message = "the stored state is being read".to_owned();
            let cause = Cause::warning(CauseCode::Restoring, message, &[]);
            add("pipeline", Vec::new(), Cow::Owned(cause));
        }
        (Mode::CatchingUp | Mode::Replaying | Mode::Live | Mode::Ended, _) => {}
    }
    let told = facts.cause.filter(|_| facts.mode == Mode::Waiting).map(|cause| cause.code);
    for (code, causes) in by_code(facts.partitions) {
        // The cause of the whole pipeline's wait is told once.
        if told.is_none_or(|told| to_wire::code(told) != code) {
            let numbers = causes.iter().map(|(partition, _)| partition.to_string()).collect();
            add("partition", numbers, borrowed(causes[0].1));
        }
    }
    // The first checkpoint of a run is waited for by the whole pipeline.
    if let Some(failing) = facts.checkpoint {
        let cause = Cause::checkpoint_failing(failing.kind, failing.reason.clone());
        if told != Some(cause.code) {
            add("checkpoint", Vec::new(), Cow::Owned(cause));
        }
    }
    for warning in facts.warnings.iter().filter(|warning| warning.code.weight() == Weight::Stands) {
        // A gap is told with its partition.
        if !matches!(warning.code, CauseCode::Gap(_)) {
            add("pipeline", Vec::new(), borrowed(warning));
        }
    }
    found
}

/// Where every record is counted and a result is incomplete all the same.
fn degrading<'a>(facts: &Facts<'a>) -> Vec<Found<'a>> {
    let degrades = facts.warnings.iter().filter(|w| w.code.weight() == Weight::Degrades);
    let found = |cause: &'a Cause| {
        let metric = cause.args.get("metric");
        let what = if metric.is_some() { "metric" } else { "data" };
        Found { what, of: metric.into_iter().cloned().collect(), cause: borrowed(cause) }
    };
    degrades.map(found).collect()
}

/// The partitions that stand still, by the code of their causes.
fn by_code(partitions: &[PartitionView]) -> BTreeMap<&'static str, Vec<(u32, &Cause)>> {
    let mut causes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for view in partitions {
        if let Some(cause) = &view.cause {
            causes.entry(to_wire::code(cause.code)).or_default().push((view.partition, cause));
        }
    }
    causes
}

fn borrowed(cause: &Cause) -> Cow<'_, Cause> {
    Cow::Borrowed(cause)
}

#[cfg(test)]
mod tests;
