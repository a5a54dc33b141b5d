//! `[[panel]]`: title, chart, order, size and more of a panel, where the pipeline's choice differs
//! from the plugin's, or of one that is shown once more in another way. The views are known only
//! when the plugin is loaded.

use std::collections::BTreeMap;

use streamgauge_core::WindowSpec;
use toml::de::DeValue;

use super::metric_settings::{MetricSettings, PanelSettings};
use super::reader::{Problem, Read, Table, Value};
use super::shown_settings::LayoutSettings;
use super::suggest::list;
use super::threshold;
use super::values::{identifier, line, one_of};

/// The charts that the page draws.
const CHARTS: [&str; 8] = ["pie", "bar", "hbar", "line", "number", "heatmap", "tiles", "table"];

/// The sizes that the page knows.
const SIZES: [&str; 5] = ["small", "medium", "wide", "tall", "large"];

/// The largest distance of `order` from 0.
const ORDER_MAX: i128 = 1_000_000;

/// Reads all `[[panel]]` tables and hands each to its metric.
pub(super) fn read_panels(
    root: &mut Table<'_>,
    metrics: &mut [MetricSettings],
    layouts: &[LayoutSettings],
) {
    let Some(items) = root.optional("panel", list_of_tables) else { return };
    let mut ids: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(table) = item.read(Value::table) else { continue };
        let Some(panel) = read(table, index, &mut ids, (metrics, layouts)) else { continue };
        let metric = metric_of(panel.of.as_ref().unwrap_or(&panel.id));
        match metrics.iter_mut().find(|m| m.id == metric) {
            Some(owner) => owner.panels.push(panel),
            None => item.report(unknown(metric, metrics)),
        }
    }
}

/// The metric of a panel that the plugin has.
fn metric_of(id: &str) -> &str {
    id.split('.').next().unwrap_or_default()
}

fn list_of_tables<'a>(value: &Value<'a>) -> Read<Vec<Value<'a>>> {
    if let DeValue::Table(_) = value.data() {
        return Err(Problem::new("must be a list of tables").label("write `[[panel]]`"));
    }
    value.items()
}

fn unknown(metric: &str, metrics: &[MetricSettings]) -> Problem {
    let known: Vec<&str> = metrics.iter().map(|m| m.id.as_str()).collect();
    Problem::new(format!("is for metric `{metric}`, which is not in this file"))
        .meant(metric, known.iter().copied())
        .hint(format!("the metrics are {}", list(&known, "and")))
}

fn read(
    mut table: Table<'_>,
    index: usize,
    ids: &mut Vec<String>,
    (metrics, layouts): (&[MetricSettings], &[LayoutSettings]),
) -> Option<PanelSettings> {
    let id = table.required("id", "\"behavior\"", |value| {
        let id = line(value)?.to_owned();
        if ids.contains(&id) {
            return Err(Problem::new(format!("is `{id}`, which another panel table has already")));
        }
        ids.push(id.clone());
        Ok(id)
    });
    let of = table.optional("of", |value| line(value).map(str::to_owned));
    if let (Some(id), true) = (&id, table.value("of").is_some()) {
        further(&mut table, id, metrics);
    }
    let title = table.or("title", BTreeMap::new(), title);
    let chart = table.optional("chart", one_of(&CHARTS.map(|chart| (chart, chart))));
    let order = table.optional("order", order);
    let size = table.optional("size", one_of(&SIZES.map(|size| (size, size))));
    let owner = of.as_deref().or(id.as_deref()).map(metric_of);
    let owner = owner.and_then(|id| metrics.iter().find(|metric| metric.id == id));
    let over = table.optional("over", |value| over(value, owner));
    let layout = table.optional("layout", |value| layout(value, layouts));
    let thresholds = threshold::read_thresholds(&mut table, owner);
    table.finish();
    Some(PanelSettings { id: id?, of, index, title, chart, order, size, over, layout, thresholds })
}

/// A further panel has an id that none of a plugin can have.
fn further(table: &mut Table<'_>, id: &str, metrics: &[MetricSettings]) {
    let Some(value) = table.value("id") else { return };
    if metrics.iter().any(|metric| metric.id == metric_of(id)) {
        let message = format!("is `{id}`, which a panel of metric `{}` may have", metric_of(id));
        value.report(Problem::new(message).hint("a panel with `of` has an id of its own"));
    } else if let Err(problem) = identifier(&value) {
        value.report(problem);
    }
}

/// `windows`, of a metric that has some.
fn over(value: &Value<'_>, metric: Option<&MetricSettings>) -> Read<&'static str> {
    let over = one_of(&[("windows", "windows")])(value)?;
    match metric {
        Some(metric) if metric.windows == [WindowSpec::Cumulative] => {
            let id = &metric.id;
            Err(Problem::new(format!("needs windows, and metric `{id}` is only cumulative"))
                .hint(format!("add `windows = [\"cumulative\", \"1d\"]` to metric `{id}`")))
        }
        _ => Ok(over),
    }
}

/// The name of one of the layouts.
fn layout(value: &Value<'_>, layouts: &[LayoutSettings]) -> Read<String> {
    let name = line(value)?;
    if layouts.iter().any(|layout| layout.name == name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = layouts.iter().map(|layout| layout.name.as_str()).collect();
    let problem = Problem::new(format!("is `{name}`, which is no layout of this file"));
    Err(match names.as_slice() {
        [] => problem.hint(format!("add `[[layout]]` with `name = \"{name}\"` and `units`")),
        names => problem
            .meant(name, names.iter().copied())
            .hint(format!("the layouts are {}", list(names, "and"))),
    })
}

/// One text for all languages, or one for each.
fn title(value: &Value<'_>) -> Read<BTreeMap<String, String>> {
    let DeValue::Table(_) = value.data() else {
        let text = line(value)?.to_owned();
        return Ok(["zh", "en"].map(|language| (language.to_owned(), text.clone())).into());
    };
    let mut table = value.table()?;
    let texts = ["zh", "en"].map(|language| (language, table.optional(language, line)));
    table.finish();
    let texts = texts.into_iter().filter_map(|(l, text)| Some((l.to_owned(), text?.to_owned())));
    Ok(texts.collect())
}

fn order(value: &Value<'_>) -> Read<i64> {
    let number = value.integer()?;
    let near = (-ORDER_MAX..=ORDER_MAX).contains(&number);
    if near { Ok(number as i64) } else { Err(Problem::new("is too far from 0")) }
}
