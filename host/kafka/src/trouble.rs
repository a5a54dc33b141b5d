//! What keeps the records of a partition from coming.

use std::time::{Duration, SystemTime};

use streamgauge_fetch::PartitionTrouble;
use streamgauge_pipeline::KafkaSettings;

/// How the log of a partition stands beside its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionHealth {
    /// What keeps records from coming; `None` means that nothing does.
    pub trouble: Option<PartitionTrouble>,
    /// Offsets after the last stable one: records of transactions that are still open.
    pub held_back: u64,
    /// The last stable offset, and since when it has not moved while records are held back;
    /// `None` means that none are.
    pub held_at: Option<(i64, SystemTime)>,
    /// Offsets that were passed and held no record: markers and aborted records of transactions,
    /// and what compaction took before it was read.
    pub empty_offsets: u64,
}

/// How long a broker may be silent. Where the pipeline lets a fetch wait for longer, an answer takes
/// that long.
pub(crate) fn unanswered_after(settings: &KafkaSettings) -> Duration {
    let wait = settings.librdkafka.get("fetch.wait.max.ms");
    let wait = wait.and_then(|wait| wait.value.parse().ok()).map(Duration::from_millis);
    let longest = wait.map_or(Duration::ZERO, |wait| wait + Duration::from_secs(1));
    settings.unanswered_after.max(longest)
}
