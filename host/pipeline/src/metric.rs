//! `[[metric]]`: which plugins run, each with its configuration and limits.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Number};
use streamgauge_core::WindowSpec;
use toml::de::{DeTable, DeValue};

use super::context::Context;
use super::diagnostic::Diagnostic;
use super::metric_settings::{Backfill, EVENT_TIME, MetricSettings, Wasi};
use super::open_panes::{self, Around};
use super::reader::{Problem, Read, Table, Value};
use super::schema::WrittenFields;
use super::source::path_in;
use super::values::{duration, identifier, instant, line, one_of, size, whole};
use super::windows;

/// The most metrics in one pipeline.
const METRICS_MAX: usize = 256;

/// The values of `wasi`.
const WASI: [(&str, Wasi); 1] = [("inert", Wasi::Inert)];

/// The value of `max_open_windows` where the file does not set one.
const OPEN_WINDOWS: u64 = 4096;

/// The value of `time_max` where the file does not set one.
const TIME: Duration = Duration::from_secs(1);

const MIB: u64 = 1 << 20;

impl MetricSettings {
    /// A cumulative metric of the plugin at `plugin` with the default limits, for inspecting a
    /// plugin outside of any pipeline, WASI or not.
    pub fn alone(plugin: &Path, config: serde_json::Value) -> Self {
        let id = plugin.file_stem().map_or("plugin".into(), |stem| stem.to_string_lossy());
        Self {
            id: id.into_owned(),
            plugin: plugin.to_path_buf(),
            sha256: None,
            columns: BTreeMap::new(),
            wasi: Some(Wasi::Inert),
            config,
            panels: Vec::new(),
            labels: Arc::default(),
            windows: vec![WindowSpec::Cumulative],
            shown_windows: vec![WindowSpec::Cumulative],
            backfill: Backfill::All,
            retention: Duration::from_hours(24),
            open_windows_max: OPEN_WINDOWS as usize,
            memory_bytes_max: None,
            snapshot_bytes_max: None,
            time_max: TIME,
            compile_time_max: None,
            compile_memory_max: None,
        }
    }
}

/// Reads all `[[metric]]` tables in written order.
pub(super) fn read_metrics(
    root: &mut Table<'_>,
    (fields, around): (Option<&WrittenFields>, Around),
    context: &Context<'_>,
) -> Vec<MetricSettings> {
    let example = "`[[metric]]` with `id = \"…\"` and `plugin = \"….wasm\"`";
    let Some(value) = root.value("metric") else {
        root.report(Diagnostic::error("the file lacks a metric").help(format!("add {example}")));
        return Vec::new();
    };
    if let DeValue::Table(_) = value.data() {
        value.report(
            Problem::new("must be a list of tables")
                .label("write `[[metric]]`")
                .hint("double brackets, so that there can be several metrics"),
        );
        return Vec::new();
    }
    let Some(items) = value.read(Value::items) else { return Vec::new() };
    if items.is_empty() {
        value.report(Problem::new("has no metric").hint(format!("add {example}")));
    }
    if items.len() > METRICS_MAX {
        let count = items.len();
        value.report(Problem::new(format!("has {count} metrics, more than {METRICS_MAX}")));
    }
    let mut ids: Vec<&str> = Vec::new();
    items
        .iter()
        .filter_map(|item| item.read(Value::table))
        .filter_map(|table| read(table, &mut ids, (fields, around), context))
        .collect()
}

