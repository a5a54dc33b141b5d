//! The group that lag tools look at: may this user use it?

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use streamgauge_pipeline::KafkaSettings;

use super::client::client_config;
use super::listener::Listener;
use super::{BrokerError, FaultKind};

/// How long one try waits before what librdkafka said is looked at.
const TRY: Duration = Duration::from_millis(500);

/// Asks for the group's offsets, which are not used. Only a refusal is an error: a group that cannot
/// be asked for another reason keeps no record from being counted.
///
/// # Errors
/// This user may not use the group, or librdkafka does not take a setting.
pub fn check_group(settings: &KafkaSettings, timeout: Duration) -> Result<(), BrokerError> {
    let mut config = client_config(settings);
    config.set("group.id", &settings.group).set("enable.auto.commit", "false");
    let listener = Listener::new(settings);
    let consumer: BaseConsumer<Listener> = config
        .create_with_context(listener.clone())
        .map_err(|error| BrokerError::refused(&error))?;
    let mut list = TopicPartitionList::new();
    list.add_partition(&settings.topic, 0);
    let until = Instant::now() + timeout;
    while Instant::now() < until {
        let answer = consumer.committed_offsets(list.clone(), TRY);
        while consumer.poll(Duration::from_millis(5)).is_some() {}
        let Err(error) = answer else { return Ok(()) };
        let fault = listener.heard().fault(&error);
        if fault.kind == FaultKind::GroupForbidden {
            return Err(BrokerError::Fault(fault));
        }
    }
    Ok(())
}
