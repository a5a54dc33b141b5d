//! The consumer of one worker.

mod positions;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;
use streamgauge_core::{
    BlockBuffer, BlockLimits, Fetched, LogEnd, ReadFrom, RecordMeta, RecordTime, Supply,
};
use streamgauge_pipeline::KafkaSettings;

use super::client::{client_config, offsets_of, set_defaults};
use super::event::{EventQueue, Record, Told};
use super::listener::Listener;
use super::{BrokerError, Missing, partition_number};

use positions::{Position, Positions};

/// What is set unless the pipeline says otherwise: a full queue is looked at again after 2 ms
/// and not after a second, and it holds 16 MiB and not 64, which is enough for a tenth of a
/// second at full speed. A broker that comes back is found within two seconds and not within ten.
const DEFAULTS: [(&str, &str); 3] = [
    ("fetch.queue.backoff.ms", "2"),
    ("queued.max.messages.kbytes", "16384"),
    ("reconnect.backoff.max.ms", "2000"),
];

/// How long the brokers have to tell of a partition that comes; nothing else is read meanwhile.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// Reads some partitions of a topic.
pub struct TopicConsumer {
    /// Before the consumer, because it has to be dropped before.
    queue: EventQueue,
    consumer: BaseConsumer<Watcher>,
    context: Arc<Mutex<Seen>>,
    listener: Listener,
    /// By partition: where reading is, and where a bounded read stops.
    positions: Positions,
    /// The last records, copied out of librdkafka's memory, which goes back to it at once.
    buffer: BlockBuffer,
    /// Why nothing comes after the last block.
    failure: Option<BrokerError>,
    trouble: Option<String>,
    brokers: String,
    topic: String,
}

/// What the statistics told last.
#[derive(Default)]
struct Seen {
    ends: BTreeMap<u32, i64>,
    queued: usize,
    /// Whether a broker is connected; false from an error until the next statistics.
    is_connected: bool,
}

/// Keeps the ends of the logs from librdkafka's statistics: asking the brokers would block.
struct Watcher {
    topic: String,
    seen: Arc<Mutex<Seen>>,
    listener: Listener,
}

impl ClientContext for Watcher {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.listener.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.listener.error(error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        let topic = statistics.topics.get(&self.topic);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.queued = 0;
        // Those with a negative id only stand for the addresses to begin with.
        seen.is_connected =
            statistics.brokers.values().any(|broker| broker.nodeid >= 0 && broker.state == "UP");
        for (partition, stats) in topic.iter().flat_map(|topic| &topic.partitions) {
            let Ok(partition) = u32::try_from(*partition) else { continue };
            // The last stable offset: what a reader of committed records can get.
            if stats.ls_offset >= 0 {
                seen.ends.insert(partition, stats.ls_offset);
            }
            seen.queued += usize::try_from(stats.fetchq_cnt).unwrap_or(0);
        }
    }
}

impl ConsumerContext for Watcher {}

