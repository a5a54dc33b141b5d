//! Records that wait for a transaction which does not end. Its producer may be gone for good: then
//! the partition stands still while its log grows, and no broker calls that a fault.

use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use streamgauge_kafka::PartitionHealth;
use streamgauge_pipeline::{KafkaSettings, Pipeline, SourceSettings, show_duration};

use crate::run::cause::{Cause, CauseCode};

/// The cause where the last stable offset of `partition` has stood still before records for longer
/// than `transaction_open_after`, as of `now`.
pub(super) fn of(
    partition: u32,
    health: &PartitionHealth,
    pipeline: &Pipeline,
    now: SystemTime,
) -> Option<Cause> {
    let SourceSettings::Kafka(settings) = &pipeline.source else { return None };
    let (offset, since) = health.held_at.filter(|_| health.trouble.is_none())?;
    let open = now.duration_since(since).ok()?;
    (open >= settings.transaction_open_after).then(|| {
        let KafkaSettings { brokers, topic, transaction_open_after, .. } = settings;
        let records = health.held_back;
        let since = DateTime::<Utc>::from(since).to_rfc3339_opts(SecondsFormat::Secs, true);
        let message = format!(
            "{records} records of partition {partition} are held back: a transaction at offset \
             {offset} has been open since {since}, for more than {}; look for its producer, and \
             where that is gone abort the transaction (kafka-transactions.sh abort --topic {topic} \
             --partition {partition} --start-offset {offset})",
            show_duration(*transaction_open_after)
        );
        let args = [
            ("partition", partition.to_string()),
            ("records", records.to_string()),
            ("offset", offset.to_string()),
            ("since", since),
            ("topic", topic.clone()),
            ("brokers", brokers.clone()),
        ];
        let brokers: String = brokers.split_whitespace().collect();
        let remedy = format!(
            "kafka-transactions.sh --bootstrap-server {brokers} find-hanging --topic {topic} \
             --partition {partition}"
        );
        Cause { remedy: Some(remedy), ..Cause::warning(CauseCode::TransactionOpen, message, &args) }
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_transaction_is_named_once_it_is_open_for_longer_than_the_limit() {
        let text = "version = 1\nname = \"t\"\n[source.kafka]\nbrokers = \"a:1, b:2\"\n\
                    topic = \"events\"\ntransaction_open_after = \"2m\"\n\
                    [schema]\nts = \"integer\"\n[event_time]\nfield = \"ts\"\nunit = \"ms\"\n\
                    [[metric]]\nid = \"m\"\nplugin = \"m.wasm\"\n";
        let parsed = Pipeline::parse_with(text, Path::new("pipeline.toml"), &|_| None);
        let pipeline = parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false))).0;
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let health = PartitionHealth {
            held_back: 1001,
            held_at: Some((17, at(60))),
            ..PartitionHealth::default()
        };
        assert_eq!(of(3, &health, &pipeline, at(179)), None);
        let cause = of(3, &health, &pipeline, at(180)).expect("a cause");
        assert_eq!(
            (cause.code, &*cause.args["since"]),
            (CauseCode::TransactionOpen, "1970-01-01T00:01:00Z")
        );
        for word in ["1001 records of partition 3", "offset 17", "--start-offset 17"] {
            assert!(cause.message.contains(word), "{}", cause.message);
        }
        let remedy = "kafka-transactions.sh --bootstrap-server a:1,b:2 find-hanging --topic events \
                      --partition 3";
        assert_eq!(cause.remedy.as_deref(), Some(remedy));
        let none = PartitionHealth { held_at: None, ..health };
        assert_eq!(of(3, &none, &pipeline, at(999)), None);
    }
}
