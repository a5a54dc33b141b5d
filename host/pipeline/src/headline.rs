//! Reads `[[headline]]`. Whether the metric has such a view, measure and key is known only when the
//! plugin is loaded.

use streamgauge_core::WindowSpec;
use toml::de::DeValue;

use super::headline_settings::{Comparison, HeadlineOf, HeadlineSettings};
use super::metric_settings::MetricSettings;
use super::reader::{Problem, Read, Table, Value};
use super::suggest::list;
use super::texts::{Texts, short, texts};
use super::values::{line, one_of};

/// The most headlines of one pipeline: more are read by nobody at a glance.
const HEADLINES_MAX: usize = 12;

/// The longest id, key or unit, in characters.
const CHARS_MAX: usize = 200;

/// Reads all `[[headline]]` tables in written order.
pub(super) fn read_headlines(
    root: &mut Table<'_>,
    metrics: &[MetricSettings],
) -> Vec<HeadlineSettings> {
    let Some(value) = root.value("headline") else { return Vec::new() };
    let Some(items) = value.read(list_of_tables) else { return Vec::new() };
    if items.len() > HEADLINES_MAX {
        let message = format!("has {} headlines, more than {HEADLINES_MAX}", items.len());
        let hint = "take some out: what is not looked at all the time is better a panel";
        value.report(Problem::new(message).hint(hint));
        return Vec::new();
    }
    let mut read: Vec<HeadlineSettings> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(table) = item.read(Value::table) else { continue };
        read.extend(read_one((table, item, index), metrics, &read));
    }
    read
}

fn list_of_tables<'a>(value: &Value<'a>) -> Read<Vec<Value<'a>>> {
    if let DeValue::Table(_) = value.data() {
        return Err(Problem::new("must be a list of tables").label("write `[[headline]]`"));
    }
    value.items()
}

fn read_one(
    (mut table, item, index): (Table<'_>, &Value<'_>, usize),
    metrics: &[MetricSettings],
    before: &[HeadlineSettings],
) -> Option<HeadlineSettings> {
    let metric = table.required("metric", "\"behavior\"", |value| {
        let id = line(value)?;
        metrics.iter().find(|metric| metric.id == id).ok_or_else(|| unknown(id, metrics))
    });
    let title = table.required("title", "\"…\"", title).flatten();
    let view = table.optional("view", short(CHARS_MAX));
    let measure = table.optional("measure", short(CHARS_MAX));
    let of = table.or("key", HeadlineOf::Sum, |value| short(CHARS_MAX)(value).map(HeadlineOf::Key));
    let per = table.optional("per", |value| per(value, &of));
    let window = window(&mut table, metric);
    let unit = table.optional("unit", |value| unit(value, per.is_some()));
    let target = table.optional("target", Value::number);
    let is_giant = table.or("giant", false, |value| giant(value, before));
    let compare = table.or("compare", Vec::new(), |value| compare(value, metric, window));
    let written = table.optional("id", |value| id(value, before));
    let is_named = table.value("id").is_some();
    table.finish();
    let metric = &metric?.id;
    let default = of.key().map_or_else(|| metric.clone(), |key| format!("{metric}.{key}"));
    if !is_named && before.iter().any(|other| other.id == default) {
        let message = format!("has no `id`, and the one it would have is taken: `{default}`");
        item.report(Problem::new(message).hint("add an `id` of its own to one of the two"));
        return None;
    }
    Some(HeadlineSettings {
        id: written.unwrap_or(default),
        index,
        metric: metric.clone(),
        view,
        measure,
        of,
        per,
        window: window?,
        title: title?,
        unit,
        target,
        is_giant,
        compare,
    })
}

fn unknown(metric: &str, metrics: &[MetricSettings]) -> Problem {
    let known: Vec<&str> = metrics.iter().map(|m| m.id.as_str()).collect();
    Problem::new(format!("is `{metric}`, which is no metric of this file"))
        .meant(metric, known.iter().copied())
        .hint(format!("the metrics are {}", list(&known, "and")))
}

fn id(value: &Value<'_>, before: &[HeadlineSettings]) -> Read<String> {
    let id = short(CHARS_MAX)(value)?;
    if before.iter().any(|other| other.id == id) {
        return Err(Problem::new(format!("is `{id}`, which another headline has already"))
            .hint("give each headline an id of its own"));
    }
    Ok(id)
}

