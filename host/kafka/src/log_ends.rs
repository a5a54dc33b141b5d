//! The ends of a topic's logs, asked for by clients of their own in a thread of their own: the
//! consumers of workers tell them only while they fetch, and asking blocks.
//!
//! A reader of committed records comes to the last stable offset. What stands after it belongs to
//! transactions that are still open, and is held back until they end.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};
use streamgauge_pipeline::KafkaSettings;

use super::BrokerError;
use super::client::client_config;
use super::listener::Listener;

/// How often the brokers are asked.
const EVERY: Duration = Duration::from_secs(1);

/// How long they have for each answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// A topic that the brokers do not know so often in a row is gone. Once is not believed: a broker
/// that has just started may not know all.
const MISSING_LOOKS: u32 = 2;

/// The ends of the logs of one topic, as of the last answer.
pub struct LogEnds {
    shared: Arc<Shared>,
}

/// The end of one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The last stable offset.
    pub(crate) stable: i64,
    /// The offset after the last record, committed or not.
    pub(crate) last: i64,
    /// Counts the answers, so that a reader knows a new one.
    pub(crate) answer: u64,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    ends: BTreeMap<u32, End>,
    answers: u64,
    /// How many times in a row the brokers did not know the topic.
    missing: u32,
    is_over: bool,
}

impl LogEnds {
    /// Begins to ask.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn watch(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let asker = Asker::new(settings)?;
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        thread::Builder::new()
            .name("log-ends".into())
            .spawn(move || of_thread.work(&asker))
            .expect("a thread can be started");
        Ok(Self { shared })
    }

    /// The end of a partition's log, once it was told.
    pub(crate) fn of(&self, partition: u32) -> Option<End> {
        self.shared.lock().ends.get(&partition).copied()
    }

    /// True if the brokers have no such topic any more.
    pub(crate) fn is_topic_missing(&self) -> bool {
        self.shared.lock().missing >= MISSING_LOOKS
    }
}

impl Drop for LogEnds {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.over.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, asker: &Asker) {
        loop {
            self.note(asker.ask());
            let is_going_on = |state: &mut State| !state.is_over;
            let waited = self.over.wait_timeout_while(self.lock(), EVERY, is_going_on);
            if waited.unwrap_or_else(PoisonError::into_inner).0.is_over {
                return;
            }
        }
    }

    fn note(&self, answer: KafkaResult<Answer>) {
        let mut state = self.lock();
        match answer {
            Ok(Answer::Missing) => state.missing += 1,
            Ok(Answer::Ends(ends)) => {
                state.missing = 0;
                state.answers += 1;
                let answer = state.answers;
                for (partition, (stable, end)) in ends {
                    state.ends.insert(partition, End { stable, last: end, answer });
                }
            }
            Err(error) => tracing::debug!(%error, "the ends of the logs were not told"),
        }
    }
}

/// What the brokers told.
enum Answer {
    /// There is no such topic.
    Missing,
    /// By partition, the last stable offset and the end.
    Ends(BTreeMap<u32, (i64, i64)>),
}

/// Asks the brokers.
struct Asker {
    committed: BaseConsumer<Listener>,
    uncommitted: BaseConsumer<Listener>,
    topic: String,
}

impl Asker {
    fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let client = |isolation: &str| {
            let mut config = client_config(settings);
            config.set("isolation.level", isolation);
            config
                .create_with_context(Listener::new(settings))
                .map_err(|error| BrokerError::refused(&error))
        };
        Ok(Self {
            committed: client("read_committed")?,
            uncommitted: client("read_uncommitted")?,
            topic: settings.topic.clone(),
        })
    }

    fn ask(&self) -> KafkaResult<Answer> {
        for client in [&self.committed, &self.uncommitted] {
            // The workers' clients tell what is wrong; here it only must not pile up.
            while client.poll(Duration::ZERO).is_some() {}
        }
        let metadata = self.committed.fetch_metadata(Some(&self.topic), ANSWER_TIMEOUT)?;
        let unknown =
            |error| matches!(error, RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
        let Some(topic) = metadata.topics().first().filter(|t| !t.error().is_some_and(unknown))
        else {
            return Ok(Answer::Missing);
        };
        let mut list = TopicPartitionList::new();
        for partition in topic.partitions() {
            list.add_partition_offset(&self.topic, partition.id(), Offset::End)?;
        }
        // In this order, so that records which come in between are not taken for held back.
        let ends = ends_of(&self.uncommitted, list.clone())?;
        let stable = ends_of(&self.committed, list)?;
        let both =
            |(partition, stable)| Some((partition, (stable, (*ends.get(&partition)?).max(stable))));
        Ok(Answer::Ends(stable.into_iter().filter_map(both).collect()))
    }
}

/// The ends that `client` is told, where it is.
fn ends_of(
    client: &BaseConsumer<Listener>,
    list: TopicPartitionList,
) -> KafkaResult<BTreeMap<u32, i64>> {
    let told = client.offsets_for_times(list, ANSWER_TIMEOUT)?;
    let end = |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| match (
        element.error(),
        element.offset(),
    ) {
        (Ok(()), Offset::Offset(end)) => Some((element.partition().unsigned_abs(), end)),
        _ => None,
    };
    Ok(told.elements().iter().filter_map(end).collect())
}