impl TopicConsumer {
    /// Reads each `(partition, next offset, stop offset)`; a stop offset bounds the read.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(
        settings: &KafkaSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, BrokerError> {
        let context = Arc::new(Mutex::new(Seen::default()));
        let mut config = client_config(settings);
        set_defaults(&mut config, settings, &DEFAULTS);
        // Owned by the host: exactness depends on them.
        config
            .set("group.id", &settings.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            .set("isolation.level", "read_committed")
            .set("statistics.interval.ms", "500");
        let listener = Listener::new(settings);
        // Partitions are read whose logs the brokers have told before.
        listener.heard().opened();
        let watcher = Watcher {
            topic: settings.topic.clone(),
            seen: Arc::clone(&context),
            listener: listener.clone(),
        };
        let consumer: BaseConsumer<Watcher> =
            config.create_with_context(watcher).map_err(|error| BrokerError::refused(&error))?;
        let list = assigned.iter().map(|(partition, next, _)| (*partition, *next));
        let list =
            offsets_of(&settings.topic, list).map_err(|error| BrokerError::refused(&error))?;
        let mut positions = Positions::default();
        for (partition, next, stop) in assigned {
            positions.add(*partition, Position::new(*next, *stop));
        }
        consumer.assign(&list).map_err(|error| BrokerError::refused(&error))?;
        let (brokers, topic) = (settings.brokers.clone(), settings.topic.clone());
        let (buffer, failure, trouble) = (BlockBuffer::default(), None, None);
        let queue = EventQueue::of(&consumer);
        Ok(Self {
            queue,
            consumer,
            context,
            listener,
            positions,
            buffer,
            failure,
            trouble,
            brokers,
            topic,
        })
    }

    /// Fills the block. An error after its first record is told with the next block.
    fn gather(&mut self, limits: BlockLimits, timeout: Duration) -> Result<Supply, BrokerError> {
        let until = Instant::now() + timeout;
        let mut taken = 0;
        while taken < limits.records && !self.buffer.is_full(limits) {
            let wait = if taken == 0 {
                until.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            let Some(mut event) = self.queue.poll(&self.consumer, wait) else {
                return Ok(Supply::Drained);
            };
            let failed = match event.read(self.consumer.context().as_ref()) {
                Told::Record(record) => {
                    taken += 1;
                    add(&mut self.positions, &record, &mut self.buffer);
                    self.trouble = None;
                    continue;
                }
                Told::End { partition, offset } => {
                    self.trouble = None;
                    self.positions.end(partition, offset);
                    continue;
                }
                Told::Failed { code, text, .. } => (code, text),
                Told::Nothing => continue,
            };
            drop(event);
            if let Err(failure) = self.failed(failed.0, &failed.1) {
                if self.buffer.is_empty() {
                    return Err(failure);
                }
                self.failure = Some(failure);
                break;
            }
        }
        Ok(Supply::More)
    }

    fn failed(&mut self, code: RDKafkaErrorCode, text: &str) -> Result<(), BrokerError> {
        match code {
            RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset => {
                Err(BrokerError::Moved {
                    message: format!("the log no longer holds the next offset: {code}"),
                })
            }
            RDKafkaErrorCode::UnknownTopicOrPartition
            | RDKafkaErrorCode::UnknownTopic
            | RDKafkaErrorCode::UnknownPartition => Err(BrokerError::Unavailable {
                missing: Missing::Topic,
                message: format!("the topic is gone: {code}"),
            }),
            // librdkafka reconnects by itself; until then the page says so.
            _ => {
                let fault = self.listener.heard().fault_of(Some(code), text);
                let message = fault.to_string();
                let mut seen = self.context.lock().unwrap_or_else(PoisonError::into_inner);
                if self.trouble.is_none() || seen.is_connected {
                    tracing::warn!("{message}");
                }
                seen.is_connected = false;
                drop(seen);
                self.trouble = Some(message);
                Ok(())
            }
        }
    }
}

/// Moves `positions` past `record` and adds it to `buffer`, unless a bounded read is past its stop.
fn add(positions: &mut Positions, record: &Record<'_>, buffer: &mut BlockBuffer) {
    let Record { partition, offset, stamp, value } = *record;
    if positions.read(partition, offset) {
        let meta = RecordMeta { offset, time: RecordTime(stamp), cursor: 0 };
        buffer.push(partition, meta, value);
    }
}

fn unavailable(brokers: &str, error: &KafkaError) -> BrokerError {
    let message = format!("kafka at {brokers} did not answer: {error}");
    BrokerError::Unavailable { missing: Missing::Brokers, message }
}

impl TopicConsumer {
    /// The next records, no more than `limits` allow, waiting no longer than `timeout` for the
    /// first one.
    ///
    /// # Errors
    /// Reading cannot continue; what was handed over before counts.
    pub fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, BrokerError> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        if self.positions.are_ended() {
            return Ok(Fetched::Ended);
        }
        self.buffer.clear();
        let supply = self.gather(limits, timeout)?;
        if self.buffer.is_empty() {
            return Ok(Fetched::Nothing);
        }
        Ok(Fetched::Records { block: self.buffer.block(), supply })
    }

    /// Reads another partition from the next block on.
    ///
    /// # Errors
    /// The brokers cannot be reached, or librdkafka does not take the partition.
    pub fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), BrokerError> {
        let ReadFrom { offset, stop, .. } = from;
        // A partition that has just come is not known to this client.
        self.consumer
            .fetch_metadata(Some(&self.topic), METADATA_TIMEOUT)
            .map_err(|error| unavailable(&self.brokers, &error))?;
        let list = offsets_of(&self.topic, [(partition, offset)])
            .map_err(|error| BrokerError::refused(&error))?;
        self.consumer.incremental_assign(&list).map_err(|error| BrokerError::refused(&error))?;
        self.positions.add(partition, Position::new(offset, stop));
        Ok(())
    }

    /// Does not read a partition any more: no later block holds a record of it. Returns the offset
    /// up to which it was to be read.
    ///
    /// # Errors
    /// librdkafka does not let the partition go.
    pub fn revoke(&mut self, partition: u32) -> Result<Option<i64>, BrokerError> {
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.topic, partition_number(partition));
        self.consumer.incremental_unassign(&list).map_err(|error| BrokerError::refused(&error))?;
        // librdkafka drops what it has fetched of the partition; what may still come is not known.
        Ok(self.positions.remove(partition).and_then(|position| position.stop))
    }

    /// The offsets up to which partitions are read, where a log held no record up to there, since
    /// the last call.
    pub fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        self.positions.take_read_to()
    }

    /// The ends of the logs, at most 500 ms old.
    pub fn log_ends(&mut self) -> Vec<LogEnd> {
        let seen = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        let end = |partition: u32, position: &Position| {
            let end = seen.ends.get(&partition).map(|end| (*end).max(position.next));
            LogEnd { partition, end }
        };
        self.positions.iter().map(|(partition, position)| end(partition, position)).collect()
    }

    /// Records fetched and not handed over yet.
    pub fn queue_depth(&self) -> usize {
        self.context.lock().unwrap_or_else(PoisonError::into_inner).queued
    }

    /// What keeps records from coming, if something does and may pass.
    pub fn trouble(&self) -> Option<&str> {
        let seen = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        self.trouble.as_deref().filter(|_| !seen.is_connected)
    }
}

#[cfg(test)]
mod tests;
