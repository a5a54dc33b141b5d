//! Offsets for the consumer group, so that lag tools see the progress of the stored state.
//!
//! A thread of its own waits for the brokers, one commit at a time: librdkafka may reorder commits
//! that wait for the group's coordinator, and the older one would win. Newer offsets take the
//! place of older ones that were not sent yet, so nothing piles up while brokers are away.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaResult;

use streamgauge_pipeline::KafkaSettings;

use super::BrokerError;
use super::client::{client_config, offsets_of};

/// How long the brokers have to answer the last commit of a run.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Commits offsets; what is under way is given up when this is dropped.
pub struct OffsetCommits {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The offsets of the next commit, by partition.
    next: Option<Vec<(u32, i64)>>,
    is_busy: bool,
    is_over: bool,
}

impl OffsetCommits {
    /// A client that only commits.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let mut config = client_config(settings);
        config.set("group.id", &settings.group);
        config.set("enable.auto.commit", "false");
        let consumer: BaseConsumer =
            config.create().map_err(|error| BrokerError::refused(&error))?;
        let shared = Arc::new(Shared::default());
        let (of_thread, topic) = (Arc::clone(&shared), settings.topic.clone());
        thread::Builder::new()
            .name("offsets".into())
            .spawn(move || of_thread.work(&consumer, &topic))
            .expect("a thread can be started");
        Ok(Self { shared })
    }

    /// Commits these next offsets, in the background, in the place of offsets not sent yet.
    pub fn announce(&self, offsets: &[(u32, i64)]) {
        self.shared.lock().next = Some(offsets.to_vec());
        self.shared.changed.notify_all();
    }

    /// Waits, but not for long, until what was announced has arrived.
    pub fn wait(&self) {
        let unfinished = |state: &mut State| state.is_busy || state.next.is_some();
        let state = self.shared.lock();
        let waited = self.shared.changed.wait_timeout_while(state, ANSWER_TIMEOUT, unfinished);
        if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            tracing::warn!("the group may lack the last offsets; the state is stored all the same");
        }
    }
}

impl Drop for OffsetCommits {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, consumer: &BaseConsumer, topic: &str) {
        while let Some(offsets) = self.take() {
            if let Err(error) = commit(consumer, topic, &offsets) {
                tracing::warn!(%error, "offsets not committed to the group; the state is stored all the same");
            }
            self.lock().is_busy = false;
            self.changed.notify_all();
        }
    }

    /// Waits for the next offsets; `None` means that the run is over.
    fn take(&self) -> Option<Vec<(u32, i64)>> {
        let idle = |state: &mut State| state.next.is_none() && !state.is_over;
        let waited = self.changed.wait_while(self.lock(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_busy = true;
        state.next.take()
    }
}

fn commit(consumer: &BaseConsumer, topic: &str, offsets: &[(u32, i64)]) -> KafkaResult<()> {
    let list = offsets_of(topic, offsets.iter().map(|(partition, offset)| (*partition, *offset)))?;
    consumer.commit(&list, CommitMode::Sync)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_offsets_are_sent_and_each_of_them_once() {
        let shared = Arc::new(Shared::default());
        let commits = OffsetCommits { shared: Arc::clone(&shared) };
        for next in [5, 9, 7] {
            commits.announce(&[(0, next)]);
        }
        assert_eq!(shared.take(), Some(vec![(0, 7)]));
        assert!(shared.lock().is_busy && shared.lock().next.is_none());
        commits.announce(&[(1, 3)]);
        assert_eq!(shared.take(), Some(vec![(1, 3)]));
        drop(commits);
        assert_eq!(shared.take(), None, "the run is over, and the thread with it");
    }
}
