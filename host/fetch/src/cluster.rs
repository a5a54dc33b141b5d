//! Which broker leads which partition, and where it is.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use kafka_protocol::messages::{MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use crate::connect_error::ConnectError;
use crate::connection::Connection;
use crate::fault::{BrokerFault, FaultKind};

/// The first version that lets a client ask for a topic without making it.
const METADATA_LEAST: i16 = 4;

/// What brokers know of each other and of one topic.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    /// By the number of the broker, `host:port`.
    pub(crate) addresses: BTreeMap<i32, String>,
    /// `None` means that there is no such topic.
    pub(crate) topic: Option<Topic>,
}

/// The partitions of a topic.
#[derive(Debug, Default)]
pub(crate) struct Topic {
    /// Nil where brokers give topics no ids.
    pub(crate) id: Uuid,
    pub(crate) leaders: BTreeMap<u32, Leader>,
}

/// Who leads a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leader {
    pub(crate) node: i32,
    /// The number of the leadership; -1 where brokers give none.
    pub(crate) epoch: i32,
}

/// Asks a broker for `topic`.
pub(crate) fn ask(connection: &mut Connection, topic: &str) -> Result<Cluster, ConnectError> {
    let version = connection.version::<MetadataRequest>(METADATA_LEAST)?;
    let name = TopicName(StrBytes::from_string(topic.to_owned()));
    let wanted = MetadataRequestTopic::default().with_name(Some(name));
    let request = MetadataRequest::default()
        .with_topics(Some(vec![wanted]))
        .with_allow_auto_topic_creation(false);
    let answer = connection.ask(&request, version, Duration::ZERO, Vec::new())?;
    let address = |host: &str, port: i32| {
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    };
    let brokers = answer.brokers.iter();
    let addresses = brokers.map(|broker| (broker.node_id.0, address(&broker.host, broker.port)));
    let topic = answer.topics.first().map(|topic| told(topic, connection)).transpose()?.flatten();
    Ok(Cluster { addresses: addresses.collect(), topic })
}

fn told(
    topic: &MetadataResponseTopic,
    connection: &Connection,
) -> Result<Option<Topic>, BrokerFault> {
    match ResponseError::try_from_code(topic.error_code) {
        None | Some(ResponseError::LeaderNotAvailable) => {}
        Some(ResponseError::UnknownTopicOrPartition) => return Ok(None),
        Some(error) => {
            let kind = match error {
                ResponseError::TopicAuthorizationFailed => FaultKind::TopicForbidden,
                _ => FaultKind::ReadFailing,
            };
            return Err(BrokerFault::new(kind, &connection.address, error.to_string()));
        }
    }
    let leader =
        |partition: &kafka_protocol::messages::metadata_response::MetadataResponsePartition| {
            let number = u32::try_from(partition.partition_index).ok()?;
            let leader = Leader { node: partition.leader_id.0, epoch: partition.leader_epoch };
            (leader.node >= 0).then_some((number, leader))
        };
    let leaders = topic.partitions.iter().filter_map(leader).collect();
    Ok(Some(Topic { id: topic.topic_id, leaders }))
}
