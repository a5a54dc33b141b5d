//! `[dead_letters.…]` and `[late_output.…]`, at most one of each: where records go besides being
//! counted.

use super::context::Context;
use super::kafka;
use super::outlet_settings::{FileLimit, OutletFile, OutletSettings, WhenFull};
use super::reader::{Problem, Read, Table, Value};
use super::source::{one_table, path_in};
use super::source_settings::SourceSettings;
use super::values::{one_of, size, whole};

const MIB: u64 = 1 << 20;

/// The size at which a file is full, where the pipeline names none.
const FILE_BYTES_MAX: u64 = 256 * MIB;

/// How many full files are kept, where the pipeline names no number.
const KEEP: u64 = 4;

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
            let file = OutletFile::unlimited(path_in(&context.folder)(value)?);
            free(OutletSettings::File(file), taken, "the file")
        });
        let limit = Some(read_limit(&mut table));
        table.finish();
        path.map(|settings| match settings {
            OutletSettings::File(file) => OutletSettings::File(OutletFile { limit, ..file }),
            OutletSettings::Kafka(_) => settings,
        })
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

/// How large a file may become, and what happens then.
fn read_limit(table: &mut Table<'_>) -> FileLimit {
    let bytes_max = table.or("size_max", FILE_BYTES_MAX, size(MIB..=16 << 40));
    let choices = [("rotate", true), ("stop", false)];
    let rotates = table.or("when_full", true, one_of(&choices));
    let keep = table.value("keep");
    if let (Some(keep), false) = (&keep, rotates) {
        let problem = Problem::new("is for files that are rotated");
        keep.report_key(problem.hint("leave it out, or write when_full = \"rotate\""));
    }
    let keep = keep.and_then(|value| value.read(whole(1..=10_000))).unwrap_or(KEEP) as u32;
    let when_full = if rotates { WhenFull::Rotate { keep } } else { WhenFull::Stop };
    FileLimit { bytes_max, when_full }
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
    if taken.is_some_and(|taken| taken.is_same_place(&settings)) {
        return Err(Problem::new(format!("must not be {what} of the dead letters"))
            .hint("they are of two kinds: give each a place of its own"));
    }
    Ok(settings)
}
