//! A second look at a certificate that was not trusted: is it the name only?
//!
//! OpenSSL tells both with the same words. So a client that asks for no name, and has neither a
//! user nor a certificate to show, makes one more handshake.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use streamgauge_pipeline::KafkaSettings;

use super::FaultKind;
use super::client::client_config;
use super::listener::Listener;

/// How long the handshake may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long one question waits before what was heard is looked at.
const SLICE: Duration = Duration::from_millis(100);

/// The settings that decide which certificates are trusted and how brokers are reached.
const KEPT: [&str; 8] = [
    "broker.address.family",
    "client.dns.lookup",
    "ssl.ca.certificate.stores",
    "ssl.ca.location",
    "ssl.ca.pem",
    "ssl.cipher.suites",
    "ssl.crl.location",
    "ssl.curves.list",
];

/// True if the certificate of the broker at `address` is trusted for another name.
pub(crate) fn is_for_another_name(settings: &KafkaSettings, address: &str) -> bool {
    let is_kept = |key: &str| KEPT.contains(&key);
    let kept = settings.librdkafka.iter().filter(|(key, _)| is_kept(key));
    let settings = KafkaSettings {
        brokers: address.to_owned(),
        librdkafka: kept.map(|(k, v)| (k.clone(), v.clone())).collect::<BTreeMap<_, _>>(),
        ..settings.clone()
    };
    let mut config = client_config(&settings);
    config.set("security.protocol", "ssl");
    config.set("ssl.endpoint.identification.algorithm", "none");
    let listener = Listener::new(&settings);
    let Ok(client) = config.create_with_context::<_, BaseConsumer<Listener>>(listener.clone())
    else {
        return false;
    };
    let until = Instant::now() + TIMEOUT;
    while Instant::now() < until {
        let answer = client.fetch_metadata(Some(&settings.topic), SLICE);
        while client.poll(Duration::from_millis(1)).is_some() {}
        match listener.heard().told() {
            Some(fault) => return fault.kind != FaultKind::CertificateUntrusted,
            None if answer.is_ok() => return true,
            None => {}
        }
    }
    false
}
