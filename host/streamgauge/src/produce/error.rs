//! Why producing failed, and who must act.

use std::path::PathBuf;

use thiserror::Error;

use super::ProduceReport;
use streamgauge_kafka::{NewTopicError, SenderError};
use streamgauge_source::{Missing, SourceError};

/// The reasons why [`produce`](super::produce()) fails.
#[derive(Debug, Error)]
pub enum ProduceError {
    /// The pipeline reads something else, and no flag names brokers or topic.
    #[error("the pipeline has no `[source.kafka]`; hint: name `{0}` on the command line")]
    NoDestination(&'static str),
    /// The pipeline expects CSV in the topic.
    #[error(
        "topic `{0}` is read as CSV by this pipeline, but produce writes JSON; \
         hint: say `format = \"json\"` in `[source.kafka]`, or name another topic with --topic"
    )]
    CsvTopic(String),
    /// A key that the schema does not have.
    #[error("`--key {key}` is not a field of the schema; hint: its fields are {known}")]
    UnknownKey {
        /// The name that was asked for.
        key: String,
        /// The names of the schema's fields.
        known: String,
    },
    /// A file whose extension names no format.
    #[error(
        "file `{}` does not tell its format by its extension; \
         hint: .csv is CSV, and .jsonl, .ndjson and .json are JSON lines", .0.display()
    )]
    UnknownFormat(PathBuf),
    /// A file that cannot be read.
    #[error(transparent)]
    Input(#[from] SourceError),
    /// librdkafka takes no client with these settings.
    #[error(transparent)]
    Setting(#[from] SenderError),
    /// The topic takes no records.
    #[error(transparent)]
    Topic(#[from] NewTopicError),
    /// Some records were not acknowledged.
    #[error(
        "{} of {} records were not acknowledged: {cause}; \
         hint: those that were are in the topic", report.failed, report.sent
    )]
    Undelivered {
        /// The report on everything that was sent.
        report: Box<ProduceReport>,
        /// The first failure, in librdkafka's words.
        cause: String,
        /// True if the broker was out of reach.
        is_outside: bool,
    },
    /// Signals cannot be watched.
    #[error("signals cannot be watched: {0}")]
    Signals(#[from] std::io::Error),
}

impl ProduceError {
    /// 1 failed, 2 usage or configuration, 3 something outside is unreachable.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoDestination(_)
            | Self::CsvTopic(_)
            | Self::UnknownKey { .. }
            | Self::UnknownFormat(_)
            | Self::Setting(_)
            | Self::Topic(NewTopicError::Setting(_) | NewTopicError::PartitionCount { .. })
            | Self::Input(SourceError::Unavailable { missing: Missing::File, .. }) => 2,
            Self::Topic(NewTopicError::Runtime(_))
            | Self::Input(_)
            | Self::Undelivered { is_outside: false, .. }
            | Self::Signals(_) => 1,
            Self::Topic(_) | Self::Undelivered { is_outside: true, .. } => 3,
        }
    }
}
