//! A copy of the topic beside the host: every record as another consumer reads it, with partition,
//! offset, stamp and bytes. The consumer reads to the end before anything is deleted, so the copy
//! is complete.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};

use crate::wait::{self, DEADLINE};

/// A record with its place in the topic.
pub(super) struct Kept {
    pub(super) partition: u32,
    pub(super) offset: i64,
    pub(super) stamp: i64,
    pub(super) value: Option<Vec<u8>>,
}

/// A consumer, with the records that nobody has taken yet.
pub(super) struct Shadow {
    consumer: BaseConsumer,
    topic: String,
    /// By partition: the next offset.
    next: BTreeMap<u32, i64>,
    kept: Vec<Kept>,
}

impl Shadow {
    pub(super) fn of(brokers: &str, topic: &str) -> Self {
        let consumer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("group.id", "shadow")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error")
            .set("fetch.queue.backoff.ms", "2")
            .set("reconnect.backoff.max.ms", "500")
            .create()
            .expect("the settings are valid");
        Self { consumer, topic: topic.to_owned(), next: BTreeMap::new(), kept: Vec::new() }
    }

    /// Reads these partitions too, each from the beginning of its log.
    pub(super) fn follow(&mut self, partitions: std::ops::Range<u32>) {
        self.next.extend(partitions.map(|partition| (partition, 0)));
        let mut list = TopicPartitionList::new();
        for (&partition, &next) in &self.next {
            list.add_partition_offset(&self.topic, partition as i32, Offset::Offset(next))
                .expect("a position");
        }
        self.consumer.assign(&list).expect("an assignment");
    }

    /// How many partitions there are.
    pub(super) fn partitions(&self) -> u32 {
        self.next.len() as u32
    }

    /// Reads up to where the logs end now, and says where that is.
    pub(super) fn drain(&mut self) -> BTreeMap<u32, i64> {
        let ends: BTreeMap<u32, i64> =
            self.next.keys().map(|&partition| (partition, self.end(partition))).collect();
        wait::until("the shadow to be at the end", || {
            let is_there = |next: &BTreeMap<u32, i64>| ends.iter().all(|(p, end)| next[p] >= *end);
            while !is_there(&self.next) {
                // Trouble with the broker passes; a lost record would show as a hole.
                let polled = self.consumer.poll(Duration::from_millis(20))?.ok()?;
                let kept = keep(&polled);
                let next = self.next.get_mut(&kept.partition).expect("an assigned partition");
                assert_eq!(kept.offset, *next, "partition {} has a hole", kept.partition);
                *next += 1;
                self.kept.push(kept);
            }
            Some(())
        });
        ends
    }

    /// The records that were read since the last call.
    pub(super) fn take(&mut self) -> Vec<Kept> {
        std::mem::take(&mut self.kept)
    }

    fn end(&self, partition: u32) -> i64 {
        wait::until("the end of a partition", || {
            let asked = self.consumer.fetch_watermarks(&self.topic, partition as i32, DEADLINE);
            asked.ok().map(|(_, end)| end)
        })
    }
}

fn keep(message: &impl Message) -> Kept {
    Kept {
        partition: message.partition().unsigned_abs(),
        offset: message.offset(),
        stamp: message.timestamp().to_millis().expect("records have stamps"),
        value: message.payload().map(<[u8]>::to_vec),
    }
}
