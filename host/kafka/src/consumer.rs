//! Reading over librdkafka.

mod gather;
mod other_names;
mod positions;
mod silence;
mod watcher;

use std::ffi::CString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaResult, RDKafkaErrorCode};
use streamgauge_core::{BlockBuffer, BlockLimits, Fetched, LogEnd, ReadFrom, Run};
use streamgauge_pipeline::KafkaSettings;

use super::client::{client_config, offsets_of, set_defaults, topic_text};
use super::event::EventQueue;
use super::listener::Listener;
use super::log_ends::LogEnds;
use super::many::{CALL_MAX, ManyReader};
use super::trouble::{PartitionHealth, unanswered_after};
use super::{BrokerError, BrokerFault, FaultKind, PartitionTrouble, partition_number};

use other_names::OtherNames;
use positions::{Position, Positions};
use silence::Silence;
use watcher::{Seen, Watcher};

/// What is set unless the pipeline says otherwise: a full queue is looked at again after 2 ms
/// and not after a second, and it holds 4 MiB and not 64, which is enough for some hundredths of a
/// second at full speed. A fetch asks for 256 KiB of a partition and not for 1 MiB, because what is
/// on its way comes on top of the queue. A broker that comes back is found within two seconds and not within ten,
/// and a connection that nobody answers is given up after 8 seconds and not after 30, whichever step
/// of its beginning it is in: the cause is told then, and the next attempt may find the way.
const DEFAULTS: [(&str, &str); 5] = [
    ("fetch.message.max.bytes", "262144"),
    ("fetch.queue.backoff.ms", "2"),
    ("queued.max.messages.kbytes", "4096"),
    ("reconnect.backoff.max.ms", "2000"),
    ("socket.connection.setup.timeout.ms", "8000"),
];

/// How long the brokers have to tell of a partition that comes; nothing else is read meanwhile.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// How often a partition that failed is assigned again: librdkafka tells an error once, and that it
/// has passed only with the next record or end.
const AGAIN_EVERY: Duration = Duration::from_secs(3);

/// Reads some partitions of a topic.
pub(crate) struct LibrdkafkaConsumer {
    /// These three before the consumer, because they have to be dropped before. The queue of the
    /// consumer tells what is of no partition, and the other one what its partitions hand over.
    queue: EventQueue,
    records: EventQueue,
    many: ManyReader,
    consumer: BaseConsumer<Watcher>,
    context: Arc<Mutex<Seen>>,
    listener: Listener,
    names: OtherNames,
    /// By partition: where reading is, and where a bounded read stops.
    positions: Positions,
    /// The last records, copied out of librdkafka's memory, which goes back to it at once.
    buffer: BlockBuffer,
    /// Why nothing comes after the last block.
    failure: Option<BrokerError>,
    /// How long a broker may be silent.
    unanswered_after: Duration,
    /// When partitions that failed are assigned again.
    again_at: Instant,
    /// Asks for the ends of the logs, where they are of interest.
    ends: Option<Arc<LogEnds>>,
    brokers: String,
    topic: String,
    /// The same for librdkafka's C interface.
    topic_text: CString,
    /// When the partitions are led to the queue of their records again.
    lead_at: Instant,
}

impl LibrdkafkaConsumer {
    /// Reads each `(partition, next offset, stop offset)`; a stop offset bounds the read.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub(crate) fn new(
        settings: &KafkaSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, BrokerError> {
        let mut seen = Seen::default();
        seen.assigned.extend(assigned.iter().map(|(partition, ..)| *partition));
        let context = Arc::new(Mutex::new(seen));
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
            .set("statistics.interval.ms", "500")
            .set(CALL_MAX.0, CALL_MAX.1);
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
        let topic_text = topic_text(&settings.topic);
        let records = EventQueue::for_partitions(&consumer);
        for (partition, ..) in assigned {
            records.take_in(&consumer, &topic_text, *partition);
        }
        consumer.assign(&list).map_err(|error| BrokerError::refused(&error))?;
        let (brokers, topic) = (settings.brokers.clone(), settings.topic.clone());
        Ok(Self {
            queue: EventQueue::of(&consumer),
            records,
            many: ManyReader::of(&consumer, &topic_text),
            consumer,
            context,
            listener,
            names: OtherNames::new(settings),
            positions,
            buffer: BlockBuffer::default(),
            failure: None,
            unanswered_after: unanswered_after(settings),
            again_at: Instant::now(),
            ends: None,
            brokers,
            topic,
            topic_text,
            lead_at: Instant::now(),
        })
    }

