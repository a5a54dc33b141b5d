//! Reads some partitions of a topic: asks the brokers that lead them, and walks what they answer.
//!
//! A broker is asked again before its answer is walked, so that the next one is on its way meanwhile.
//! There is no queue: of each broker one answer is walked and one waits.

mod answers;
mod filling;
mod orders;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use streamgauge_core::{Block, BlockIndex, BlockLimits, Fetched, ReadFrom, Supply};
use thiserror::Error;
use uuid::Uuid;

use crate::broker::{Broker, Standing};
use crate::cluster::Leader;
use crate::dialer::Dialer;
use crate::fault::{BrokerFault, FaultKind};
use crate::inbox::Inbox;
use crate::leaders::Leaders;
use crate::partition::Partition;
use crate::records::{Header, Plain, Unpacker, Walk};
use crate::settings::FetchSettings;
use crate::trouble::PartitionTrouble;

/// How long a partition may have no connection to its leader before it is told: leaders change, and
/// idle connections are closed.
const BROKEN_AFTER: Duration = Duration::from_millis(900);

/// The same for a partition that was never answered: the first connection takes its time.
const STARTS_WITHIN: Duration = Duration::from_secs(3);

/// How long a partition waits that cannot be read.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Why reading cannot go on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FetchError {
    /// The log does not hold the next offset, or is another log.
    #[error("{0}")]
    Moved(String),
    /// The topic is gone.
    #[error("{0}")]
    TopicIsGone(String),
    /// Own fetch cannot read this, and another client may: the reason.
    #[error("{0}")]
    Unsupported(String),
}

/// Where a partition is, for another client to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The number of the partition.
    pub partition: u32,
    /// The offset up to which records were handed over.
    pub next: i64,
    /// The first offset that is not wanted.
    pub stop: Option<i64>,
    /// Offsets that were passed and held no record.
    pub empty: u64,
    /// The last stable offset and the end of the log, as of the last answer.
    pub end: Option<(i64, i64)>,
}

/// Reads some partitions of a topic.
pub struct Fetcher {
    dialer: Dialer,
    inbox: Arc<Inbox>,
    leaders: Leaders,
    brokers: BTreeMap<i32, Broker>,
    /// Orders without an answer, by broker.
    waiting: BTreeMap<i32, u64>,
    addresses: BTreeMap<i32, String>,
    /// Of all partitions of the topic, as of the last answer.
    known: BTreeMap<u32, Leader>,
    partitions: Vec<Partition>,
    /// Counts orders and sessions.
    count: u64,
    topic_id: Option<Uuid>,
    /// How many times in a row the brokers knew no such topic.
    missing: u32,
    /// Why no broker tells of the leaders.
    no_leaders: Option<PartitionTrouble>,
    /// Whether any broker told of the leaders.
    is_heard: bool,
    begun: SystemTime,
    pieces: VecDeque<Piece>,
    /// The records of the pieces that were not walked.
    queued: usize,
    walk: Option<(u32, Walk)>,
    plain: Plain,
    unpacker: Unpacker,
    index: BlockIndex,
    /// Why nothing comes after the last block.
    failure: Option<FetchError>,
    /// The memory of an answer that is done with.
    spare: Vec<Vec<u8>>,
    /// Parts of the answers that are walked, by which their memory is found again.
    bodies: Vec<Bytes>,
}

/// A part of an answer.
struct Piece {
    partition: u32,
    session: u64,
    what: What,
}

enum What {
    /// A batch with records for readers, packed.
    Batch(Header, Bytes),
    /// The answer is over; the offset up to which it reaches.
    End(i64),
}

