//! The topic before the first record: there or created, with the partitions that were asked for,
//! each with a leader. All waiting is bounded.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::Producer;
use rdkafka::types::RDKafkaRespErr;

use super::error::ProduceError;
use super::sender::{Deliveries, Sender, create};
use crate::pipeline::KafkaSettings;
use crate::source::kafka::client_config;

/// How long the brokers have to answer, and a new topic to be ready.
const READY_WITHIN: Duration = Duration::from_secs(10);

/// How often a topic that is not ready is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A topic that takes records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Topic {
    pub(super) partitions: u32,
    pub(super) is_new: bool,
}

/// What the brokers say about a topic.
enum Found {
    Missing,
    /// There, but some partition has no leader yet.
    Settling,
    Ready(u32),
}

/// Waits until the topic that `settings` name is ready; creates it with as many partitions as
/// `wanted` if it is missing.
pub(super) fn ready(
    sender: &Sender,
    settings: &KafkaSettings,
    wanted: Option<u32>,
) -> Result<Topic, ProduceError> {
    let deadline = Instant::now() + READY_WITHIN;
    let mut is_new = false;
    loop {
        match (look(sender, settings)?, wanted) {
            (Found::Ready(found), Some(wanted)) if found != wanted => {
                let topic = settings.topic.clone();
                return Err(ProduceError::PartitionCount { topic, found, wanted });
            }
            (Found::Ready(partitions), _) => return Ok(Topic { partitions, is_new }),
            (Found::Missing, None) => {
                return Err(ProduceError::MissingTopic {
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
            return Err(ProduceError::NotReady {
                topic: settings.topic.clone(),
                brokers: settings.brokers.clone(),
            });
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn look(sender: &Sender, settings: &KafkaSettings) -> Result<Found, ProduceError> {
    let client = sender.producer().client();
    let metadata = client.fetch_metadata(Some(&settings.topic), READY_WITHIN).map_err(|error| {
        // Callbacks only run while deliveries are looked at.
        sender.poll(LOOK_EVERY);
        let problem = sender.deliveries().connection_problem();
        let cause = problem.unwrap_or_else(|| error.to_string());
        ProduceError::Unreachable { brokers: settings.brokers.clone(), cause }
    })?;
    Ok(match metadata.topics().iter().find(|topic| topic.name() == settings.topic) {
        Some(topic) => state(topic),
        None => Found::Missing,
    })
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

/// Creates the topic; false where it is (still) there, so that it is worth another try.
fn create_topic(settings: &KafkaSettings, partitions: u32) -> Result<bool, ProduceError> {
    let failed = |cause: String| ProduceError::NotCreated {
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
