//! Why producing failed, and who must act.

use std::path::PathBuf;

use thiserror::Error;

use super::ProduceReport;
use crate::source::SourceError;

/// Why [`produce`](super::produce()) failed.
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
        /// What was asked for.
        key: String,
        /// The schema's fields.
        known: String,
    },
    /// A file that does not say what it is.
    #[error(
        "file `{}` does not tell its format by its extension; \
         hint: .csv is CSV, and .jsonl, .ndjson and .json are JSON lines", .0.display()
    )]
    UnknownFormat(PathBuf),
    /// A file that cannot be read.
    #[error(transparent)]
    Input(#[from] SourceError),
    /// librdkafka does not take a setting.
    #[error("librdkafka does not accept a setting: {0}; hint: see `[source.kafka.librdkafka]`")]
    Setting(String),
    /// No broker answers.
    #[error(
        "no broker at {brokers} answered: {cause}; \
         hint: start it, or name another one with --brokers or in `[source.kafka]`"
    )]
    Unreachable {
        /// Where it was looked for.
        brokers: String,
        /// What librdkafka says.
        cause: String,
    },
    /// The topic is not there.
    #[error(
        "topic `{topic}` does not exist on {brokers}; \
         hint: add --partitions N to create it"
    )]
    MissingTopic {
        /// The topic.
        topic: String,
        /// Where it was looked for.
        brokers: String,
    },
    /// The topic is there with another number of partitions.
    #[error(
        "topic `{topic}` has {found} partitions, not {wanted}; \
         hint: leave --partitions out, or name another topic with --topic"
    )]
    PartitionCount {
        /// The topic.
        topic: String,
        /// Its partitions.
        found: u32,
        /// What was asked for.
        wanted: u32,
    },
    /// The topic could not be created.
    #[error("topic `{topic}` was not created on {brokers}: {cause}")]
    NotCreated {
        /// The topic.
        topic: String,
        /// Where.
        brokers: String,
        /// What the broker says.
        cause: String,
    },
    /// The topic has partitions that nobody leads.
    #[error("topic `{topic}` on {brokers} was not ready in time; hint: look at the broker's log")]
    NotReady {
        /// The topic.
        topic: String,
        /// Where.
        brokers: String,
    },
    /// Some records were not acknowledged.
    #[error(
        "{} of {} records were not acknowledged: {cause}; \
         hint: those that were are in the topic", report.failed, report.sent
    )]
    Undelivered {
        /// What was done all the same.
        report: Box<ProduceReport>,
        /// The first failure.
        cause: String,
        /// Whether the broker was out of reach.
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
            | Self::PartitionCount { .. }
            | Self::Input(SourceError::Unavailable { code: "file_missing", .. }) => 2,
            Self::Unreachable { .. }
            | Self::MissingTopic { .. }
            | Self::NotCreated { .. }
            | Self::NotReady { .. }
            | Self::Undelivered { is_outside: true, .. } => 3,
            Self::Input(_) | Self::Undelivered { .. } | Self::Signals(_) => 1,
        }
    }
}