impl Fetcher {
    /// Reads each `(partition, next offset, stop offset)`; a stop offset bounds the read.
    ///
    /// # Errors
    /// A certificate or a key cannot be read; the reason.
    pub fn new(
        settings: FetchSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, String> {
        let dialer = Dialer::new(settings)?;
        let inbox = Arc::new(Inbox::default());
        let leaders = Leaders::start(&dialer, &inbox);
        let mut fetcher = Self {
            dialer,
            inbox,
            leaders,
            brokers: BTreeMap::new(),
            waiting: BTreeMap::new(),
            addresses: BTreeMap::new(),
            known: BTreeMap::new(),
            partitions: Vec::new(),
            count: 0,
            topic_id: None,
            missing: 0,
            no_leaders: None,
            pieces: VecDeque::new(),
            queued: 0,
            walk: None,
            plain: Plain::default(),
            unpacker: Unpacker::default(),
            index: BlockIndex::default(),
            failure: None,
            spare: Vec::new(),
            bodies: Vec::new(),
            is_heard: false,
            begun: SystemTime::now(),
        };
        for (partition, offset, stop) in assigned {
            fetcher.add(*partition, *offset, *stop);
        }
        Ok(fetcher)
    }

    fn add(&mut self, partition: u32, next: i64, stop: Option<i64>) {
        self.count += 1;
        let leader = self.known.get(&partition).copied();
        let mut added = Partition::new(partition, self.count, next, stop);
        added.leader = leader;
        self.partitions.push(added);
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
    ) -> Result<Fetched<'_>, FetchError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let until = Instant::now() + timeout;
        self.index.clear();
        self.plain.compact();
        while self.index.records() == 0 {
            if !self.partitions.is_empty() && self.partitions.iter().all(Partition::is_ended) {
                return Ok(Fetched::Ended);
            }
            if self.is_walked() && !self.listen(until)? {
                return Ok(Fetched::Nothing);
            }
            self.fill(limits);
            if self.index.records() == 0
                && let Some(failure) = self.failure.take()
            {
                return Err(failure);
            }
            // A place is told before the next records, and before the end. Batches of aborted
            // transactions bring nothing else, however many there are.
            let has_place = self.partitions.iter().any(Partition::has_place);
            if self.index.records() == 0 && (has_place || Instant::now() >= until) {
                return Ok(Fetched::Nothing);
            }
        }
        Ok(self.last_block())
    }

