//! `[source.kafka]` and the librdkafka settings passed through, except the settings that the host
//! owns.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use super::context::Context;
use super::format::Format;
use super::reader::{Problem, Read, Table, Value};
use super::secret::{Secret, is_secret_itself};
use super::source_settings::{Fetch, KafkaSettings, OnGap, Start};
use super::values::{duration, instant, line, one_of};

/// Kafka's own limit on the name of a topic.
const TOPIC_CHARS_MAX: usize = 249;

/// The names of the acts at a gap in the log.
pub(super) const ON_GAP: [(&str, OnGap); 2] =
    [("stop", OnGap::Stop), ("continue", OnGap::Continue)];

/// The names of the clients that fetch.
pub(super) const FETCH: [(&str, Fetch); 3] =
    [("auto", Fetch::Auto), ("own", Fetch::Own), ("librdkafka", Fetch::Librdkafka)];

/// librdkafka settings that are not passed through, each with the reason.
const OWNED: [(&str, &str); 13] = [
    ("bootstrap.servers", "write `brokers` in `[source.kafka]`"),
    ("metadata.broker.list", "write `brokers` in `[source.kafka]`"),
    ("group.id", "write `group` in `[source.kafka]`"),
    ("auto.offset.reset", "a lost position is never reset silently; `start` says where to begin"),
    ("enable.auto.commit", "offsets are committed after the checkpoint that covers them"),
    ("enable.auto.offset.store", "offsets are committed after the checkpoint that covers them"),
    ("enable.partition.eof", "the host needs it to know when it has caught up"),
    ("isolation.level", "only committed records are read"),
    ("group.instance.id", "partitions are assigned statically, without group membership"),
    ("group.protocol", "partitions are assigned statically, without group membership"),
    ("partition.assignment.strategy", "partitions are assigned statically"),
    ("statistics.interval.ms", "health and lag are told from statistics twice a second"),
    ("consume.callback.max.messages", "it bounds the memory of records on their way"),
];

pub(super) fn read(mut table: Table<'_>, context: &Context<'_>) -> Option<KafkaSettings> {
    let brokers = table.required("brokers", "\"localhost:9092\"", brokers);
    let topic = table.required("topic", "\"taobao_user_behavior\"", topic);
    // Named after the pipeline where it is left out, see `settings`.
    let group = table.or("group", String::new(), |v| line(v).map(str::to_owned));
    let start = table.or("start", Start::Earliest, start);
    let on_gap = table.or("on_gap", OnGap::Stop, one_of(&ON_GAP));
    let format = table.or("format", Format::Json, one_of(&Format::by_name()));
    let unanswered_after = table.or(
        "unanswered_after",
        Duration::from_secs(10),
        duration("s", Duration::from_secs(1)..=Duration::from_hours(1)),
    );
    let give_up_after = table.or(
        "give_up_after",
        Duration::from_mins(1),
        duration("s", Duration::from_secs(1)..=Duration::from_hours(24)),
    );
    let transaction_open_after = table.or(
        "transaction_open_after",
        // Kafka ends a transaction after 60 s by itself, and looks for those every 10 s.
        Duration::from_secs(90),
        duration("s", Duration::from_secs(1)..=Duration::from_hours(24)),
    );
    let fetch = table.or("fetch", Fetch::Auto, one_of(&FETCH));
    let librdkafka = table.section("librdkafka").map(|t| passed_through(&t, context));
    let misplaced = "settings of librdkafka belong into `[source.kafka.librdkafka]`";
    table.finish_with(|name| name.contains('.').then_some(misplaced));
    let librdkafka = librdkafka.unwrap_or_default();
    let (brokers, topic) = (brokers?, topic?);
    Some(KafkaSettings {
        brokers,
        topic,
        group,
        start,
        on_gap,
        format,
        unanswered_after,
        give_up_after,
        transaction_open_after,
        fetch,
        librdkafka,
    })
}

