//! What own fetch is told, by the names that librdkafka has for it.
//!
//! **Invariant**: a key or a value that is not honoured here is refused, and never passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

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

/// Certificates, as texts or in files.
#[derive(Clone, Debug, Default)]
pub(crate) struct TlsSettings {
    /// Who signed the brokers' certificates; nothing means whom this computer trusts.
    pub(crate) authorities: Option<Pem>,
    pub(crate) certificate: Option<Pem>,
    pub(crate) key: Option<Pem>,
    /// Whether a certificate has to be for the name that is connected to.
    pub(crate) checks_names: bool,
}

/// A text with certificates or a key.
#[derive(Clone)]
pub(crate) enum Pem {
    File(PathBuf),
    Text(String),
}

/// A user, and the way to prove who it is.
#[derive(Clone)]
pub(crate) struct SaslSettings {
    pub(crate) mechanism: Mechanism,
    pub(crate) user: String,
    pub(crate) password: String,
}

/// The ways that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    Plain,
    ScramSha256,
    ScramSha512,
}

/// The kinds of addresses that are connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Families {
    Any,
    V4,
    V6,
}

/// A setting that own fetch does not honour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotHonoured {
    /// The key is not known.
    Key(String),
    /// The key is known and the value is not.
    Value {
        /// The key.
        key: String,
        /// What would be taken, in words.
        takes: &'static str,
    },
}

impl NotHonoured {
    /// The key that is not honoured, or whose value is not.
    pub fn key(&self) -> &str {
        match self {
            Self::Key(key) | Self::Value { key, .. } => key,
        }
    }
}

impl fmt::Display for NotHonoured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "own fetch does not know `{key}`"),
            Self::Value { key, takes } => write!(f, "of `{key}` own fetch takes {takes}"),
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Text(_) => write!(f, "Text"),
        }
    }
}

impl fmt::Debug for SaslSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SaslSettings({:?})", self.mechanism)
    }
}

impl Pem {
    /// The text.
    pub(crate) fn read(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => fs::read_to_string(path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display())),
        }
    }
}

/// Keys that need no act here: what they ask for is always done, or they steer what this client
/// does not have, a queue between it and its reader.
const NOTHING_TO_DO: [&str; 10] = [
    "bootstrap.servers",
    "check.crcs",
    "compression.codec",
    "compression.type",
    "fetch.error.backoff.ms",
    "fetch.queue.backoff.ms",
    "linger.ms",
    "message.timeout.ms",
    "metadata.recovery.rebootstrap.trigger.ms",
    "queued.min.messages",
];

const MEBIBYTE: i32 = 1 << 20;

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

/// The settings that were not looked at yet, and what is wrong with the others.
struct Reader {
    left: BTreeMap<String, String>,
    refused: Vec<NotHonoured>,
}

