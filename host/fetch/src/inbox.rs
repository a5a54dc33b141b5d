//! What the threads of a fetcher hand to it.
//!
//! **Invariant**: no more than one answer of each broker waits here, as each is asked again only when
//! its answer was taken.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kafka_protocol::messages::FetchResponse;

use crate::cluster::Cluster;
use crate::fault::BrokerFault;

/// The place where answers wait.
#[derive(Default)]
pub(crate) struct Inbox {
    state: Mutex<Mail>,
    changed: Condvar,
}

/// What came.
#[derive(Default)]
pub(crate) struct Mail {
    /// The last answer to the question for leaders.
    pub(crate) cluster: Option<Result<Cluster, BrokerFault>>,
    pub(crate) answers: VecDeque<Answer>,
    /// Why another client has to read, where one has to.
    pub(crate) unsupported: Option<String>,
}

/// The answer of one broker, or that it gave none.
pub(crate) struct Answer {
    pub(crate) node: i32,
    /// The number of the order.
    pub(crate) order: u64,
    pub(crate) result: Result<FetchResponse, BrokerFault>,
}

impl Mail {
    fn is_empty(&self) -> bool {
        self.cluster.is_none() && self.answers.is_empty() && self.unsupported.is_none()
    }
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what waits here, and wakes the fetcher.
    pub(crate) fn put(&self, change: impl FnOnce(&mut Mail)) {
        change(&mut self.lock());
        self.changed.notify_one();
    }

    /// Whether a call of [`take`](Self::take) would wait.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Takes all that came, after waiting for it until `until` at most.
    pub(crate) fn take(&self, until: Instant) -> Mail {
        let mut mail = self.lock();
        while mail.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left < Duration::from_micros(50) {
                break;
            }
            mail = self.changed.wait_timeout(mail, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut *mail)
    }
}
