//! The settings that all clients of librdkafka share.

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::KafkaError;

use streamgauge_pipeline::{KafkaSettings, Secret};

/// The settings that every client of this pipeline shares: brokers and what the user passes
/// through (TLS, SASL and the like).
pub(crate) fn client_config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("client.id", "streamgauge");
    config.set("allow.auto.create.topics", "false");
    for (key, secret) in &settings.librdkafka {
        config.set(key, &secret.value);
    }
    config.set("bootstrap.servers", &settings.brokers);
    config.set_log_level(RDKafkaLogLevel::Warning);
    config
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