fn per(value: &Value<'_>, of: &HeadlineOf) -> Read<HeadlineOf> {
    let text = short(CHARS_MAX)(value)?;
    let per = if text == HeadlineOf::SUM { HeadlineOf::Sum } else { HeadlineOf::Key(text) };
    if per == *of {
        return Err(Problem::new("is the figure itself, and its share is always 100 %")
            .hint("name another key, or \"sum\" beside a `key`"));
    }
    Ok(per)
}

/// The kind of windows that is written, or else the metric's first.
fn window(table: &mut Table<'_>, metric: Option<&MetricSettings>) -> Option<WindowSpec> {
    let Some(value) = table.value("window") else {
        return metric.map(MetricSettings::first_window);
    };
    let metric = metric?;
    value.read(|value| {
        let text = line(value)?;
        let found = text.parse().ok().filter(|spec| metric.windows.contains(spec));
        found.ok_or_else(|| {
            let kinds: Vec<String> = metric.shown_windows.iter().map(ToString::to_string).collect();
            let id = &metric.id;
            Problem::new(format!("is `{text}`, which metric `{id}` does not have"))
                .meant(text, kinds.iter().map(String::as_str))
                .hint(format!(
                    "its windows are {}; another one is added to `windows` of the metric",
                    list(&kinds, "and")
                ))
        })
    })
}

fn unit(value: &Value<'_>, is_share: bool) -> Read<String> {
    if is_share {
        return Err(Problem::new("has no use beside `per`: a share is shown in per cent")
            .hint("take it out"));
    }
    short(CHARS_MAX)(value)
}

fn giant(value: &Value<'_>, before: &[HeadlineSettings]) -> Read<bool> {
    let is_giant = value.boolean()?;
    match before.iter().find(|other| other.is_giant) {
        Some(other) if is_giant => {
            let message = format!("is true, but headline `{}` is the giant one already", other.id);
            Err(Problem::new(message).hint("only one may be"))
        }
        _ => Ok(is_giant),
    }
}

/// Each comparison once, over windows that follow each other.
fn compare(
    value: &Value<'_>,
    metric: Option<&MetricSettings>,
    window: Option<WindowSpec>,
) -> Read<Vec<Comparison>> {
    let choices = Comparison::ALL.map(|each| (each.name(), each));
    let named = one_of(&choices);
    let items = value.items().map_err(|problem| problem.hint("as in [\"previous\", \"7d\"]"))?;
    let mut found = Vec::new();
    for item in &items {
        let new = item.read(|item| match named(item)? {
            twice if found.contains(&twice) => {
                Err(Problem::new(format!("is `{}`, which is there already", twice.name()))
                    .hint("remove one of the two"))
            }
            new => Ok(new),
        });
        found.extend(new);
    }
    match (metric, window) {
        (Some(metric), Some(spec))
            if !found.is_empty() && !matches!(spec, WindowSpec::Tumbling { .. }) =>
        {
            Err(not_in_a_row(metric, spec))
        }
        _ => Ok(found),
    }
}

/// Names the lines with which there is something to compare.
fn not_in_a_row(metric: &MetricSettings, spec: WindowSpec) -> Problem {
    let problem = Problem::new(format!(
        "needs windows that follow each other, and the window of this headline is `{spec}`"
    ));
    let in_a_row = |spec: &&WindowSpec| matches!(spec, WindowSpec::Tumbling { .. });
    if let Some(kind) = metric.windows.iter().rfind(in_a_row) {
        return problem.hint(format!("add `window = \"{kind}\"` here"));
    }
    let kinds = metric.shown_windows.iter().map(|spec| format!("\"{spec}\"")).collect::<Vec<_>>();
    let (id, kinds) = (&metric.id, kinds.join(", "));
    problem.hint(format!(
        "add `windows = [{kinds}, \"1d\", \"1h\"]` to metric `{id}`, and `window = \"1d\"` here"
    ))
}

/// One text for all languages, or one for each; a language that is missing has the other's.
fn title(value: &Value<'_>) -> Read<Option<Texts>> {
    let text = |value: &Value<'_>| line(value).map(str::to_owned);
    texts(value, text, "{ zh = \"购买\", en = \"Purchases\" }")
}
