//! librdkafka clients: their settings, and what their callbacks keep.

use std::sync::{Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{ProducerContext, ThreadedProducer};

use crate::pipeline::{KafkaSettings, Secret};

/// The settings that every client of this pipeline shares: brokers and what the user passes
/// through (TLS, SASL and the like).
pub fn client_config(settings: &KafkaSettings) -> ClientConfig {
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

/// Why librdkafka does not take a setting; none if it does. A value that must not be shown is not
/// in the answer.
pub fn refusal(key: &str, secret: &Secret) -> Option<String> {
    match ClientConfig::new().set(key, &secret.value).create_native_config() {
        Err(KafkaError::ClientConfig(..)) if secret.hidden => {
            Some("its name or its value is wrong".to_owned())
        }
        Err(KafkaError::ClientConfig(_, reason, _, _)) => Some(reason),
        _ => None,
    }
}

/// A producer for dead letters or late records, acknowledged by all replicas.
///
/// # Errors
/// A setting that librdkafka does not take.
pub fn outlet_producer(
    settings: &KafkaSettings,
) -> KafkaResult<ThreadedProducer<Acknowledgements>> {
    let mut config = client_config(settings);
    config.set("enable.idempotence", "true");
    config.create_with_context(Acknowledgements::default())
}

/// Remembers the first delivery that failed.
#[derive(Default)]
pub struct Acknowledgements {
    failure: Mutex<Option<String>>,
}

impl Acknowledgements {
    /// The first failure since the last call.
    pub fn take_failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Acknowledgements {}

impl ProducerContext for Acknowledgements {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| error.to_string());
        }
    }
}