impl Reader {
    fn new<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let given = given.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { left: given.collect(), refused: Vec::new() }
    }

    fn text(&mut self, key: &str) -> Option<String> {
        self.left.remove(key)
    }

    fn refuse(&mut self, key: &str, takes: &'static str) {
        self.refused.push(NotHonoured::Value { key: key.to_owned(), takes });
    }

    fn number(&mut self, key: &str, usual: i32) -> i32 {
        let Some(given) = self.text(key) else { return usual };
        given.trim().parse().ok().filter(|number| *number >= 0).unwrap_or_else(|| {
            self.refuse(key, "a whole number");
            usual
        })
    }

    fn millis(&mut self, key: &str, usual: i32) -> Duration {
        Duration::from_millis(self.number(key, usual).unsigned_abs().into())
    }

    /// One of some words, whatever their case.
    fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)], takes: &'static str) -> Option<T> {
        let given = self.text(key)?;
        let found = words.iter().find(|(word, _)| given.eq_ignore_ascii_case(word));
        if found.is_none() {
            self.refuse(key, takes);
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn security(&mut self) -> (Option<TlsSettings>, Option<SaslSettings>) {
        const PROTOCOLS: [(&str, (bool, bool)); 4] = [
            ("plaintext", (false, false)),
            ("ssl", (true, false)),
            ("sasl_plaintext", (false, true)),
            ("sasl_ssl", (true, true)),
        ];
        let takes = "`plaintext`, `ssl`, `sasl_plaintext` and `sasl_ssl`";
        let protocol = self.word("security.protocol", &PROTOCOLS, takes);
        let (has_tls, has_sasl) = protocol.unwrap_or_default();
        let (tls, sasl) = (self.tls(), self.sasl(has_sasl));
        (tls.filter(|_| has_tls), sasl.filter(|_| has_sasl))
    }

    fn tls(&mut self) -> Option<TlsSettings> {
        const NAMES: [(&str, bool); 2] = [("https", true), ("none", false)];
        let checks_names =
            self.word("ssl.endpoint.identification.algorithm", &NAMES, "`https` and `none`");
        let verifies =
            self.word("enable.ssl.certificate.verification", &[("true", true)], "`true`");
        let _ = verifies;
        Some(TlsSettings {
            authorities: self.pem("ssl.ca"),
            certificate: self.pem("ssl.certificate"),
            key: self.key(),
            checks_names: checks_names.unwrap_or(true),
        })
    }

    /// What `NAME.pem` holds, or the file that `NAME.location` names.
    fn pem(&mut self, name: &str) -> Option<Pem> {
        let location = format!("{name}.location");
        let file = self.text(&location).map(PathBuf::from);
        if file.as_ref().is_some_and(|file| file.is_dir() || file.as_os_str() == "probe") {
            self.refuse(&location, "a file");
        }
        let text = self.text(&format!("{name}.pem"));
        text.map(Pem::Text).or(file.map(Pem::File))
    }

    fn key(&mut self) -> Option<Pem> {
        let named =
            if self.left.contains_key("ssl.key.pem") { "ssl.key.pem" } else { "ssl.key.location" };
        let key = self.pem("ssl.key")?;
        if key.read().is_ok_and(|text| text.contains("ENCRYPTED")) {
            self.refuse(named, "a key that is not encrypted");
        }
        Some(key)
    }

    fn sasl(&mut self, is_used: bool) -> Option<SaslSettings> {
        const MECHANISMS: [(&str, Mechanism); 3] = [
            ("PLAIN", Mechanism::Plain),
            ("SCRAM-SHA-256", Mechanism::ScramSha256),
            ("SCRAM-SHA-512", Mechanism::ScramSha512),
        ];
        // librdkafka knows it by two names, and takes GSSAPI where there is none.
        let key = ["sasl.mechanism", "sasl.mechanisms"];
        let key = key.into_iter().find(|key| self.left.contains_key(*key));
        let takes = "`PLAIN`, `SCRAM-SHA-256` and `SCRAM-SHA-512`";
        let mechanism = key.and_then(|key| self.word(key, &MECHANISMS, takes));
        if is_used && key.is_none() {
            self.refuse("sasl.mechanism", takes);
        }
        let user = self.text("sasl.username").unwrap_or_default();
        let password = self.text("sasl.password").unwrap_or_default();
        Some(SaslSettings { mechanism: mechanism?, user, password })
    }

    fn families(&mut self) -> Families {
        const WORDS: [(&str, Families); 3] =
            [("any", Families::Any), ("v4", Families::V4), ("v6", Families::V6)];
        let found = self.word("broker.address.family", &WORDS, "`any`, `v4` and `v6`");
        found.unwrap_or(Families::Any)
    }

    /// The bytes of an answer: no more than a queue was to hold.
    fn sizes(&mut self) -> i32 {
        let queue = self.number("queued.max.messages.kbytes", 4096).saturating_mul(1024);
        let answer = self.number("fetch.max.bytes", 4 * MEBIBYTE);
        answer.min(queue).max(1)
    }

    fn partition_bytes(&mut self) -> i32 {
        let one = self.number("max.partition.fetch.bytes", MEBIBYTE);
        self.number("fetch.message.max.bytes", one).max(1)
    }

    fn finish(mut self) -> Result<(), Vec<NotHonoured>> {
        for key in NOTHING_TO_DO {
            self.left.remove(key);
        }
        self.refused.extend(self.left.into_keys().map(NotHonoured::Key));
        if self.refused.is_empty() { Ok(()) } else { Err(self.refused) }
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
        let source = include_str!("settings.rs").split_once("#[cfg(test)]").expect("tests").0;
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
