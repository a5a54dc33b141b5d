//! From what the brokers answer to the parts that are walked.

use std::time::{Duration, Instant};

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::FetchResponse;
use kafka_protocol::messages::fetch_response::PartitionData;

use super::{AGAIN_AFTER, FetchError, Fetcher, Piece, What};
use crate::fault::{BrokerFault, FaultKind};
use crate::inbox::Answer;
use crate::records::{Aborted, HEADER_BYTES, Header, NoBatch};

/// How long a partition waits whose leader is another one, or that the broker cannot give now.
const SOON_AFTER: Duration = Duration::from_millis(100);

impl Fetcher {
    /// Takes in what came, and gives the next orders. Waits until `until` at most where nothing did;
    /// false means that nothing came.
    pub(super) fn listen(&mut self, until: Instant) -> Result<bool, FetchError> {
        loop {
            self.give_orders();
            let now = Instant::now();
            let again = self.partitions.iter().filter_map(|one| one.wait_until);
            let again = again.filter(|again| *again > now).min();
            let mail = self.inbox.take(again.map_or(until, |again| again.min(until)));
            if let Some(reason) = mail.unsupported {
                return Err(FetchError::Unsupported(reason));
            }
            if let Some(cluster) = mail.cluster {
                self.hear(cluster)?;
            }
            let mut is_found = false;
            for answer in mail.answers {
                is_found |= self.take_answer(answer)?;
            }
            if is_found {
                // The next answers come while these are walked.
                self.give_orders();
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
        }
    }

    /// Takes in the answer of one broker. Whether there is something to walk.
    fn take_answer(&mut self, answer: Answer) -> Result<bool, FetchError> {
        let Answer { node, order, result } = answer;
        // Of a broker that was let go meanwhile.
        if self.waiting.get(&node) != Some(&order) {
            return Ok(false);
        }
        let found = match result {
            Ok(answer) => self.take_partitions(node, order, answer),
            Err(fault) => {
                tracing::debug!(%fault, node, "a fetch got no answer");
                self.leaders.want();
                Ok(false)
            }
        };
        // What was asked for and not answered is asked for again.
        self.lose_order(node);
        found
    }

    fn take_partitions(
        &mut self,
        node: i32,
        order: u64,
        answer: FetchResponse,
    ) -> Result<bool, FetchError> {
        let mut asked = self.partitions.iter().filter(|one| one.asked == Some((node, order)));
        let asked: Vec<u32> = asked.by_ref().map(|one| one.number).collect();
        if let Some(error) = ResponseError::try_from_code(answer.error_code) {
            // An error of the whole request: about its topic, or about sessions, of which none is used.
            asked.into_iter().try_for_each(|number| self.refused(number, error))?;
            return Ok(false);
        }
        let mut is_found = false;
        for data in answer.responses.into_iter().flat_map(|topic| topic.partitions) {
            let number = u32::try_from(data.partition_index).ok();
            let Some(number) = number.filter(|number| asked.contains(number)) else { continue };
            match ResponseError::try_from_code(data.error_code) {
                Some(error) => self.refused(number, error)?,
                None => is_found |= self.take_partition(number, data)?,
            }
        }
        Ok(is_found)
    }

    /// The batches of one partition, up to the first that cannot be read. Whether there was any.
    fn take_partition(&mut self, number: u32, data: PartitionData) -> Result<bool, FetchError> {
        if data.diverging_epoch.epoch >= 0 {
            let end = data.diverging_epoch.end_offset;
            let message = format!("another leader cut the log of partition {number} back to {end}");
            return Err(FetchError::Moved(message));
        }
        let aborted = data.aborted_transactions.unwrap_or_default().into_iter();
        let mut aborted = Aborted::new(aborted.map(|one| (one.first_offset, one.producer_id.0)));
        let records = data.records.unwrap_or_default();
        let found = self.partitions.iter_mut().find(|one| one.number == number);
        let partition = found.expect("it was asked for");
        let stable = data.last_stable_offset.max(0);
        partition.end = Some((stable, data.high_watermark.max(stable)));
        let (session, wanted) = (partition.session, partition.fetch);
        let mut at = 0;
        let stopped = loop {
            let header = match Header::read(&records[at..]) {
                Ok(header) => header,
                Err(stopped) => break stopped,
            };
            let packed = records.slice(at + HEADER_BYTES..at + header.bytes);
            at += header.bytes;
            partition.fetch = partition.fetch.max(header.last_offset + 1);
            partition.last_epoch = header.leader_epoch;
            if aborted.is_for_readers(&header) && header.last_offset >= wanted {
                self.queued += header.records.unsigned_abs() as usize;
                let what = What::Batch(header, packed);
                self.pieces.push_back(Piece { partition: number, session, what });
            }
        };
        let what = What::End(partition.fetch);
        self.pieces.push_back(Piece { partition: number, session, what });
        let is_cut = stopped == NoBatch::CutOff && (at > 0 || records.is_empty());
        if is_cut || at > 0 {
            // What cannot be read comes first next time.
            partition.failure = None;
        } else {
            self.no_batch(number, stopped)?;
        }
        if !records.is_empty() && self.bodies.last().is_none_or(|body| !shares(body, &records)) {
            self.bodies.push(records);
        }
        Ok(true)
    }

    /// An answer begins with something else than a batch.
    fn no_batch(&mut self, number: u32, stopped: NoBatch) -> Result<(), FetchError> {
        let reason = match stopped {
            NoBatch::Old(format) => {
                return Err(FetchError::Unsupported(format!(
                    "partition {number} holds records of format {format}, from before Kafka 0.11"
                )));
            }
            NoBatch::CutOff => "a record batch is cut off",
            NoBatch::Broken => "a record batch is broken",
            NoBatch::Checksum => "the checksum of a record batch does not fit",
        };
        self.unreadable(number, reason);
        Ok(())
    }

    /// A broker does not give a partition.
    fn refused(&mut self, number: u32, error: ResponseError) -> Result<(), FetchError> {
        use ResponseError as Of;
        let broker = self.address_of_leader(number);
        let found = self.partitions.iter_mut().find(|one| one.number == number);
        let partition = found.expect("it was asked for");
        self.leaders.want();
        let kind = match error {
            Of::OffsetOutOfRange => {
                let message = format!("the log no longer holds the next offset: {error}");
                return Err(FetchError::Moved(message));
            }
            Of::NotLeaderOrFollower
            | Of::FencedLeaderEpoch
            | Of::UnknownLeaderEpoch
            | Of::LeaderNotAvailable
            | Of::ReplicaNotAvailable
            | Of::OffsetNotAvailable
            | Of::UnknownTopicOrPartition
            | Of::UnknownTopicId
            | Of::InconsistentTopicId => {
                partition.wait_until = Some(Instant::now() + SOON_AFTER);
                return Ok(());
            }
            Of::TopicAuthorizationFailed => FaultKind::TopicForbidden,
            _ => FaultKind::ReadFailing,
        };
        partition.wait_until = Some(Instant::now() + AGAIN_AFTER);
        let reason =
            format!("partition {number} of topic `{}`: {error}", self.dialer.settings.topic);
        partition.fail(BrokerFault::new(kind, &broker, reason));
        Ok(())
    }
}

/// Whether two parts of answers may be of the same one: whether the second begins after the first, and
/// not far from it. It only decides whether memory is used again.
fn shares(one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (one.as_ptr_range(), other.as_ptr_range());
    other.start >= one.end && (other.start as usize) - (one.end as usize) < 1 << 10
}
