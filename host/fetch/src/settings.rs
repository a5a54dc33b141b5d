//! What own fetch is told, by the names that librdkafka has for it.
//!
//! **Invariant**: a key or a value that is not honoured here is refused, and never passed over.

mod kinds;
mod reader;

use std::time::Duration;

pub use kinds::NotHonoured;
pub(crate) use kinds::{Families, Mechanism, Pem, SaslSettings, TlsSettings};
use reader::Reader;

/// A pipeline's brokers and topic, and how they are spoken to.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// The brokers to ask first, `host:port`, comma-separated.
    pub brokers: String,
    /// The topic that is fetched.
    pub topic: String,
    pub(crate) client_id: String,
    pub(crate) tls: Option<TlsSettings>,
    pub(crate) sasl: Option<SaslSettings>,
    pub(crate) families: Families,
    /// How long a broker may wait for records before it answers with none.
    pub(crate) wait: Duration,
    pub(crate) min_bytes: i32,
    /// The bytes of one answer, about.
    pub(crate) response_bytes: i32,
    /// Of them the bytes of one partition, about.
    pub(crate) partition_bytes: i32,
    /// How long an answer may take beside `wait`.
    pub(crate) answer_within: Duration,
    /// How long each step of a connection's beginning may take.
    pub(crate) connect_within: Duration,
    /// The first and the longest pause between two attempts to connect.
    pub(crate) reconnect: (Duration, Duration),
    /// How often leaders and addresses are asked for.
    pub(crate) leaders_every: Duration,
}

impl FetchSettings {
    /// Reads the settings of librdkafka that a pipeline passes through.
    ///
    /// # Errors
    /// All that are not honoured.
    pub fn read<'a>(
        brokers: &str,
        topic: &str,
        given: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<NotHonoured>> {
        let mut reader = Reader::new(given);
        let (tls, sasl) = reader.security();
        let (answer, partition) = (reader.sizes(), reader.partition_bytes());
        let settings = Self {
            brokers: brokers.to_owned(),
            topic: topic.to_owned(),
            client_id: reader.text("client.id").unwrap_or_else(|| "streamgauge".to_owned()),
            tls,
            sasl,
            families: reader.families(),
            wait: reader.millis("fetch.wait.max.ms", 100),
            min_bytes: reader.number("fetch.min.bytes", 1),
            response_bytes: answer,
            partition_bytes: partition.min(answer),
            answer_within: reader.millis("socket.timeout.ms", 60_000),
            connect_within: reader.millis("socket.connection.setup.timeout.ms", 8_000),
            reconnect: (
                reader.millis("reconnect.backoff.ms", 100),
                reader.millis("reconnect.backoff.max.ms", 2_000),
            ),
            leaders_every: reader.millis("topic.metadata.refresh.interval.ms", 5_000),
        };
        reader.finish().map(|()| settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<FetchSettings, Vec<String>> {
        let read = FetchSettings::read("a:1", "events", given.iter().copied());
        read.map_err(|refused| refused.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn without_a_word_brokers_are_spoken_to_plainly() {
        let settings = read(&[]).expect("nothing is wrong");
        assert!(settings.tls.is_none() && settings.sasl.is_none());
        assert_eq!((settings.response_bytes, settings.partition_bytes), (4 << 20, 1 << 20));
    }

    /// docs/configuration.md lists the keys that this file knows, and no others.
    #[test]
    fn the_documented_keys_are_those_that_are_honoured() {
        let docs = include_str!("../../../docs/configuration.md");
        let list = docs.split_once("Settings that own fetch honours:\n").expect("the list").1;
        let list = list.split_once("\n\nAn answer of a broker").expect("its end").0;
        let documented: std::collections::BTreeSet<&str> =
            list.split('`').skip(1).step_by(2).filter(|word| word.contains('.')).collect();
        let is_unknown = |key: &&&str| {
            let refused = read(&[(**key, "1")]).err().unwrap_or_default();
            refused.iter().any(|words| words.contains("does not know"))
        };
        assert_eq!(documented.iter().find(is_unknown), None);
        let source = [include_str!("settings.rs"), include_str!("settings/reader.rs")]
            .map(|source| source.split("#[cfg(test)]").next().unwrap_or_default())
            .join("\n");
        let is_key = |word: &&str| {
            word.contains('.') && word.chars().all(|c| c.is_ascii_lowercase() || c == '.')
        };
        let named = source.split('"').skip(1).step_by(2).filter(is_key);
        let apart = ["ssl.ca", "ssl.certificate", "ssl.key", "bootstrap.servers"];
        let missing = named.filter(|key| !apart.contains(key) && !documented.contains(key));
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn what_is_given_is_taken() {
        let settings = read(&[
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanisms", "scram-sha-512"),
            ("sasl.username", "u"),
            ("sasl.password", "p"),
            ("ssl.ca.pem", "-"),
            ("ssl.endpoint.identification.algorithm", "none"),
            ("fetch.message.max.bytes", "1000"),
            ("queued.max.messages.kbytes", "2"),
            ("fetch.queue.backoff.ms", "9"),
            ("broker.address.family", "v4"),
        ]);
        let settings = settings.expect("all of it is known");
        let tls = settings.tls.expect("it is asked for");
        assert!(!tls.checks_names && matches!(tls.authorities, Some(Pem::Text(_))));
        let sasl = settings.sasl.expect("it is asked for");
        assert_eq!((sasl.mechanism, &sasl.user[..]), (Mechanism::ScramSha512, "u"));
        assert_eq!((settings.response_bytes, settings.partition_bytes), (2048, 1000));
        assert_eq!(settings.families, Families::V4);
        assert!(!format!("{sasl:?}").contains('p'), "no password is shown");
    }

    #[test]
    fn what_is_not_honoured_is_named_and_its_value_never_shown() {
        for (given, expected) in [
            (("client.rack", "r"), "own fetch does not know `client.rack`"),
            (("sasl.mechanism", "GSSAPI"), "of `sasl.mechanism` own fetch takes `PLAIN`"),
            (("security.protocol", "x"), "of `security.protocol` own fetch takes `plaintext`"),
            (("enable.ssl.certificate.verification", "false"), "own fetch takes `true`"),
            (("fetch.min.bytes", "many"), "of `fetch.min.bytes` own fetch takes a whole number"),
            (("ssl.keystore.location", "x.p12"), "does not know `ssl.keystore.location`"),
            (("ssl.key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----"), "that is not encrypted"),
            (("ssl.ca.location", "/"), "of `ssl.ca.location` own fetch takes a file"),
        ] {
            let refused = read(&[given]).expect_err("it is not honoured");
            assert!(refused.len() == 1 && refused[0].contains(expected), "{given:?}: {refused:?}");
        }
        let without = read(&[("security.protocol", "sasl_plaintext")]).expect_err("GSSAPI");
        assert!(without[0].contains("`sasl.mechanism`"), "{without:?}");
    }
}
