//! `[source.…]`, exactly one of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeValue;

use super::context::Context;
use super::diagnostic::Diagnostic;
use super::format::Format;
use super::kafka::{self, ON_GAP};
use super::reader::{Problem, Read, Table, Value};
use super::source_settings::{FileSettings, GeneratorSettings, OnGap, Shape, Skew, SourceSettings};
use super::values::{duration, instant, line, number, one_of, whole};

/// The length of the generator's season where the file does not set one.
const SEASON: Duration = Duration::from_mins(2);

impl Default for GeneratorSettings {
    /// The settings of an empty `[source.generator]`.
    fn default() -> Self {
        let rate = 10_000.0;
        Self {
            shape: Shape::default(),
            rate,
            seed: 20_151_111,
            partitions: 1,
            season: events_in(SEASON, rate),
            limit: None,
            swing: false,
            late: 0.02,
            dirt: 0.001,
            users: 20_000,
            items: 50_000,
            skew: Skew::default(),
        }
    }
}

/// The shapes of the generator by name.
pub(super) const SHAPES: [(&str, Shape); 2] =
    [("shop", Shape::Shop), ("access_log", Shape::AccessLog)];

/// The ways to spread events over users, by name.
const SKEWS: [(&str, Skew); 2] = [("zipf", Skew::Zipf), ("even", Skew::Even)];

/// Reads `[source]` with its one kind of source.
pub(super) fn read_source(root: &mut Table<'_>, context: &Context<'_>) -> Option<SourceSettings> {
    let example = "`[source.kafka]`, `[source.file]` or `[source.generator]`";
    let mut table = root.required_section("source", example)?;
    let kinds = ["kafka", "file", "generator"];
    let written = one_table(&mut table, &kinds, example);
    let kafka = table.section("kafka").map(|t| kafka::read(t, context));
    let file = table.section("file").map(|t| read_file(t, context));
    let generator = table.section("generator").map(read_generator);
    table.finish();
    if !written {
        return None;
    }
    let kafka = kafka.flatten().map(SourceSettings::Kafka);
    let file = file.flatten().map(SourceSettings::File);
    kafka.or(file).or(generator.map(SourceSettings::Generator))
}

/// Returns true if exactly one of `kinds` is in `table`; a missing or surplus kind is reported.
pub(super) fn one_table(table: &mut Table<'_>, kinds: &[&'static str], example: &str) -> bool {
    let written: Vec<_> = kinds.iter().filter_map(|kind| table.value(kind)).collect();
    // An unknown key, probably a mistyped kind, is reported as such.
    if written.is_empty() && table.values().next().is_none() {
        let nothing = format!("{} names none of the kinds that there are", table.title());
        table.report(Diagnostic::error(nothing).help(format!("add {example}")));
    }
    let mut ordered: Vec<&Value<'_>> = written.iter().collect();
    ordered.sort_by_key(|value| value.place());
    for surplus in ordered.iter().skip(1) {
        let first = ordered[0].path();
        surplus.report(
            Problem::new(format!("does not go with `{first}`: there can be only one"))
                .hint("remove one of the two tables"),
        );
    }
    written.len() == 1
}

fn read_file(mut table: Table<'_>, context: &Context<'_>) -> Option<FileSettings> {
    let path = table.required("path", "\"events.csv\"", path_in(&context.folder));
    let format = table.value("format");
    let format = match (&format, &path) {
        (Some(value), _) => value.read(one_of(&Format::by_name())),
        (None, Some(path)) => table.value("path").and_then(|v| v.read(|_| by_extension(path))),
        (None, None) => None,
    };
    let header = table.value("header");
    if let (Some(value), Some(Format::Json)) = (&header, format) {
        value.report_key(Problem::new("goes with format `csv` only"));
    }
    let header = header.and_then(|value| value.read(Value::boolean));
    let follow = table.or("follow", false, Value::boolean);
    let on_gap = table.or("on_gap", OnGap::Stop, one_of(&ON_GAP));
    let timestamp = table.optional("timestamp", instant);
    table.finish();
    Some(FileSettings { path: path?, format: format?, header, follow, on_gap, timestamp })
}

impl FileSettings {
    /// A file that is read to its end, its format given or recognised by its extension; `None` means
    /// that the extension is unknown. `header` has a meaning for CSV only.
    pub fn bounded(path: &Path, format: Option<Format>, header: Option<bool>) -> Option<Self> {
        let format = format.or_else(|| format_of_extension(path))?;
        let header = header.filter(|_| format == Format::Csv);
        let (path, on_gap) = (path.to_owned(), OnGap::Stop);
        Some(Self { path, format, header, follow: false, on_gap, timestamp: None })
    }
}

