//! `[dead_letters.…]` and `[late_output.…]`, at most one of each: where records go besides being
//! counted.

use super::context::Context;
use super::kafka;
use super::outlet_settings::OutletSettings;
use super::reader::{Problem, Read, Table, Value};
use super::source::{one_table, path_in};
use super::source_settings::SourceSettings;

/// The name of an outlet in the file, with examples for hints.
struct Kind {
    key: &'static str,
    tables: &'static str,
    path: &'static str,
    topic: &'static str,
}

/// Reads `[dead_letters]`; `source` decides whether there are brokers.
pub(super) fn read_dead_letters(
    root: &mut Table<'_>,
    source: Option<&SourceSettings>,
    context: &Context<'_>,
) -> Option<OutletSettings> {
    let kind = Kind {
        key: "dead_letters",
        tables: "`[dead_letters.file]` or `[dead_letters.kafka]`",
        path: "\"state/dead-letters.jsonl\"",
        topic: "\"dead-letters\"",
    };
    read(root, &kind, source, context, None)
}

/// Reads `[late_output]`, which goes elsewhere than the dead letters.
pub(super) fn read_late_output(
    root: &mut Table<'_>,
    source: Option<&SourceSettings>,
    context: &Context<'_>,
    dead_letters: Option<&OutletSettings>,
) -> Option<OutletSettings> {
    let kind = Kind {
        key: "late_output",
        tables: "`[late_output.file]` or `[late_output.kafka]`",
        path: "\"state/late.jsonl\"",
        topic: "\"late-records\"",
    };
    read(root, &kind, source, context, dead_letters)
}

fn read(
    root: &mut Table<'_>,
    kind: &Kind,
    source: Option<&SourceSettings>,
    context: &Context<'_>,
    taken: Option<&OutletSettings>,
) -> Option<OutletSettings> {
    let mut table = root.section(kind.key)?;
    one_table(&mut table, &["file", "kafka"], kind.tables);
    let file = table.section("file").and_then(|mut table| {
        let path = table.required("path", kind.path, |value| {
            let path = path_in(&context.folder)(value)?;
            free(OutletSettings::File(path), taken, "the file")
        });
        table.finish();
        path
    });
    let to_topic = table.value("kafka");
    let topic = table.section("kafka").and_then(|mut table| {
        let topic = table.required("topic", kind.topic, |value| topic(value, source, taken));
        table.finish();
        topic
    });
    table.finish();
    if let (Some(value), Some(SourceSettings::File(_) | SourceSettings::Generator(_))) =
        (to_topic, source)
    {
        let hint = format!("write `[{}.file]` instead", kind.key);
        value.report(Problem::new("needs `[source.kafka]`, whose brokers it uses").hint(hint));
    }
    file.or(topic)
}

fn topic(
    value: &Value<'_>,
    source: Option<&SourceSettings>,
    taken: Option<&OutletSettings>,
) -> Read<OutletSettings> {
    let topic = kafka::topic(value)?;
    match source {
        Some(SourceSettings::Kafka(kafka)) if kafka.topic == topic => {
            Err(Problem::new("must not be the topic that is read"))
        }
        _ => free(OutletSettings::Kafka(topic), taken, "the topic"),
    }
}

/// `settings`, unless the dead letters go there already.
fn free(
    settings: OutletSettings,
    taken: Option<&OutletSettings>,
    what: &str,
) -> Read<OutletSettings> {
    if taken == Some(&settings) {
        return Err(Problem::new(format!("must not be {what} of the dead letters"))
            .hint("they are of two kinds: give each a place of its own"));
    }
    Ok(settings)
}
