//! The topic before the first record: there or created, with the partitions that were asked for,
//! each with a leader. All waiting is bounded.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::Producer;
use rdkafka::types::RDKafkaRespErr;

use streamgauge_pipeline::KafkaSettings;
use thiserror::Error;

use crate::client::client_config;
use crate::sender::{Deliveries, Sender, SenderError, create};
use crate::{BrokerFault, FaultKind};

/// How long the brokers have to answer, and a new topic to be ready.
const READY_WITHIN: Duration = Duration::from_secs(10);

/// How often a topic that is not ready is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Why a topic takes no records.
#[derive(Debug, Error)]
pub enum NewTopicError {
    /// librdkafka makes no client with these settings.
    #[error(transparent)]
    Setting(#[from] SenderError),
    /// No broker answers at the configured addresses, or none lets this user.
    #[error("{0}; hint: {advice}, or name another broker with --brokers", advice = .0.kind.advice())]
    Unreachable(BrokerFault),
    /// The topic is not there.
    #[error(
        "topic `{topic}` does not exist on {brokers}; \
         hint: add --partitions N to create it"
    )]
    MissingTopic {
        /// The name of the missing topic.
        topic: String,
        /// The brokers that were asked, as `host:port` list.
        brokers: String,
    },
    /// The topic is there with another number of partitions.
    #[error(
        "topic `{topic}` has {found} partitions, not {wanted}; \
         hint: leave --partitions out, or name another topic with --topic"
    )]
    PartitionCount {
        /// The name of the existing topic.
        topic: String,
        /// The number of partitions that the topic has.
        found: u32,
        /// The number of partitions that was asked for.
        wanted: u32,
    },
    /// The topic could not be created.
    #[error("topic `{topic}` was not created on {brokers}: {cause}")]
    NotCreated {
        /// The name of the topic that was to be created.
        topic: String,
        /// The brokers that were asked, as `host:port` list.
        brokers: String,
        /// The cause in the words of the broker.
        cause: String,
    },
    /// The topic has partitions that nobody leads.
    #[error("topic `{topic}` on {brokers} was not ready in time; hint: look at the broker's log")]
    NotReady {
        /// The name of the topic that is not ready.
        topic: String,
        /// The brokers that were asked, as `host:port` list.
        brokers: String,
    },
    /// The system gives no runtime to wait in.
    #[error("the brokers could not be asked: {0}")]
    Runtime(#[from] std::io::Error),
}

/// A topic that takes records.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// The number of partitions of the topic.
    pub partitions: u32,
    /// True if the topic was created just now.
    pub is_new: bool,
}

/// The brokers' answer about a topic.
enum Found {
    Missing,
    /// There, but some partition has no leader yet.
    Settling,
    Ready(u32),
}

/// Waits until the topic that `settings` name is ready; creates a missing topic with as many
/// partitions as `wanted`.
///
/// # Errors
/// The brokers cannot be reached, the topic is not as wanted, or was not ready within ten
/// seconds.
pub fn ready(
    sender: &Sender,
    settings: &KafkaSettings,
    wanted: Option<u32>,
) -> Result<Topic, NewTopicError> {
    let deadline = Instant::now() + READY_WITHIN;
    let mut is_new = false;
    loop {
        match (look(sender, settings)?, wanted) {
            (Found::Ready(found), Some(wanted)) if found != wanted => {
                let topic = settings.topic.clone();
                return Err(NewTopicError::PartitionCount { topic, found, wanted });
            }
            (Found::Ready(partitions), _) => return Ok(Topic { partitions, is_new }),
            (Found::Missing, None) => {
                return Err(NewTopicError::MissingTopic {
                    topic: settings.topic.clone(),
                    brokers: settings.brokers.clone(),
                });
            }
            (Found::Missing, Some(wanted)) if !is_new => {
                is_new = create_topic(settings, wanted)?;
            }
            (Found::Missing | Found::Settling, _) => {}
        }
        if Instant::now() >= deadline {
            return Err(NewTopicError::NotReady {
                topic: settings.topic.clone(),
                brokers: settings.brokers.clone(),
            });
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn look(sender: &Sender, settings: &KafkaSettings) -> Result<Found, NewTopicError> {
    let client = sender.producer().client();
    let metadata = client.fetch_metadata(Some(&settings.topic), READY_WITHIN).map_err(|error| {
        // Callbacks only run while deliveries are looked at.
        sender.poll(LOOK_EVERY);
        NewTopicError::Unreachable(sender.deliveries().heard().fault(&error))
    })?;
    Ok(match metadata.topics().iter().find(|topic| topic.name() == settings.topic) {
        Some(topic) if is_forbidden(topic) => {
            return Err(NewTopicError::Unreachable(BrokerFault {
                kind: FaultKind::OutputForbidden,
                broker: settings.brokers.clone(),
                reason: settings.topic.clone(),
                note: String::new(),
            }));
        }
        Some(topic) => state(topic),
        None => Found::Missing,
    })
}

fn is_forbidden(topic: &MetadataTopic) -> bool {
    topic.error() == Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
}

fn state(topic: &MetadataTopic) -> Found {
    use RDKafkaRespErr as E;
    match topic.error() {
        Some(E::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART | E::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) => {
            return Found::Missing;
        }
        Some(_) => return Found::Settling,
        None => {}
    }
    let partitions = topic.partitions();
    let is_led = partitions.iter().all(|p| p.leader() >= 0 && p.error().is_none());
    if is_led && !partitions.is_empty() {
        Found::Ready(partitions.len() as u32)
    } else {
        Found::Settling
    }
}

/// Creates the topic; `false` means that the old topic is (still) there, so that another try makes
/// sense.
fn create_topic(settings: &KafkaSettings, partitions: u32) -> Result<bool, NewTopicError> {
    let failed = |cause: String| NewTopicError::NotCreated {
        topic: settings.topic.clone(),
        brokers: settings.brokers.clone(),
        cause,
    };
    let admin: AdminClient<Deliveries> = create(&client_config(settings), settings)?;
    let options = AdminOptions::new()
        .request_timeout(Some(READY_WITHIN))
        .operation_timeout(Some(READY_WITHIN));
    // -1: as many replicas as the brokers do by default.
    let replication = TopicReplication::Fixed(-1);
    let topic = NewTopic::new(&settings.topic, partitions as i32, replication);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let results = runtime
        .block_on(admin.create_topics([&topic], &options))
        .map_err(|error| failed(error.to_string()))?;
    match results.into_iter().next() {
        Some(Ok(_)) => Ok(true),
        // Deleting a topic takes brokers a while.
        Some(Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(false),
        Some(Err((_, code))) => Err(failed(code.to_string())),
        None => Err(failed("the broker did not answer".to_owned())),
    }
}
