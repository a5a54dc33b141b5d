//! The settings that all clients of librdkafka share.

use std::ffi::CString;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{Offset, TopicPartitionList};

use streamgauge_pipeline::{KafkaSettings, Secret};

use super::partition_number;

/// How often brokers are asked for their addresses, in milliseconds: one that was told wrong for a
/// moment, and to which nothing connects, is not asked for by anything else. Where no broker
/// answers so long, the addresses of the pipeline are the ones to ask.
const ADDRESSES_EVERY: &str = "5000";

/// The settings that every client of this pipeline shares: brokers and what the user passes
/// through (TLS, SASL and the like).
pub(crate) fn client_config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("client.id", "streamgauge");
    config.set("allow.auto.create.topics", "false");
    config.set("topic.metadata.refresh.interval.ms", ADDRESSES_EVERY);
    config.set("metadata.recovery.rebootstrap.trigger.ms", ADDRESSES_EVERY);
    for (key, secret) in &settings.librdkafka {
        config.set(key, &secret.value);
    }
    config.set("bootstrap.servers", &settings.brokers);
    // A broken connection is told below the level of warnings.
    let level = if shows_debug(settings) { RDKafkaLogLevel::Debug } else { RDKafkaLogLevel::Info };
    config.set_log_level(level);
    config
}

/// True if the pipeline asks for librdkafka's own lines.
pub(crate) fn shows_debug(settings: &KafkaSettings) -> bool {
    settings.librdkafka.get("debug").is_some_and(|contexts| !contexts.value.is_empty())
}

/// Sets what the user has not set.
pub(crate) fn set_defaults(
    config: &mut ClientConfig,
    settings: &KafkaSettings,
    defaults: &[(&str, &str)],
) {
    for (key, value) in defaults {
        if !settings.librdkafka.contains_key(*key) {
            config.set(*key, *value);
        }
    }
}

/// The name of a topic for librdkafka's C interface.
///
/// # Panics
/// The name holds a NUL, which no topic of a pipeline does.
pub(crate) fn topic_text(topic: &str) -> CString {
    CString::new(topic).expect("names of topics hold letters and digits")
}

/// A list of partitions of `topic`, each with the place to read or commit.
pub(crate) fn offsets_of(
    topic: &str,
    offsets: impl IntoIterator<Item = (u32, i64)>,
) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in offsets {
        list.add_partition_offset(topic, partition_number(partition), Offset::Offset(offset))?;
    }
    Ok(list)
}

/// The reason why librdkafka does not take a setting; `None` means that the setting is taken. A
/// value that must not be shown is not in the answer.
pub fn refusal(key: &str, secret: &Secret) -> Option<String> {
    match ClientConfig::new().set(key, &secret.value).create_native_config() {
        Err(KafkaError::ClientConfig(..)) if secret.hidden => {
            Some("its name or its value is wrong".to_owned())
        }
        Err(KafkaError::ClientConfig(_, reason, _, _)) => Some(reason),
        _ => None,
    }
}