    /// The records that the last call of [`next_block`](Self::next_block) brought.
    pub fn last_block(&self) -> Fetched<'_> {
        let is_drained = self.is_walked() && self.inbox.is_empty();
        let supply = if is_drained { Supply::Drained } else { Supply::More };
        Fetched::Records { block: Block::new(&self.index, self.plain.bytes()), supply }
    }

    /// What keeps this client from ever being told anything.
    pub fn kept_out(&self) -> Option<BrokerFault> {
        let trouble = self.no_leaders.as_ref().filter(|_| !self.is_heard);
        trouble.map(|trouble| trouble.fault.clone())
    }

    /// Whether all that came was handed over.
    fn is_walked(&self) -> bool {
        self.walk.is_none() && self.pieces.is_empty()
    }

    /// Reads another partition from the next block on.
    pub fn assign(&mut self, partition: u32, from: ReadFrom) {
        self.add(partition, from.offset, from.stop);
        // A partition that has just come is not known yet.
        if !self.known.contains_key(&partition) {
            self.leaders.want();
        }
    }

    /// Does not read a partition any more: no later block holds a record of it. Returns the offset
    /// up to which it was to be read.
    pub fn revoke(&mut self, partition: u32) -> Option<i64> {
        let at = self.partitions.iter().position(|one| one.number == partition)?;
        self.drop_pieces(partition);
        self.partitions.remove(at).stop
    }

    /// Forgets what came of a partition and was not handed over.
    fn drop_pieces(&mut self, partition: u32) {
        if self.walk.take_if(|(number, _)| *number == partition).is_some() {
            self.unpacker.forget();
            self.plain.abandon();
        }
        self.pieces.retain(|piece| piece.partition != partition);
        let records = |piece: &Piece| match &piece.what {
            What::Batch(header, _) => header.records.unsigned_abs() as usize,
            What::End(_) => 0,
        };
        self.queued = self.pieces.iter().map(records).sum();
    }

    /// The offsets up to which partitions are read, where a log held no record up to there, since
    /// the last call.
    pub fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        let told = |partition: &mut Partition| Some((partition.number, partition.take_place()?));
        self.partitions.iter_mut().filter_map(told).collect()
    }

    /// Where each partition is.
    pub fn reading(&self) -> impl Iterator<Item = Reading> {
        self.partitions.iter().map(|partition| Reading {
            partition: partition.number,
            next: partition.next,
            stop: partition.stop,
            empty: partition.empty,
            end: partition.end,
        })
    }

    /// Records that came and were not handed over yet.
    pub fn queue_depth(&self) -> usize {
        self.queued + self.walk.as_ref().map_or(0, |(_, walk)| walk.left())
    }

    /// The trouble of a partition: what it was told itself, else that nobody tells of its leader,
    /// else that its leader is not connected or does not answer for longer than `unanswered_after`.
    pub fn trouble(&self, partition: u32, unanswered_after: Duration) -> Option<PartitionTrouble> {
        let found = self.partitions.iter().find(|one| one.number == partition)?;
        if let Some(failure) = &found.failure {
            return Some(failure.clone());
        }
        let has_lasted = |trouble: &PartitionTrouble, limit: Duration| {
            trouble.since.elapsed().unwrap_or_default() >= limit
        };
        let (trouble, limit) = match found.leader {
            Some(leader) => {
                let was_answered = found.end.is_some();
                self.standing(leader.node, was_answered, unanswered_after)?
            }
            None => match (&self.no_leaders, found.without_leader) {
                (Some(trouble), _) => (trouble.clone(), BROKEN_AFTER),
                (None, Some(since)) => {
                    let topic = &self.dialer.settings.topic;
                    let reason = format!("partition {partition} of topic `{topic}`");
                    let brokers = &self.dialer.settings.brokers;
                    let fault = BrokerFault::new(FaultKind::NoLeader, brokers, reason);
                    (PartitionTrouble { fault, since }, BROKEN_AFTER)
                }
                (None, None) if self.is_heard => return None,
                (None, None) => {
                    let brokers = &self.dialer.settings.brokers;
                    let fault = BrokerFault::new(FaultKind::Silent, brokers, "nobody answers yet");
                    (PartitionTrouble { fault, since: self.begun }, unanswered_after)
                }
            },
        };
        has_lasted(&trouble, limit).then_some(trouble)
    }

    /// What is wrong with a broker, and how long that may last before it is told.
    fn standing(
        &self,
        node: i32,
        was_answered: bool,
        unanswered_after: Duration,
    ) -> Option<(PartitionTrouble, Duration)> {
        let broker = self.brokers.get(&node)?;
        Some(match broker.standing() {
            Standing::Beginning { since, fault: Some(fault) } => {
                let fault = self.as_advertised(fault);
                let is_soon = was_answered || fault.kind.is_telling();
                let limit = if is_soon { BROKEN_AFTER } else { STARTS_WITHIN };
                (PartitionTrouble { fault, since }, limit)
            }
            Standing::Down { since, fault } => (PartitionTrouble { fault, since }, BROKEN_AFTER),
            Standing::Up { asked: Some(asked) } => {
                let reason = "it is connected, and a request has no answer";
                let fault = BrokerFault::new(FaultKind::Silent, &broker.address, reason);
                let since = SystemTime::now() - asked.elapsed();
                (PartitionTrouble { fault, since }, unanswered_after)
            }
            Standing::Beginning { fault: None, .. } | Standing::Up { asked: None } => return None,
        })
    }

    /// A broker that cannot be reached, at an address that only other brokers told.
    fn as_advertised(&self, fault: BrokerFault) -> BrokerFault {
        let mut given = self.dialer.settings.brokers.split(',').map(str::trim);
        let is_given = given.any(|one| one == fault.broker);
        if fault.kind.is_telling() || is_given {
            return fault;
        }
        BrokerFault { kind: FaultKind::AdvertisedUnreachable, ..fault }
    }
}

#[cfg(test)]
mod tests;