fn read<'a>(
    mut table: Table<'a>,
    ids: &mut Vec<&'a str>,
    (fields, around): (Option<&WrittenFields>, Around),
    context: &Context<'_>,
) -> Option<MetricSettings> {
    let id = table.required("id", "\"behavior\"", |value| {
        let id = identifier(value)?;
        if ids.contains(&id) {
            return Err(Problem::new(format!("is `{id}`, which another metric has already"))
                .hint("give each metric an id of its own"));
        }
        ids.push(id);
        Ok(id.to_owned())
    });
    let plugin =
        table.required("plugin", "\"target/plugins/behavior.wasm\"", path_in(&context.folder));
    let sha256 = table.optional("sha256", sha256);
    let columns = table.or("columns", BTreeMap::new(), |value| columns(value, fields));
    let wasi = table.optional("wasi", one_of(&WASI));
    let shown_windows = table.or("windows", vec![WindowSpec::Cumulative], windows::windows);
    let mut windows = shown_windows.clone();
    windows.sort_unstable();
    let backfill = table.or("backfill", Backfill::All, backfill(around.is_topic));
    let days = Duration::from_hours(24);
    let retention = table.or("retention", days, duration("d", Duration::ZERO..=3660 * days));
    let open_max = table.or("max_open_windows", OPEN_WINDOWS, whole(1..=100_000));
    open_panes::warn_of_small_limit(&mut table, &windows, (retention, around), open_max);
    let config = table.or("config", Map::new().into(), config);
    let memory = table.optional("memory_max", size(2 * MIB..=4096 * MIB));
    let snapshot = table.optional("snapshot_max", size(1..=4096 * MIB));
    let times = Duration::from_millis(1)..=Duration::from_mins(1);
    let time_max = table.or("time_max", TIME, duration("s", times));
    let compile_times = Duration::from_secs(1)..=Duration::from_hours(1);
    let compile_time_max = table.optional("compile_time_max", duration("s", compile_times));
    let compile_memory_max = table.optional("compile_memory_max", size(64 * MIB..=65_536 * MIB));
    table.finish();
    let bytes = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
    Some(MetricSettings {
        id: id?,
        plugin: plugin?,
        sha256,
        columns,
        wasi,
        config,
        panels: Vec::new(),
        labels: Arc::default(),
        windows,
        shown_windows,
        backfill,
        retention,
        open_windows_max: open_max as usize,
        memory_bytes_max: memory.map(bytes),
        snapshot_bytes_max: snapshot.map(bytes),
        time_max,
        compile_time_max,
        compile_memory_max,
    })
}

/// `all`, `none`, a moment or a duration.
fn backfill(is_topic: bool) -> impl Fn(&Value<'_>) -> Read<Backfill> {
    move |value| {
        let backfill = any_backfill(value)?;
        match backfill {
            Backfill::Since(_) | Backfill::Last(_) if !is_topic => Err(Problem::new(
                "must be `all` or `none` here: only a topic finds its records by time",
            )),
            backfill => Ok(backfill),
        }
    }
}

fn any_backfill(value: &Value<'_>) -> Read<Backfill> {
    let text = match value.data() {
        DeValue::String(text) => text.as_ref(),
        DeValue::Datetime(_) => return instant(value).map(Backfill::Since),
        _ => return Err(value.wrong_type("a text in quotes")),
    };
    let since = || instant(value).map(Backfill::Since).ok();
    let days = Duration::from_hours(24);
    let last = || duration("d", Duration::from_secs(1)..=3660 * days)(value).map(Backfill::Last);
    match text {
        "all" => Ok(Backfill::All),
        "none" => Ok(Backfill::None),
        text => since().or_else(|| last().ok()).ok_or_else(|| {
            Problem::new("must be `all`, `none`, an RFC 3339 time or a duration")
                .meant(text, ["all", "none"])
                .hint("as in \"2026-11-11T00:00:00+08:00\" or \"7d\"")
        }),
    }
}

/// A SHA-256 in hexadecimal.
fn sha256(value: &Value<'_>) -> Read<String> {
    let text = line(value)?;
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Problem::new("is not a SHA-256 of 64 hexadecimal digits")
        .hint("`streamgauge plugin lock` writes those of the components as they are now"))
}

/// Names of inputs, each with that of a field. Whether there is such an input is known when the
/// plugin is loaded.
fn columns(value: &Value<'_>, fields: Option<&WrittenFields>) -> Read<BTreeMap<String, String>> {
    let entry = |(name, value): (&str, Value<'_>)| {
        let field = value.read(|value| {
            let field = line(value)?;
            match fields {
                Some(fields) if field != EVENT_TIME => fields.check(field).map(|()| field),
                _ => Ok(field),
            }
        });
        Some((name.to_owned(), field?.to_owned()))
    };
    Ok(value.table()?.values().filter_map(entry).collect())
}

fn config(value: &Value<'_>) -> Read<serde_json::Value> {
    value.table()?;
    json(value.data())
}

/// A TOML value as JSON; dates and times become texts.
fn json(value: &DeValue<'_>) -> Read<serde_json::Value> {
    Ok(match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(truth) => (*truth).into(),
        DeValue::Datetime(datetime) => datetime.to_string().into(),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_err(|_| Problem::new("has a whole number of more than 64 bits"))?
            .into(),
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .ok_or_else(|| Problem::new("has a number that is not finite, which JSON cannot tell"))?
            .into(),
        DeValue::Array(items) => {
            let items: Read<Vec<_>> = items.iter().map(|item| json(item.get_ref())).collect();
            items?.into()
        }
        DeValue::Table(table) => json_object(table)?.into(),
    })
}

fn json_object(table: &DeTable<'_>) -> Read<Map<String, serde_json::Value>> {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        Ok((key.to_string(), json(value.get_ref())?))
    };
    table.iter().map(entry).collect()
}
