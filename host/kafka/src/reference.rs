//! Loops that read a topic to its end and do nothing of this program's work: what a pipeline over
//! the same client is measured against.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use streamgauge_core::{BlockLimits, Fetched};
use streamgauge_fetch::Fetcher;
use streamgauge_pipeline::KafkaSettings;

use crate::batch_queue::BatchQueue;
use crate::client::{client_config, offsets_of, topic_text};
use crate::event::EventQueue;
use crate::{BrokerError, PartitionRange, fetch_choice};

/// How long nothing may come.
const SILENCE: Duration = Duration::from_secs(20);

/// How much own fetch hands over at once; the same as a worker takes.
const LIMITS: BlockLimits = BlockLimits { records: 4096, bytes: 1 << 20 };

/// The settings of librdkafka that differ from its defaults. A full queue is looked at again after
/// 2 ms and not after a second.
pub const REFERENCE_SETTINGS: [(&str, &str); 1] = [("fetch.queue.backoff.ms", "2")];

/// How a loop takes records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    /// One record for each call of librdkafka.
    Poll,
    /// Many records for each call of librdkafka.
    Batch,
    /// Blocks of own fetch.
    Own,
}

/// Reads all that is in `ranges`, calling `each` with the partition and the value of each record; the time from the first record on.
///
/// # Errors
/// A setting that is not taken, or records that do not come.
pub fn read_whole(
    settings: &KafkaSettings,
    ranges: &[PartitionRange],
    by: ReadBy,
    each: impl FnMut(u32, &[u8]),
) -> Result<Duration, BrokerError> {
    let mut tally = Tally {
        ends: ranges.iter().map(|range| (range.partition, range.high)).collect(),
        left: ranges.iter().filter(|range| range.low < range.high).count(),
        first: None,
        each,
    };
    match by {
        ReadBy::Own => own(settings, ranges, &mut tally)?,
        ReadBy::Poll | ReadBy::Batch => librdkafka(settings, ranges, by, &mut tally)?,
    }
    Ok(tally.first.map_or(Duration::ZERO, |first| first.elapsed()))
}

/// Which partitions are not read to their ends.
struct Tally<F> {
    ends: BTreeMap<u32, i64>,
    left: usize,
    first: Option<Instant>,
    each: F,
}

impl<F: FnMut(u32, &[u8])> Tally<F> {
    fn add(&mut self, partition: u32, offset: i64, value: Option<&[u8]>) {
        self.first.get_or_insert_with(Instant::now);
        (self.each)(partition, value.unwrap_or_default());
        if let Some(end) = self.ends.get_mut(&partition)
            && offset + 1 >= *end
        {
            *end = i64::MAX;
            self.left -= 1;
        }
    }
}

fn librdkafka(
    settings: &KafkaSettings,
    ranges: &[PartitionRange],
    by: ReadBy,
    tally: &mut Tally<impl FnMut(u32, &[u8])>,
) -> Result<(), BrokerError> {
    let refused = |error| BrokerError::refused(&error);
    let mut config = client_config(settings);
    for (key, value) in REFERENCE_SETTINGS {
        config.set(key, value);
    }
    config.set("group.id", &settings.group).set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().map_err(refused)?;
    let starts = ranges.iter().map(|range| (range.partition, range.low));
    let list = offsets_of(&settings.topic, starts).map_err(refused)?;
    if by == ReadBy::Poll {
        consumer.assign(&list).map_err(refused)?;
        while tally.left > 0 {
            let message = consumer.poll(SILENCE).ok_or_else(|| silent(settings))?;
            let message =
                message.map_err(|error| BrokerError::no_answer(&settings.brokers, &error))?;
            tally.add(message.partition().unsigned_abs(), message.offset(), message.payload());
        }
        return Ok(());
    }
    // Behind the consumer, so that it is dropped before it.
    let queue = EventQueue::for_partitions(&consumer);
    let topic = topic_text(&settings.topic);
    for range in ranges {
        queue.take_in(&consumer, &topic, range.partition);
    }
    let mut queue = BatchQueue::of(queue);
    consumer.assign(&list).map_err(refused)?;
    while tally.left > 0 {
        let record = queue.next(SILENCE).ok_or_else(|| silent(settings))?;
        let record = record.map_err(|message| BrokerError::Moved { message })?;
        tally.add(record.partition, record.offset, record.value);
    }
    Ok(())
}

fn own(
    settings: &KafkaSettings,
    ranges: &[PartitionRange],
    tally: &mut Tally<impl FnMut(u32, &[u8])>,
) -> Result<(), BrokerError> {
    let own = fetch_choice::read(settings).map_err(|refused| {
        let refused: Vec<_> = refused.iter().map(ToString::to_string).collect();
        BrokerError::Unfetchable(refused.join("; "))
    })?;
    let assigned: Vec<_> =
        ranges.iter().map(|range| (range.partition, range.low, Some(range.high))).collect();
    let mut fetcher = Fetcher::new(own, &assigned).map_err(BrokerError::Unfetchable)?;
    loop {
        let block = fetcher.next_block(LIMITS, SILENCE);
        match block.map_err(|error| BrokerError::Unfetchable(error.to_string()))? {
            Fetched::Ended => return Ok(()),
            Fetched::Nothing => return Err(silent(settings)),
            Fetched::Records { block, .. } => {
                for run in block.runs() {
                    for record in run.records() {
                        tally.add(run.partition, record.meta.offset, record.value);
                    }
                }
            }
        }
    }
}

fn silent(settings: &KafkaSettings) -> BrokerError {
    let topic = &settings.topic;
    let message = format!("no record of topic `{topic}` came for {} s", SILENCE.as_secs());
    BrokerError::Moved { message }
}
