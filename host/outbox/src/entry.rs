//! Something that leaves the pipeline beside its results: a dead letter, a late record.

use chrono_tz::Tz;

/// Something that is written out once.
pub trait Entry {
    /// About how much memory it takes.
    fn size_bytes(&self) -> usize;

    /// One line of JSON with its newline. Bytes that are not UTF-8 are written in base64.
    fn to_line(&self, origin: &Origin) -> Vec<u8>;

    /// The key of its Kafka record.
    fn key(&self, origin: &Origin) -> String;

    /// The headers of its Kafka record.
    fn headers(&self, origin: &Origin) -> Vec<(&'static str, String)>;

    /// The original bytes; none where there were none.
    fn payload(&self) -> Option<&[u8]>;
}

/// What entries are written with besides what is in them.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The topic or file that is read.
    pub source: String,
    /// The zone of civil times.
    pub zone: Tz,
}
