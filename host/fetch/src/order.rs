//! What a broker is asked for.

use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::{BrokerId, FetchRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use crate::settings::FetchSettings;

/// The first version in which topics go by their ids.
const BY_ID: i16 = 13;

/// The first version with the epoch of a leader.
const WITH_EPOCH: i16 = 9;

/// The first version with the epoch of the last record that was read.
const WITH_LAST_EPOCH: i16 = 12;

/// The first version in which there are sessions; none is used.
const WITH_SESSIONS: i16 = 7;

/// Readers get no records of transactions that are open or aborted.
const READ_COMMITTED: i8 = 1;

/// What one broker is asked for.
pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) topic_id: Uuid,
    pub(crate) places: Vec<Place>,
    /// The memory of an answer that is done with.
    pub(crate) buffer: Vec<u8>,
}

/// Where a partition is read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) partition: u32,
    pub(crate) offset: i64,
    pub(crate) leader_epoch: i32,
    /// The epoch of the last record that was read, or -1.
    pub(crate) last_epoch: i32,
}

impl Order {
    /// The request in `version`, and the memory for its answer.
    pub(crate) fn request(self, settings: &FetchSettings, version: i16) -> (FetchRequest, Vec<u8>) {
        let partition = |place: Place| {
            let mut asked = FetchPartition::default()
                .with_partition(i32::try_from(place.partition).expect("Kafka numbers in 31 bits"))
                .with_fetch_offset(place.offset)
                .with_partition_max_bytes(settings.partition_bytes);
            if version >= WITH_EPOCH {
                asked = asked.with_current_leader_epoch(place.leader_epoch);
            }
            if version >= WITH_LAST_EPOCH {
                asked = asked.with_last_fetched_epoch(place.last_epoch);
            }
            asked
        };
        let topic =
            FetchTopic::default().with_partitions(self.places.into_iter().map(partition).collect());
        let topic = if version >= BY_ID {
            topic.with_topic_id(self.topic_id)
        } else {
            topic.with_topic(TopicName(StrBytes::from_string(settings.topic.clone())))
        };
        let mut request = FetchRequest::default()
            .with_max_wait_ms(i32::try_from(settings.wait.as_millis()).unwrap_or(i32::MAX))
            .with_min_bytes(settings.min_bytes)
            .with_max_bytes(settings.response_bytes)
            .with_isolation_level(READ_COMMITTED)
            .with_topics(vec![topic]);
        // A consumer, and no replica. Later versions say so by saying nothing.
        if version < 15 {
            request = request.with_replica_id(BrokerId(-1));
        }
        if version >= WITH_SESSIONS {
            request = request.with_session_id(0).with_session_epoch(-1);
        }
        (request, self.buffer)
    }
}
