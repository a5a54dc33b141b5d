//! Offsets for the consumer group, so that lag tools see the progress of the stored state.
//!
//! A thread of its own waits for the brokers, one commit at a time: librdkafka may reorder commits
//! that wait for the group's coordinator, and the older one would win. Newer offsets take the
//! place of older ones that were not sent yet, so nothing piles up while brokers are away.
//!
//! Offsets that are somebody else's, by their mark, are left as they are, and that is told.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};

use streamgauge_pipeline::KafkaSettings;

use super::client::{client_config, offsets_of};
use super::listener::Listener;
use super::mark::{Mark, Told};
use super::{BrokerError, BrokerFault, FaultKind};

/// How long the brokers have to answer the last commit of a run.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest time between two looks at librdkafka's queue.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// How long librdkafka's queue has to be silent to be empty.
const EMPTY: Duration = Duration::from_millis(5);

/// How often a coordinator that is about to be there is asked again, and how long it is left alone
/// before.
const COORDINATOR_TRIES: usize = 10;
const COORDINATOR_WAIT: Duration = Duration::from_millis(200);

/// Commits offsets; what is under way is given up when this is dropped.
pub struct OffsetCommits {
    shared: Arc<Shared>,
}

/// Tells whether the group gets the offsets.
#[derive(Clone)]
pub struct CommitBoard(Arc<Shared>);

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
    /// The fault that kept the last offsets from the group; `None` means that they arrived.
    fault: Option<BrokerFault>,
}

