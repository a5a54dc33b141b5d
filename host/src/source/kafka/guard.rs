//! Whether the topic is still the one that was opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::topic::TopicClient;
use super::topic_id::TopicId;
use crate::checkpoint::LogGuard;

/// How long the brokers have to tell; without an answer the topic is taken for the same, as what
/// was read came from where it always did.
const TIMEOUT: Duration = Duration::from_millis(500);

/// Compares the topic's id with the one at the opening.
pub struct TopicGuard {
    client: Arc<TopicClient>,
    opened: TopicId,
    differs: Arc<AtomicBool>,
}

impl TopicGuard {
    /// Guards the topic as it is now; none where the brokers know no ids. The flag is raised when
    /// the topic turns out to be another one.
    pub fn new(client: &Arc<TopicClient>, timeout: Duration) -> Option<(Self, Arc<AtomicBool>)> {
        let opened = client.id(timeout)?;
        let differs = Arc::new(AtomicBool::new(false));
        let guard = Self { client: Arc::clone(client), opened, differs: Arc::clone(&differs) };
        Some((guard, differs))
    }
}

impl LogGuard for TopicGuard {
    fn is_same(&self) -> bool {
        if self.client.id(TIMEOUT).is_some_and(|id| id != self.opened) {
            self.differs.store(true, Ordering::Relaxed);
        }
        !self.differs.load(Ordering::Relaxed)
    }
}
