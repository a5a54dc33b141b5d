//! What the tests share: settings.

use std::collections::BTreeMap;
use std::time::Duration;

use streamgauge_pipeline::{Fetch, Format, KafkaSettings, OnGap, Secret, Start};

pub(crate) const TOPIC: &str = "events";

/// An address at which nobody answers.
pub(crate) const NOBODY: &str = "127.0.0.1:1";

/// Settings of a pipeline that reads [`TOPIC`] from `brokers`.
pub(crate) fn settings(brokers: &str) -> KafkaSettings {
    KafkaSettings {
        brokers: brokers.to_owned(),
        topic: TOPIC.to_owned(),
        group: "tests".to_owned(),
        start: Start::Earliest,
        on_gap: OnGap::Stop,
        format: Format::Json,
        unanswered_after: Duration::from_secs(10),
        give_up_after: Duration::from_mins(1),
        transaction_open_after: Duration::from_secs(90),
        fetch: Fetch::Librdkafka,
        librdkafka: BTreeMap::new(),
    }
}

/// The same with a setting of librdkafka, hidden or not.
pub(crate) fn with(
    mut settings: KafkaSettings,
    key: &str,
    value: &str,
    hidden: bool,
) -> KafkaSettings {
    let secret = Secret { value: value.to_owned(), hidden };
    settings.librdkafka.insert(key.to_owned(), secret);
    settings
}
