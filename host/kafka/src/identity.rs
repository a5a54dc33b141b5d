//! The identity of the topic, to see if the topic is still the one that was opened.

use std::sync::Arc;
use std::time::Duration;

use super::topic::TopicClient;
use super::topic_id::TopicId;

/// How long the brokers have to tell.
const TIMEOUT: Duration = Duration::from_millis(500);

/// The id of a topic at its opening, to be compared with the present id.
#[derive(Clone)]
pub struct TopicIdentity {
    client: Arc<TopicClient>,
    opened: TopicId,
}

impl TopicIdentity {
    /// The identity of the topic at present. `None` means that the brokers know no ids.
    pub fn new(client: &Arc<TopicClient>, timeout: Duration) -> Option<Self> {
        let opened = client.id(timeout)?;
        Some(Self { client: Arc::clone(client), opened })
    }

    /// True if the topic has another id by now. Without an answer the topic is taken for the same,
    /// because the records that were read came from the same brokers.
    pub fn differs(&self) -> bool {
        self.client.id(TIMEOUT).is_some_and(|id| id != self.opened)
    }
}