    /// Knows the ends of the logs from `ends` too, also of partitions that are not fetched.
    pub(crate) fn set_ends(&mut self, ends: Arc<LogEnds>) {
        self.ends = Some(ends);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.context.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(
        &mut self,
        (partition, code, text): (Option<u32>, RDKafkaErrorCode, String),
    ) -> Result<(), BrokerError> {
        match code {
            RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset => {
                Err(BrokerError::Moved {
                    message: format!("the log no longer holds the next offset: {code}"),
                })
            }
            RDKafkaErrorCode::UnknownTopicOrPartition
            | RDKafkaErrorCode::UnknownTopic
            | RDKafkaErrorCode::UnknownPartition => {
                Err(BrokerError::topic_is_gone(&code.to_string()))
            }
            // The context keeps what is about no partition; librdkafka reconnects by itself.
            _ => {
                if let Some(partition) = partition {
                    let fault = self.fault_of(partition, code, &text);
                    self.positions.fail(partition, fault);
                }
                Ok(())
            }
        }
    }

    /// Assigns partitions that failed again, at the places where they are.
    fn assign_again(&mut self) {
        if !self.positions.has_failed() || Instant::now() < self.again_at {
            return;
        }
        self.again_at = Instant::now() + AGAIN_EVERY;
        let failed: Vec<_> = self.positions.failed().collect();
        if let Err(error) = self.try_again(&failed) {
            tracing::debug!(%error, "partitions that failed were not assigned again");
        }
    }

    fn try_again(&self, places: &[(u32, i64)]) -> KafkaResult<()> {
        let list = offsets_of(&self.topic, places.iter().copied())?;
        self.consumer.incremental_unassign(&list)?;
        self.consumer.incremental_assign(&list)
    }
}

impl LibrdkafkaConsumer {
    /// The next records, no more than `limits` allow, waiting no longer than `timeout` for the
    /// first one.
    ///
    /// # Errors
    /// Reading cannot continue; what was handed over before counts.
    pub(crate) fn next_block(
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
        if self.ends.as_ref().is_some_and(|ends| ends.is_topic_missing()) {
            return Err(BrokerError::topic_is_gone("the brokers do not know it any more"));
        }
        if let Some(message) = self.positions.waits_too_long() {
            return Err(BrokerError::Moved { message });
        }
        self.assign_again();
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
    pub(crate) fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), BrokerError> {
        let ReadFrom { offset, stop, .. } = from;
        // A partition that has just come is not known to this client.
        self.consumer
            .fetch_metadata(Some(&self.topic), METADATA_TIMEOUT)
            .map_err(|error| BrokerError::no_answer(&self.brokers, &error))?;
        let list = offsets_of(&self.topic, [(partition, offset)])
            .map_err(|error| BrokerError::refused(&error))?;
        self.records.take_in(&self.consumer, &self.topic_text, partition);
        self.consumer.incremental_assign(&list).map_err(|error| BrokerError::refused(&error))?;
        self.positions.assign(partition, offset, stop);
        self.seen().assigned.push(partition);
        Ok(())
    }

    /// Does not read a partition any more: no later block holds a record of it. Returns the offset
    /// up to which it was to be read.
    ///
    /// # Errors
    /// librdkafka does not let the partition go.
    pub(crate) fn revoke(&mut self, partition: u32) -> Result<Option<i64>, BrokerError> {
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.topic, partition_number(partition));
        self.consumer.incremental_unassign(&list).map_err(|error| BrokerError::refused(&error))?;
        self.seen().assigned.retain(|assigned| *assigned != partition);
        let runs = self.buffer.block().runs().filter(|run| run.partition == partition);
        let handed = runs.flat_map(Run::records).map(|record| record.meta.offset);
        Ok(self.positions.revoke(partition, handed).and_then(|position| position.stop))
    }