fn brokers(value: &Value<'_>) -> Read<String> {
    if let DeValue::Array(_) = value.data() {
        let problem = value.wrong_type("a text in quotes");
        return Err(problem.hint("separate brokers by commas, as in \"a:9092,b:9092\""));
    }
    let text = line(value)?;
    let port_is_wrong = |broker: &str| {
        let port = broker.rsplit_once(':').map(|(_, port)| port);
        port.is_some_and(|port| !port.ends_with(']') && port.parse::<u16>().is_err())
    };
    match text.split(',').map(str::trim).find(|b| b.is_empty() || port_is_wrong(b)) {
        None => Ok(text.to_owned()),
        Some(wrong) => Err(Problem::new(format!("has a broker that is not host:port: `{wrong}`"))
            .hint("write host:port, several of them separated by commas")),
    }
}

/// The name of a topic, by Kafka's own rule.
pub(super) fn topic(value: &Value<'_>) -> Read<String> {
    let text = line(value)?;
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.chars().all(legal) && text.len() <= TOPIC_CHARS_MAX && text != "." && text != ".." {
        return Ok(text.to_owned());
    }
    Err(Problem::new(format!("is not a name for a topic: `{text}`"))
        .hint(format!("use up to {TOPIC_CHARS_MAX} letters and digits of ASCII, `.`, `_` and `-`")))
}

fn start(value: &Value<'_>) -> Read<Start> {
    match value.data() {
        DeValue::String(text) if text == "earliest" => Ok(Start::Earliest),
        DeValue::String(text) if text == "latest" => Ok(Start::Latest),
        DeValue::String(_) | DeValue::Datetime(_) => instant(value).map(Start::At).map_err(|_| {
            let written = value.text().unwrap_or_default();
            Problem::new("must be `earliest`, `latest` or an RFC 3339 time")
                .meant(written, ["earliest", "latest"])
                .hint("a time has an offset from UTC, as in \"2015-11-11T00:00:00+08:00\"")
        }),
        _ => Err(value.wrong_type("a text in quotes")),
    }
}

fn passed_through(table: &Table<'_>, context: &Context<'_>) -> BTreeMap<String, Secret> {
    let mut settings = BTreeMap::new();
    for (name, value) in table.values() {
        if let Some((_, reason)) = OWNED.iter().find(|(owned, _)| *owned == name) {
            let problem = Problem::new("is owned by the host and cannot be set here");
            value.report_key(problem.label("remove this line").hint(*reason));
        } else if let Some(setting) = value.read(|value| setting(name, value, context)) {
            if setting.as_ref().is_some_and(Secret::is_padded) {
                let problem = Problem::new("has a value that begins or ends with white space");
                value.warn_key(problem.hint("take the white space away, unless it is meant"));
            }
            settings.extend(setting.map(|setting| (name.to_owned(), setting)));
        }
    }
    settings
}

/// Reads one setting of librdkafka; `None` means that a fault was reported. No message holds the
/// setting's value.
pub(super) fn setting(
    name: &str,
    value: &Value<'_>,
    context: &Context<'_>,
) -> Read<Option<Secret>> {
    let text = match value.data() {
        DeValue::Table(_) => return Ok(from_environment(value.table()?, context)),
        DeValue::String(text) => text.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Integer(_) => value.integer()?.to_string(),
        DeValue::Float(float) => float.as_str().to_owned(),
        _ => {
            let problem = value.wrong_type("a text in quotes");
            return Err(problem.hint("write a text, or { env = \"NAME\" } for a secret"));
        }
    };
    if text.contains('\0') {
        return Err(Problem::new("must not have a NUL character"));
    }
    if is_secret_itself(name) && !text.is_empty() {
        let problem = Problem::new("is a secret written in the file");
        value
            .warn_key(problem.hint(
                "write { env = \"NAME\" } and put the secret into that environment variable",
            ));
    }
    Ok(Some(Secret::written(name, text)))
}

/// `{ env = "NAME" }`.
fn from_environment(mut table: Table<'_>, context: &Context<'_>) -> Option<Secret> {
    let found = table.required("env", "\"NAME\"", |value| {
        let name = line(value)?;
        if name.contains('=') {
            return Err(Problem::new("is not the name of an environment variable"));
        }
        (context.environment)(name).ok_or_else(|| {
            Problem::new(format!("names the environment variable `{name}`, which is not set"))
                .hint(format!("set it before the start: export {name}=…"))
        })
    });
    table.finish();
    Some(Secret { value: found?, hidden: true })
}
