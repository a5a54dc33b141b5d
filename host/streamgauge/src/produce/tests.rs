//! Where records go, and what is refused before anything is sent.

use std::time::Duration;

use clap::Parser;
use expect_test::{Expect, expect};
use streamgauge_core::{Field, FieldType};

use super::*;
use streamgauge_pipeline::GeneratorSettings;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: ProduceArgs,
}

fn kafka(format: Format) -> SourceSettings {
    SourceSettings::Kafka(KafkaSettings {
        brokers: "a:1".to_owned(),
        topic: "t".to_owned(),
        group: "g".to_owned(),
        start: Start::Latest,
        on_gap: OnGap::Stop,
        format,
        unanswered_after: Duration::from_secs(10),
        give_up_after: Duration::from_mins(1),
        transaction_open_after: Duration::from_secs(90),
        fetch: Fetch::Librdkafka,
        librdkafka: BTreeMap::new(),
    })
}

fn check(source: &SourceSettings, flags: &str, expected: &Expect) {
    let words = ["produce", "a.csv"].into_iter().chain(flags.split_whitespace());
    let args = Command::parse_from(words).args;
    let shown = match destination(&args, source) {
        Ok(settings) => format!("{} at {}", settings.topic, settings.brokers),
        Err(error) => format!("exit {}: {error}", error.exit_code()),
    };
    expected.assert_eq(&shown);
}

#[test]
fn flags_come_before_the_pipeline() {
    let json = kafka(Format::Json);
    check(&json, "", &expect!["t at a:1"]);
    check(&json, "--topic u", &expect!["u at a:1"]);
    check(&json, "--brokers b:2,c:3", &expect!["t at b:2,c:3"]);
    let csv = kafka(Format::Csv);
    check(
        &csv,
        "",
        &expect![[
            r#"exit 2: topic `t` is read as CSV by this pipeline, but produce writes JSON; hint: say `format = "json"` in `[source.kafka]`, or name another topic with --topic"#
        ]],
    );
    check(&csv, "--topic u", &expect!["u at a:1"]);
    let generator = SourceSettings::Generator(GeneratorSettings::default());
    check(
        &generator,
        "",
        &expect![
            "exit 2: the pipeline has no `[source.kafka]`; hint: name `--brokers` on the command line"
        ],
    );
    check(
        &generator,
        "--brokers b:2",
        &expect![
            "exit 2: the pipeline has no `[source.kafka]`; hint: name `--topic` on the command line"
        ],
    );
    check(&generator, "--brokers b:2 --topic u", &expect!["u at b:2"]);
}

#[test]
fn a_key_is_a_field_of_the_schema() {
    let field = |name: &str| Field {
        name: name.to_owned(),
        field_type: FieldType::Text,
        max: None,
        required: false,
    };
    let schema = Schema::new(vec![field("user_id"), field("item_id")]).expect("a schema");
    assert!(check_key(None, &schema).is_ok());
    assert!(check_key(Some("item_id"), &schema).is_ok());
    let error = check_key(Some("user"), &schema).expect_err("no such field");
    assert_eq!(error.exit_code(), 2);
    expect!["`--key user` is not a field of the schema; hint: its fields are user_id, item_id"]
        .assert_eq(&error.to_string());
}