    /// The offsets up to which partitions are read, where a log held no record up to there, since
    /// the last call.
    pub(crate) fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        self.positions.take_read_to()
    }

    /// The ends of the logs, about a second old at most. An end is not known where something keeps
    /// records from coming.
    pub(crate) fn log_ends(&mut self) -> Vec<LogEnd> {
        self.hear_ends();
        let seen = self.seen();
        let end = |(partition, position): (u32, &Position)| {
            let is_read = self.trouble(&seen, partition).is_none();
            let end = seen.ends.end(partition).filter(|_| is_read);
            LogEnd { partition, end: end.map(|(stable, _)| stable.max(position.next)) }
        };
        self.positions.iter().map(end).collect()
    }

    /// Records fetched and not handed over yet.
    pub(crate) fn queue_depth(&self) -> usize {
        self.seen().queued
    }

    /// How the log of each partition stands.
    pub(crate) fn health(&self) -> Vec<(u32, PartitionHealth)> {
        let seen = self.seen();
        let health = |(partition, position): (u32, &Position)| {
            let held_back = seen.ends.end(partition).map_or(0, |(stable, end)| end - stable);
            let (held_back, held_at) = (held_back.unsigned_abs(), seen.ends.held_at(partition));
            let trouble = self.trouble(&seen, partition);
            let empty_offsets = position.empty;
            (partition, PartitionHealth { trouble, held_back, held_at, empty_offsets })
        };
        let found: Vec<_> = self.positions.iter().map(health).collect();
        if found.iter().all(|(_, health)| health.trouble.is_none()) {
            self.names.forget();
        }
        found
    }

    /// Takes in what the brokers answered about the ends of the logs.
    fn hear_ends(&mut self) {
        let Some(asked) = &self.ends else { return };
        let partitions = self.positions.iter().map(|(partition, _)| partition);
        let mut seen = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        seen.ends.answered_by(asked, partitions);
    }

    /// The trouble of a partition: what it was told itself, else that no broker is connected at
    /// all, else that its own does not answer.
    fn trouble(&self, seen: &Seen, partition: u32) -> Option<PartitionTrouble> {
        if let Some(failure) = self.positions.failure(partition) {
            return Some(failure.clone());
        }
        if let Some(since) = seen.lost_since {
            return Some(PartitionTrouble { fault: self.lost(&self.brokers), since });
        }
        let (silence, time) = seen.clocks.of(partition, self.unanswered_after)?;
        let fault = match silence {
            Silence::NoLeader => {
                let reason = format!("partition {partition} of topic `{}`", self.topic);
                BrokerFault::new(FaultKind::NoLeader, &self.brokers, reason)
            }
            Silence::NotConnected(broker) => self.lost(&broker),
            Silence::NoAnswer(broker) => BrokerFault::new(
                FaultKind::Silent,
                &broker,
                "it is connected, and a request has no answer",
            ),
        };
        Some(PartitionTrouble { fault, since: SystemTime::now() - time })
    }

    /// Why `broker` is not connected, as far as librdkafka told.
    fn lost(&self, broker: &str) -> BrokerFault {
        let told = self.listener.heard().told().map(|told| self.names.named(told));
        told.unwrap_or_else(|| {
            BrokerFault::new(FaultKind::Unreachable, broker, "it is not connected")
        })
    }

    /// The fault of an error that a partition was told.
    fn fault_of(&self, partition: u32, code: RDKafkaErrorCode, text: &str) -> BrokerFault {
        if code == RDKafkaErrorCode::TopicAuthorizationFailed {
            return self.listener.heard().fault_of(Some(code), text);
        }
        let reason = format!("partition {partition} of topic `{}`: {text}", self.topic);
        BrokerFault::new(FaultKind::ReadFailing, &self.brokers, reason)
    }
}

#[cfg(test)]
mod tests;
