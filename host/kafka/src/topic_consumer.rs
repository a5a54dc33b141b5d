//! The consumer of one worker: own fetch, or librdkafka.
//!
//! Own fetch that comes upon something that only librdkafka can read is replaced by it, once, at the
//! exact places where it stands.

use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{BlockLimits, Fetched, LogEnd, ReadFrom};
use streamgauge_fetch::FetchError;
use streamgauge_pipeline::{Fetch, KafkaSettings};

use crate::consumer::LibrdkafkaConsumer;
use crate::fetch_choice::{FetchChoice, FetchClient, choose};
use crate::log_ends::LogEnds;
use crate::own_fetch::OwnConsumer;
use crate::trouble::PartitionHealth;
use crate::{BrokerError, Missing};

/// Reads some partitions of a topic.
pub struct TopicConsumer {
    reader: Reader,
    choice: FetchChoice,
    settings: KafkaSettings,
    ends: Option<Arc<LogEnds>>,
    /// Offsets without a record that the reader before this one passed, by partition.
    empty: Vec<(u32, u64)>,
}

enum Reader {
    Own(Box<OwnConsumer>),
    Librdkafka(Box<LibrdkafkaConsumer>),
}

impl TopicConsumer {
    /// Reads each `(partition, next offset, stop offset)`; a stop offset bounds the read.
    ///
    /// # Errors
    /// A setting that the client does not take.
    pub fn new(
        settings: &KafkaSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, BrokerError> {
        let (mut choice, own) = choose(settings);
        let own = own.map(|own| OwnConsumer::new(settings, own, assigned));
        let reader = match own {
            Some(Ok(own)) => Reader::Own(Box::new(own)),
            // A certificate that cannot be read here may be one that OpenSSL can.
            Some(Err(BrokerError::Unfetchable(reason))) if settings.fetch == Fetch::Auto => {
                choice = FetchChoice { client: FetchClient::Librdkafka, reason };
                Reader::Librdkafka(Box::new(LibrdkafkaConsumer::new(settings, assigned)?))
            }
            Some(Err(error)) => return Err(error),
            None => Reader::Librdkafka(Box::new(LibrdkafkaConsumer::new(settings, assigned)?)),
        };
        let settings = settings.clone();
        Ok(Self { reader, choice, settings, ends: None, empty: Vec::new() })
    }

    /// The client that reads, and why.
    pub fn choice(&self) -> &FetchChoice {
        &self.choice
    }

    /// Knows the ends of the logs from `ends` too, also of partitions that are not fetched.
    pub fn set_ends(&mut self, ends: Arc<LogEnds>) {
        match &mut self.reader {
            Reader::Own(own) => own.set_ends(Arc::clone(&ends)),
            Reader::Librdkafka(other) => other.set_ends(Arc::clone(&ends)),
        }
        self.ends = Some(ends);
    }

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
        let is_auto = self.settings.fetch == Fetch::Auto;
        if let Reader::Own(own) = &self.reader
            && is_auto
            && let Some(fault) = own.is_kept_out()
        {
            self.switch(&fault.to_string())?;
            return Ok(Fetched::Nothing);
        }
        // Only with an early return does the borrow of a block end where there is none.
        match &mut self.reader {
            Reader::Librdkafka(_) => {}
            Reader::Own(own) => match own.next_block(limits, timeout) {
                Err(FetchError::Unsupported(reason)) if is_auto => {
                    self.switch(&reason)?;
                    return Ok(Fetched::Nothing);
                }
                Err(error) => return Err(told(error)),
                Ok(Fetched::Nothing) => return Ok(Fetched::Nothing),
                Ok(Fetched::Ended) => return Ok(Fetched::Ended),
                Ok(Fetched::Records { .. }) => {}
            },
        }
        match &mut self.reader {
            Reader::Own(own) => Ok(own.last_block()),
            Reader::Librdkafka(other) => other.next_block(limits, timeout),
        }
    }

    /// Goes on with librdkafka, from where own fetch stands.
    fn switch(&mut self, reason: &str) -> Result<(), BrokerError> {
        let Reader::Own(own) = &self.reader else { return Ok(()) };
        let assigned: Vec<_> =
            own.reading().map(|one| (one.partition, one.next, one.stop)).collect();
        self.empty = own.reading().map(|one| (one.partition, one.empty)).collect();
        tracing::warn!("librdkafka fetches from here on, because own fetch cannot: {reason}");
        let mut other = LibrdkafkaConsumer::new(&self.settings, &assigned)?;
        if let Some(ends) = &self.ends {
            other.set_ends(Arc::clone(ends));
        }
        self.choice = FetchChoice { client: FetchClient::Librdkafka, reason: reason.to_owned() };
        self.reader = Reader::Librdkafka(Box::new(other));
        Ok(())
    }

    /// Reads another partition from the next block on.
    ///
    /// # Errors
    /// The brokers cannot be reached, or librdkafka does not take the partition.
    pub fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), BrokerError> {
        match &mut self.reader {
            Reader::Own(own) => {
                own.assign(partition, from);
                Ok(())
            }
            Reader::Librdkafka(other) => other.assign(partition, from),
        }
    }

    /// Does not read a partition any more: no later block holds a record of it. Returns the offset
    /// up to which it was to be read.
    ///
    /// # Errors
    /// librdkafka does not let the partition go.
    pub fn revoke(&mut self, partition: u32) -> Result<Option<i64>, BrokerError> {
        self.empty.retain(|(number, _)| *number != partition);
        match &mut self.reader {
            Reader::Own(own) => Ok(own.revoke(partition)),
            Reader::Librdkafka(other) => other.revoke(partition),
        }
    }

    /// The offsets up to which partitions are read, where a log held no record up to there, since
    /// the last call.
    pub fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        match &mut self.reader {
            Reader::Own(own) => own.take_read_to(),
            Reader::Librdkafka(other) => other.take_read_to(),
        }
    }

    /// The ends of the logs, about a second old at most. An end is not known where something keeps
    /// records from coming.
    pub fn log_ends(&mut self) -> Vec<LogEnd> {
        match &mut self.reader {
            Reader::Own(own) => own.log_ends(),
            Reader::Librdkafka(other) => other.log_ends(),
        }
    }

    /// Records fetched and not handed over yet.
    pub fn queue_depth(&self) -> usize {
        match &self.reader {
            Reader::Own(own) => own.queue_depth(),
            Reader::Librdkafka(other) => other.queue_depth(),
        }
    }

    /// How the log of each partition stands.
    pub fn health(&self) -> Vec<(u32, PartitionHealth)> {
        let mut health = match &self.reader {
            Reader::Own(own) => own.health(),
            Reader::Librdkafka(other) => other.health(),
        };
        for (partition, health) in &mut health {
            let before = self.empty.iter().find(|(number, _)| number == partition);
            health.empty_offsets += before.map_or(0, |(_, empty)| *empty);
        }
        health
    }
}

/// What own fetch tells, as all of this crate tells it.
fn told(error: FetchError) -> BrokerError {
    match error {
        FetchError::Moved(message) => BrokerError::Moved { message },
        FetchError::TopicIsGone(message) => {
            BrokerError::Unavailable { missing: Missing::Topic, message }
        }
        FetchError::Unsupported(reason) => BrokerError::Unfetchable(reason),
    }
}
