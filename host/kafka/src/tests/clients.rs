//! From the settings of a pipeline to those of librdkafka, and secrets on the way.

use streamgauge_pipeline::{KafkaSettings, Secret};

use crate::client::client_config;
use crate::testing::{NOBODY, settings, with};
use crate::{
    BrokerError, Mark, OffsetCommits, Sender, SideProducer, TopicClient, TopicConsumer, peek,
    refusal,
};

#[test]
fn clients_connect_where_the_pipeline_says_and_create_no_topic() {
    let config = client_config(&settings("a:9092,b:9092"));
    assert_eq!(config.get("bootstrap.servers"), Some("a:9092,b:9092"));
    assert_eq!(config.get("allow.auto.create.topics"), Some("false"));
    assert_eq!(config.get("client.id"), Some("streamgauge"));
    let every = "topic.metadata.refresh.interval.ms";
    assert_eq!(config.get(every), Some("5000"), "a wrong address is corrected soon");
    let anew = "metadata.recovery.rebootstrap.trigger.ms";
    assert_eq!(config.get(anew), Some("5000"), "also where nobody else is known");
    // What is passed through takes the place of a default, but not of the brokers.
    let mut passed = settings("a:9092");
    for (key, value) in [
        ("client.id", "mine"),
        ("bootstrap.servers", "evil:1"),
        ("sasl.password", "hunter2"),
        (every, "60000"),
    ] {
        passed = with(passed, key, value, true);
    }
    let config = client_config(&passed);
    assert_eq!(config.get("client.id"), Some("mine"));
    assert_eq!(config.get(every), Some("60000"));
    assert_eq!(config.get("bootstrap.servers"), Some("a:9092"));
    assert_eq!(config.get("sasl.password"), Some("hunter2"));
}

#[test]
fn a_refusal_names_the_fault_and_never_a_secret() {
    let secret = |value: &str, hidden| Secret { value: value.to_owned(), hidden };
    assert_eq!(refusal("fetch.min.bytes", &secret("1", false)), None);
    assert_eq!(refusal("sasl.password", &secret("hunter2", true)), None);
    let wrong = refusal("fetch.min.bytes", &secret("hunter2", false)).expect("it is no number");
    assert!(wrong.contains("fetch.min.bytes"), "{wrong}");
    let unknown = refusal("fetch.mim.bytes", &secret("1", false)).expect("there is none");
    assert!(unknown.contains("No such configuration property"), "{unknown}");
    let hidden = Some("its name or its value is wrong".to_owned());
    assert_eq!(refusal("fetch.min.bytes", &secret("hunter2", true)), hidden);
    assert_eq!(refusal("no.such.key", &secret("hunter2", true)), hidden);
}

/// The words of every kind of client that librdkafka does not make with these settings.
fn refusals(settings: &KafkaSettings) -> [String; 6] {
    let broker = |error: Option<BrokerError>| {
        let error = error.expect("no client is made");
        assert!(matches!(error, BrokerError::Refused(_)), "{error:?}");
        format!("{error} {error:?}")
    };
    let timeout = std::time::Duration::ZERO;
    [
        broker(TopicClient::new(settings).err()),
        broker(TopicConsumer::new(settings, &[(0, 0, None)]).err()),
        broker(OffsetCommits::new(settings, Mark::new("0", "t")).err()),
        broker(SideProducer::new(settings).err()),
        broker(peek(settings, &[(0, 0)], timeout).err()),
        Sender::new(settings).err().map(|error| format!("{error} {error:?}")).expect("no client"),
    ]
}

#[test]
fn no_client_tells_the_value_that_librdkafka_does_not_take() {
    let refused = with(settings(NOBODY), "security.protocol", "hunter2", true);
    for words in refusals(&refused) {
        assert!(words.contains("the value of `security.protocol`"), "{words}");
        assert!(!words.contains("hunter2"), "{words}");
    }
}

#[test]
fn a_sender_says_what_is_wrong_with_a_value_that_is_no_secret() {
    let refused = with(settings(NOBODY), "compression.type", "zip", false);
    let error = Sender::new(&refused).err().expect("no such compression").to_string();
    assert!(error.starts_with("librdkafka does not accept a setting: "), "{error}");
    assert!(error.contains("zip") && error.contains("compression"), "{error}");
    assert!(error.ends_with("; hint: see `[source.kafka.librdkafka]`"), "{error}");
}

#[test]
fn a_look_at_no_record_asks_no_broker() {
    let found = peek(&settings(NOBODY), &[], std::time::Duration::ZERO);
    assert_eq!(found, Ok(std::collections::BTreeMap::new()));
}
