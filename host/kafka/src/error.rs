//! Why the brokers do not give what was asked for.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use thiserror::Error;

use super::BrokerFault;

/// The thing that is missing; a retry may find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No broker gives an answer.
    Brokers,
    /// The brokers have no such topic.
    Topic,
    /// The topic has no partition that can be read.
    Partitions,
}

/// Why the brokers do not give what was asked for. Each message is complete by itself.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BrokerError {
    /// Something is not there for now.
    #[error("{message}")]
    Unavailable {
        /// The kind of thing that is missing.
        missing: Missing,
        /// The problem, in words for people.
        message: String,
    },
    /// The brokers cannot be asked, or do not let this user; a retry may help.
    #[error("{0}")]
    Fault(BrokerFault),
    /// The log no longer holds the offset that was asked for.
    #[error("{message}")]
    Moved {
        /// The problem, in words for people.
        message: String,
    },
    /// Own fetch cannot read this, and `fetch = "own"` allows no other client; the reason.
    #[error(
        "own fetch cannot read this: {0}; hint: with `fetch = \"auto\"` in [source.kafka], \
         librdkafka does"
    )]
    Unfetchable(String),
    /// librdkafka takes no client with these settings; a retry does not help.
    #[error("librdkafka refused its settings: {0}")]
    Refused(String),
}

impl BrokerError {
    pub(crate) fn topic_is_gone(reason: &str) -> Self {
        let message = format!("the topic is gone: {reason}");
        Self::Unavailable { missing: Missing::Topic, message }
    }

    pub(crate) fn no_answer(brokers: &str, error: &KafkaError) -> Self {
        let message = format!("kafka at {brokers} did not answer: {error}");
        Self::Unavailable { missing: Missing::Brokers, message }
    }

    /// A client that librdkafka would not make. The value of a setting may be a secret, so only the
    /// setting's name is told.
    pub(crate) fn refused(error: &KafkaError) -> Self {
        Self::Refused(match error {
            KafkaError::ClientConfig(_, _, key, _) => format!("the value of `{key}`"),
            other => other.to_string(),
        })
    }
}

/// True if the log does not hold the offset that was asked for.
pub(super) fn has_moved(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset)
    )
}
