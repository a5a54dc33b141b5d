//! A look at single records of a topic, to see if they are still the records that were read.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message, Timestamp};
use streamgauge_core::{Digest, RecordTime, digest_of};

use streamgauge_pipeline::KafkaSettings;

use super::client::{client_config, offsets_of};
use super::error::has_moved;
use super::listener::Listener;
use super::{BrokerError, FaultKind};

/// The code for an answer that did not come.
const SILENCE: RDKafkaErrorCode = RDKafkaErrorCode::OperationTimedOut;

/// The record at an offset, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peeked {
    /// A record with this stamp and the digest of its value.
    Record(RecordTime, Digest),
    /// No record: the record was compacted away, or the offset belongs to a transaction's marker.
    Nothing,
}

/// Looks at each `(partition, offset)`, one a partition.
///
/// # Errors
/// The brokers did not hand the records over within `timeout`; a retry may help.
pub fn peek(
    settings: &KafkaSettings,
    wanted: &[(u32, i64)],
    timeout: Duration,
) -> Result<BTreeMap<u32, Peeked>, BrokerError> {
    let mut found = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let offsets: BTreeMap<u32, i64> = wanted.iter().copied().collect();
    let listener = Listener::new(settings);
    let consumer =
        consumer(settings, &listener, wanted).map_err(|error| BrokerError::refused(&error))?;
    let until = Instant::now() + timeout;
    let mut trouble = None;
    while found.len() < offsets.len() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let error = trouble.unwrap_or(KafkaError::MessageConsumption(SILENCE));
            return Err(BrokerError::Fault(listener.heard().fault(&error)));
        }
        match consumer.poll(left) {
            None => {}
            Some(Ok(message)) => {
                let partition = message.partition().unsigned_abs();
                // Only the first record of a partition tells anything.
                found.entry(partition).or_insert_with(|| {
                    if offsets.get(&partition) != Some(&message.offset()) {
                        return Peeked::Nothing;
                    }
                    let digest = digest_of(message.payload().unwrap_or_default());
                    Peeked::Record(stamp(&message), digest)
                });
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                found.entry(partition.unsigned_abs()).or_insert(Peeked::Nothing);
            }
            Some(Err(error)) if has_moved(&error) => {
                return Err(BrokerError::Moved { message: format!("the log moved: {error}") });
            }
            Some(Err(error)) => {
                let fault = listener.heard().fault(&error);
                if fault.kind == FaultKind::TopicForbidden {
                    return Err(BrokerError::Fault(fault));
                }
                trouble = Some(error);
            }
        }
    }
    Ok(found)
}

fn consumer(
    settings: &KafkaSettings,
    listener: &Listener,
    wanted: &[(u32, i64)],
) -> Result<BaseConsumer<Listener>, KafkaError> {
    let mut config = client_config(settings);
    // A group has to be named; nothing is ever committed or joined.
    config
        .set("group.id", &settings.group)
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "error")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_committed")
        .set("queued.min.messages", "1")
        .set("queued.max.messages.kbytes", "1024");
    let consumer: BaseConsumer<Listener> = config.create_with_context(listener.clone())?;
    consumer.assign(&offsets_of(&settings.topic, wanted.iter().copied())?)?;
    Ok(consumer)
}

/// The stamp of a record.
fn stamp(message: &BorrowedMessage<'_>) -> RecordTime {
    match message.timestamp() {
        Timestamp::CreateTime(millis) | Timestamp::LogAppendTime(millis) => RecordTime(millis),
        Timestamp::NotAvailable => RecordTime::NONE,
    }
}