/// The form of the records of a file with this name, compressed or not; `None` means that the
/// extension is unknown.
fn format_of_extension(path: &Path) -> Option<Format> {
    let extension = |path: &Path| path.extension().and_then(|e| e.to_str()).map(str::to_lowercase);
    let extension = match extension(path).as_deref() {
        Some("gz" | "zst") => extension(&path.with_extension("")),
        other => other.map(str::to_owned),
    };
    match extension.as_deref() {
        Some("csv") => Some(Format::Csv),
        Some("json" | "jsonl" | "ndjson") => Some(Format::Json),
        _ => None,
    }
}

fn by_extension(path: &Path) -> Read<Format> {
    match format_of_extension(path) {
        Some(format) => Ok(format),
        None => Err(Problem::new("does not tell the format by its extension")
            .hint("add `format = \"csv\"` or `format = \"json\"`")),
    }
}

/// Reads a path, resolved against `folder`.
pub(super) fn path_in(folder: &Path) -> impl Fn(&Value<'_>) -> Read<PathBuf> {
    move |value| line(value).map(|path| folder.join(path))
}

/// The value of `season` as written.
enum Season {
    Events(u64),
    Lasts(Duration),
}

fn read_generator(mut table: Table<'_>) -> GeneratorSettings {
    let default = GeneratorSettings::default();
    let shape = table.or("shape", default.shape, one_of(&SHAPES));
    if shape != Shape::Shop {
        refuse_the_shops(&mut table);
    }
    let rate = table.or("rate", default.rate, rate);
    let season = season_events(&mut table, rate, &default);
    let settings = GeneratorSettings {
        shape,
        rate,
        season: season.unwrap_or(default.season),
        seed: table.or("seed", default.seed, whole(0..=u64::MAX)),
        partitions: table.or("partitions", 1, whole(1..=1024)) as u32,
        limit: table.optional("limit", whole(1..=u64::MAX)),
        swing: table.or("swing", default.swing, Value::boolean),
        late: table.or("late", default.late, number(0.0..=1.0)),
        dirt: table.or("dirt", default.dirt, number(0.0..=1.0)),
        users: table.or("users", u64::from(default.users), whole(1..=100_000_000)) as u32,
        items: table.or("items", u64::from(default.items), whole(1..=100_000_000)) as u32,
        skew: table.or("skew", default.skew, one_of(&SKEWS)),
    };
    table.finish();
    settings
}

/// Settings that mean nothing for another shape than the shop.
fn refuse_the_shops(table: &mut Table<'_>) {
    for key in ["season", "users", "items", "skew"] {
        if let Some(value) = table.value(key) {
            value.report_key(
                Problem::new("goes with shape `shop` only").hint("remove it, or change `shape`"),
            );
        }
    }
}

/// The number of events in `season`; `None` means that there is no such number, which was reported.
fn season_events(table: &mut Table<'_>, rate: f64, default: &GeneratorSettings) -> Option<u64> {
    let Some(value) = table.value("season") else {
        return Some(if rate.is_finite() { events_in(SEASON, rate) } else { default.season });
    };
    value.read(|value| match season(value)? {
        Season::Events(events) => Ok(events),
        Season::Lasts(time) if rate.is_finite() => Ok(events_in(time, rate)),
        Season::Lasts(_) => Err(Problem::new("cannot be a duration where `rate` is \"max\"")
            .hint("write how many events it takes, as in 1000000")),
    })
}

fn rate(value: &Value<'_>) -> Read<f64> {
    match value.data() {
        DeValue::String(text) if text == "max" => Ok(f64::INFINITY),
        DeValue::String(_) => Err(Problem::new("must be events per second, or \"max\"")),
        _ => number(0.1..=1e9)(value),
    }
}

fn season(value: &Value<'_>) -> Read<Season> {
    if let DeValue::Integer(_) = value.data() {
        return whole(1..=u64::MAX)(value).map(Season::Events);
    }
    let range = Duration::from_millis(1)..=Duration::from_hours(24 * 365);
    duration("s", range)(value).map(Season::Lasts)
}

/// The number of events that come in `time` at `rate` events per second.
fn events_in(time: Duration, rate: f64) -> u64 {
    ((time.as_secs_f64() * rate).round() as u64).max(1)
}