impl OffsetCommits {
    /// A client that only commits.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings, mark: Mark) -> Result<Self, BrokerError> {
        let mut config = client_config(settings);
        config.set("group.id", &settings.group);
        config.set("enable.auto.commit", "false");
        let listener = Listener::new(settings);
        listener.heard().opened();
        let consumer: BaseConsumer<Listener> =
            config.create_with_context(listener).map_err(|error| BrokerError::refused(&error))?;
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let to = To {
            brokers: settings.brokers.clone(),
            group: settings.group.clone(),
            topic: settings.topic.clone(),
            mark,
        };
        thread::Builder::new()
            .name("offsets".into())
            .spawn(move || of_thread.work(&consumer, &to))
            .expect("a thread can be started");
        Ok(Self { shared })
    }

    /// Commits these next offsets, in the background, in the place of offsets not sent yet.
    pub fn announce(&self, offsets: &[(u32, i64)]) {
        self.shared.lock().next = Some(offsets.to_vec());
        self.shared.changed.notify_all();
    }

    /// Where the fault is told that keeps offsets from the group.
    pub fn board(&self) -> CommitBoard {
        CommitBoard(Arc::clone(&self.shared))
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

impl CommitBoard {
    /// The fault that kept the last offsets from the group; `None` means that they arrived.
    pub fn fault(&self) -> Option<BrokerFault> {
        self.0.lock().fault.clone()
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

    fn work(&self, consumer: &BaseConsumer<Listener>, to: &To) {
        // Those of the state that the run began with.
        let mut first = None;
        loop {
            let next = self.take();
            // librdkafka speaks only while its queue is polled.
            while consumer.poll(EMPTY).is_some() {}
            match next {
                Next::Nothing => {}
                Next::Over => return,
                Next::Offsets(offsets) => {
                    let first = first.get_or_insert_with(|| offsets.clone());
                    let done = patiently(|| commit(consumer, to, &offsets, first));
                    while consumer.poll(EMPTY).is_some() {}
                    let heard = |error| Some(consumer.context().heard().fault(&error));
                    self.tell(done.unwrap_or_else(heard));
                }
            }
        }
    }

    /// Logs what is new, and keeps the fault.
    fn tell(&self, fault: Option<BrokerFault>) {
        let mut state = self.lock();
        match (&state.fault, &fault) {
            (Some(known), Some(fault)) if known.kind == fault.kind => {}
            (None, None) => {}
            (_, Some(fault)) => tracing::warn!(
                "offsets do not reach the group, the state is stored all the same: {fault}; {}",
                fault.kind.advice()
            ),
            (Some(_), None) => tracing::info!("offsets reach the group again"),
        }
        state.fault = fault;
        state.is_busy = false;
        drop(state);
        self.changed.notify_all();
    }

    /// Waits for the next offsets, for as long as librdkafka's queue may stay unpolled.
    fn take(&self) -> Next {
        let idle = |state: &mut State| state.next.is_none() && !state.is_over;
        let waited = self.changed.wait_timeout_while(self.lock(), POLL_EVERY, idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        match state.next.take() {
            Some(offsets) => {
                state.is_busy = true;
                Next::Offsets(offsets)
            }
            None if state.is_over => Next::Over,
            None => Next::Nothing,
        }
    }
}

/// What the thread has to do.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Offsets(Vec<(u32, i64)>),
    Nothing,
    Over,
}

/// The answer to `question`, which is asked again where the broker says that the coordinator of the
/// group is about to be there.
fn patiently<T>(question: impl Fn() -> KafkaResult<T>) -> KafkaResult<T> {
    const COMING: [RDKafkaErrorCode; 3] = [
        RDKafkaErrorCode::NotCoordinator,
        RDKafkaErrorCode::CoordinatorNotAvailable,
        RDKafkaErrorCode::CoordinatorLoadInProgress,
    ];
    let mut answer = question();
    for _ in 0..COORDINATOR_TRIES {
        let code = answer.as_ref().err().and_then(KafkaError::rdkafka_error_code);
        if !code.is_some_and(|code| COMING.contains(&code)) {
            break;
        }
        thread::sleep(COORDINATOR_WAIT);
        answer = question();
    }
    answer
}

/// Where offsets are told.
struct To {
    brokers: String,
    group: String,
    topic: String,
    mark: Mark,
}

/// Tells the group these offsets, unless those that it has are somebody else's: that is the fault.
/// `first` are the offsets of the state that the run began with.
fn commit(
    consumer: &BaseConsumer<Listener>,
    to: &To,
    offsets: &[(u32, i64)],
    first: &[(u32, i64)],
) -> KafkaResult<Option<BrokerFault>> {
    let To { brokers, group, topic, mark } = to;
    let list = offsets_of(topic, offsets.iter().copied())?;
    let known = consumer.committed_offsets(list.clone(), ANSWER_TIMEOUT)?;
    let own = [first, offsets].concat();
    let foreign = known.elements().iter().find_map(|element| {
        let Offset::Offset(offset) = element.offset() else { return None };
        let partition = u32::try_from(element.partition()).ok()?;
        mark.foreign(&Told { partition, offset, metadata: element.metadata() }, &own)
    });
    if let Some(whose) = foreign {
        let reason = format!("group `{group}` {whose}");
        let (kind, broker) = (FaultKind::GroupShared, brokers.clone());
        return Ok(Some(BrokerFault { kind, broker, reason, note: String::new() }));
    }
    let text = mark.text();
    list.elements().iter_mut().for_each(|element| element.set_metadata(&text));
    consumer.commit(&list, CommitMode::Sync).map(|()| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinator_that_is_about_to_be_there_is_waited_for() {
        let asked = std::cell::Cell::new(0);
        let answer = |coming: u32, code| {
            asked.set(0);
            patiently(|| {
                asked.set(asked.get() + 1);
                if asked.get() <= coming { Err(KafkaError::ConsumerCommit(code)) } else { Ok(7) }
            })
        };
        assert_eq!(answer(2, RDKafkaErrorCode::NotCoordinator).expect("an answer"), 7);
        assert_eq!(asked.get(), 3);
        answer(1, RDKafkaErrorCode::GroupAuthorizationFailed).expect_err("no patience helps");
        assert_eq!(asked.get(), 1);
        answer(u32::MAX, RDKafkaErrorCode::CoordinatorNotAvailable).expect_err("not for ever");
    }

    #[test]
    fn only_the_newest_offsets_are_sent_and_each_of_them_once() {
        let shared = Arc::new(Shared::default());
        let commits = OffsetCommits { shared: Arc::clone(&shared) };
        for next in [5, 9, 7] {
            commits.announce(&[(0, next)]);
        }
        assert_eq!(shared.take(), Next::Offsets(vec![(0, 7)]));
        assert!(shared.lock().is_busy && shared.lock().next.is_none());
        commits.announce(&[(1, 3)]);
        assert_eq!(shared.take(), Next::Offsets(vec![(1, 3)]));
        drop(commits);
        assert_eq!(shared.take(), Next::Over, "the run is over, and the thread with it");
    }
}
