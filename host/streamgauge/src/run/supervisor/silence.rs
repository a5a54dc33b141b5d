//! The end of a bounded run whose brokers do not answer, at the opening of the log or later.

use std::time::{Duration, Instant};

use streamgauge_kafka::{FaultKind, PartitionTrouble};
use streamgauge_pipeline::{SourceSettings, show_duration};
use streamgauge_source::{Missing, SourceError, SourceHealth};

use crate::run::patience::Patience;

/// How long a run may get nothing of a partition; `None` means for ever.
fn given_up_after(patience: Patience, source: &SourceSettings) -> Option<Duration> {
    match (patience, source) {
        (Patience::GiveUp, SourceSettings::Kafka(kafka)) => Some(kafka.give_up_after),
        _ => None,
    }
}

/// The trouble of a partition of which nothing has come for `limit`.
fn silence_past(limit: Duration, sources: &SourceHealth) -> Option<SourceError> {
    let is_past =
        |trouble: &PartitionTrouble| trouble.since.elapsed().is_ok_and(|time| time >= limit);
    let health = sources.read();
    let trouble = health.into_values().find_map(|health| health.trouble.filter(is_past))?;
    Some(nothing_came(SourceError::Broker(trouble.fault), limit))
}

/// The end of a run that has waited long enough for one of its partitions.
pub(super) fn given_up_now(
    patience: Patience,
    source: &SourceSettings,
    sources: &SourceHealth,
) -> Option<SourceError> {
    given_up_after(patience, source).and_then(|limit| silence_past(limit, sources))
}

/// Tells how long nothing came because of `error`.
fn nothing_came(error: SourceError, limit: Duration) -> SourceError {
    let words = format!("nothing came for {}", show_duration(limit));
    match error {
        SourceError::Broker(mut fault) => {
            fault.note = words;
            SourceError::Broker(fault)
        }
        SourceError::Unavailable { missing, message } => {
            SourceError::Unavailable { missing, message: format!("{message}; {words}") }
        }
        other => other,
    }
}

/// How long a run waits for what keeps its source from being opened.
pub(super) enum Wait {
    Endless,
    /// Only for brokers that do not answer, and not for ever.
    Bounded {
        limit: Duration,
        since: Option<Instant>,
    },
}

impl Wait {
    pub(super) fn new(patience: Patience, source: &SourceSettings) -> Self {
        match (patience, given_up_after(patience, source)) {
            (Patience::Retry, _) => Self::Endless,
            (Patience::GiveUp, limit) => {
                Self::Bounded { limit: limit.unwrap_or_default(), since: None }
            }
        }
    }

    /// Whether the run waits on after `error`, which ended an attempt that began at `began`.
    pub(super) fn lasts(&mut self, error: &SourceError, began: Instant, now: Instant) -> bool {
        match self {
            Self::Endless => error.may_pass(),
            Self::Bounded { limit, since } => {
                is_silence(error) && now - *since.get_or_insert(began) < *limit
            }
        }
    }

    /// The end of the wait.
    pub(super) fn give_up(&self, error: SourceError) -> SourceError {
        match self {
            Self::Bounded { limit, .. } if is_silence(&error) => nothing_came(error, *limit),
            _ => error,
        }
    }
}

/// True if no broker has answered. A refusal is an answer, which stays the same.
fn is_silence(error: &SourceError) -> bool {
    match error {
        SourceError::Unavailable { missing, .. } => *missing == Missing::Brokers,
        SourceError::Broker(fault) => matches!(
            fault.kind,
            FaultKind::Unreachable
                | FaultKind::Silent
                | FaultKind::NoLeader
                | FaultKind::ReadFailing
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_kafka::BrokerFault;

    use super::*;

    fn fault(kind: FaultKind) -> SourceError {
        let (broker, reason, note) = ("a:1".to_owned(), "because".to_owned(), String::new());
        SourceError::Broker(BrokerFault { kind, broker, reason, note })
    }

    #[test]
    fn a_bounded_run_waits_for_silence_only_and_not_for_ever() {
        let missing = |missing| SourceError::Unavailable { missing, message: "gone".to_owned() };
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let limit = Duration::from_mins(1);
        for (error, lasts) in [
            (fault(FaultKind::Unreachable), true),
            (fault(FaultKind::Silent), true),
            (fault(FaultKind::CredentialsRefused), false),
            (fault(FaultKind::TopicForbidden), false),
            (missing(Missing::Brokers), true),
            (missing(Missing::Topic), false),
            (missing(Missing::File), false),
        ] {
            let mut wait = Wait::Bounded { limit, since: None };
            assert_eq!(wait.lasts(&error, began, at(5)), lasts, "{error}");
            assert_eq!(wait.lasts(&error, at(54), at(59)), lasts, "{error}");
            assert!(!wait.lasts(&error, at(59), at(60)), "{error}");
            let words = wait.give_up(error).to_string();
            assert_eq!(words.contains("nothing came for"), lasts, "{words}");
        }
        assert!(Wait::Endless.lasts(&fault(FaultKind::CredentialsRefused), began, at(9999)));
    }
}
