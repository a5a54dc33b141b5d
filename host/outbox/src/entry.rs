//! Something that leaves the pipeline beside its results: a dead letter, a late record.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Tz;
use serde::Serialize;

/// Something that is written out once.
pub trait Entry {
    /// One line of JSON with its newline. Bytes that are not UTF-8 are written in base64.
    fn to_line(&self, origin: &Origin) -> Vec<u8>;

    /// The key of its Kafka record.
    fn key(&self, origin: &Origin) -> String;

    /// The headers of its Kafka record.
    fn headers(&self, origin: &Origin) -> Vec<(&'static str, String)>;

    /// The original bytes; none where there were none.
    fn payload(&self) -> Option<&[u8]>;
}

/// `line` as JSON with its newline.
pub(super) fn json_line(line: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).expect("texts and numbers are JSON");
    bytes.push(b'\n');
    bytes
}

/// The bytes of a record as text, or in base64 where they are not UTF-8; one of the two.
pub(super) fn text_or_base64(bytes: &[u8]) -> (Option<&str>, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Some(text), None),
        Err(_) => (None, Some(STANDARD.encode(bytes))),
    }
}

/// What entries are written with besides what is in them.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The topic or file that is read.
    pub source: String,
    /// The zone of civil times.
    pub zone: Tz,
    /// The edition of the state that counts them: a topic may hold those of several.
    pub edition: u32,
}
