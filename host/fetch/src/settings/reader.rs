//! Keys and values, one after the other, until none is left that was not understood.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::kinds::{Families, Mechanism, NotHonoured, Pem, SaslSettings, TlsSettings};

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

/// The settings that were not looked at yet, and what is wrong with the others.
pub(super) struct Reader {
    left: BTreeMap<String, String>,
    refused: Vec<NotHonoured>,
}

impl Reader {
    pub(super) fn new<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let given = given.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { left: given.collect(), refused: Vec::new() }
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.left.remove(key)
    }

    pub(super) fn refuse(&mut self, key: &str, takes: &'static str) {
        self.refused.push(NotHonoured::Value { key: key.to_owned(), takes });
    }

    pub(super) fn number(&mut self, key: &str, usual: i32) -> i32 {
        let Some(given) = self.text(key) else { return usual };
        given.trim().parse().ok().filter(|number| *number >= 0).unwrap_or_else(|| {
            self.refuse(key, "a whole number");
            usual
        })
    }

    pub(super) fn millis(&mut self, key: &str, usual: i32) -> Duration {
        Duration::from_millis(self.number(key, usual).unsigned_abs().into())
    }

    /// One of some words, whatever their case.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &str,
        words: &[(&str, T)],
        takes: &'static str,
    ) -> Option<T> {
        let given = self.text(key)?;
        let found = words.iter().find(|(word, _)| given.eq_ignore_ascii_case(word));
        if found.is_none() {
            self.refuse(key, takes);
        }
        found.map(|(_, meaning)| *meaning)
    }

    pub(super) fn security(&mut self) -> (Option<TlsSettings>, Option<SaslSettings>) {
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
        (has_tls.then_some(tls), sasl.filter(|_| has_sasl))
    }

    fn tls(&mut self) -> TlsSettings {
        const NAMES: [(&str, bool); 2] = [("https", true), ("none", false)];
        let checks_names =
            self.word("ssl.endpoint.identification.algorithm", &NAMES, "`https` and `none`");
        // Whoever wants it not to be verified has to take the other client.
        self.word("enable.ssl.certificate.verification", &[("true", ())], "`true`");
        TlsSettings {
            authorities: self.pem("ssl.ca"),
            certificate: self.pem("ssl.certificate"),
            key: self.key(),
            checks_names: checks_names.unwrap_or(true),
        }
    }

    /// What `NAME.pem` holds, or the file that `NAME.location` names.
    pub(super) fn pem(&mut self, name: &str) -> Option<Pem> {
        let location = format!("{name}.location");
        let file = self.text(&location).map(PathBuf::from);
        if file.as_ref().is_some_and(|file| file.is_dir() || file.as_os_str() == "probe") {
            self.refuse(&location, "a file");
        }
        let text = self.text(&format!("{name}.pem"));
        text.map(Pem::Text).or(file.map(Pem::File))
    }

    pub(super) fn key(&mut self) -> Option<Pem> {
        let named =
            if self.left.contains_key("ssl.key.pem") { "ssl.key.pem" } else { "ssl.key.location" };
        let key = self.pem("ssl.key")?;
        if key.read().is_ok_and(|text| text.contains("ENCRYPTED")) {
            self.refuse(named, "a key that is not encrypted");
        }
        Some(key)
    }

    pub(super) fn sasl(&mut self, is_used: bool) -> Option<SaslSettings> {
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

    pub(super) fn families(&mut self) -> Families {
        const WORDS: [(&str, Families); 3] =
            [("any", Families::Any), ("v4", Families::V4), ("v6", Families::V6)];
        let found = self.word("broker.address.family", &WORDS, "`any`, `v4` and `v6`");
        found.unwrap_or(Families::Any)
    }

    /// The bytes of an answer: no more than a queue was to hold.
    pub(super) fn sizes(&mut self) -> i32 {
        let queue = self.number("queued.max.messages.kbytes", 4096).saturating_mul(1024);
        let answer = self.number("fetch.max.bytes", 4 * MEBIBYTE);
        answer.min(queue).max(1)
    }

    pub(super) fn partition_bytes(&mut self) -> i32 {
        let one = self.number("max.partition.fetch.bytes", MEBIBYTE);
        self.number("fetch.message.max.bytes", one).max(1)
    }

    pub(super) fn finish(mut self) -> Result<(), Vec<NotHonoured>> {
        for key in NOTHING_TO_DO {
            self.left.remove(key);
        }
        self.refused.extend(self.left.into_keys().map(NotHonoured::Key));
        if self.refused.is_empty() { Ok(()) } else { Err(self.refused) }
    }
}
