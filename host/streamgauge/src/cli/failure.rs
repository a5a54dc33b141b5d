//! Why a command failed: the message, with a hint where there is a remedy, and the exit code.

use std::fmt::{Display, Write as _};
use std::io::IsTerminal;

use streamgauge_checkpoint::store::StateError;
use streamgauge_outbox::HistoryError;
use streamgauge_pipeline::Diagnostics;
use streamgauge_source::{Missing, SourceError};

/// Why a command failed, and with which exit code.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Failure {
    /// The command ran and failed.
    pub(super) fn failed(message: impl Display) -> Self {
        Self { code: 1, message: format!("error: {message}") }
    }

    /// The command line or the configuration is wrong.
    pub(super) fn usage(message: impl Display) -> Self {
        Self { code: 2, message: format!("error: {message}") }
    }

    /// Something outside is not there.
    pub(super) fn outside(message: impl Display) -> Self {
        Self { code: 3, message: format!("error: {message}") }
    }

    /// Several things of a source, which `check` found at once.
    pub(super) fn sources(errors: &[SourceError]) -> Self {
        let mut failures = errors.iter().map(Self::source);
        let mut all = failures.next().expect("something is wrong");
        for next in failures {
            let _ = write!(all.message, "\n{}", next.message);
        }
        all
    }

    /// A source that cannot continue.
    pub(super) fn source(error: &SourceError) -> Self {
        match error {
            SourceError::Unavailable { missing, .. } => {
                let message = format!("{error}\nhint: {}", advice(*missing));
                if *missing == Missing::File {
                    Self::usage(message)
                } else {
                    Self::outside(message)
                }
            }
            SourceError::Broker(fault) => {
                Self::outside(format!("{fault}\nhint: {}", fault.kind.advice()))
            }
            // The message of a gap names the ways out.
            SourceError::Gap(_) | SourceError::Moved { .. } | SourceError::Failed { .. } => {
                Self::failed(error)
            }
        }
    }
}

/// The remedy at the command line for a missing thing.
fn advice(missing: Missing) -> &'static str {
    match missing {
        Missing::Brokers => "start the broker, or correct `brokers` in [source.kafka]",
        Missing::Topic => {
            "create it, for example with `streamgauge produce FILE --partitions N`, or correct `topic`"
        }
        Missing::Partitions => "look at the topic's partitions and their leaders",
        Missing::File => "correct the path",
        Missing::FirstLine => "write a first line, or say `header = false` in [source.file]",
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::failed(format!("{error}\nhint: {}", error.hint()))
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        Self::failed(error)
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        let message = diagnostics.render(std::io::stderr().is_terminal());
        Self { code: 2, message: message.trim_end().to_owned() }
    }
}
