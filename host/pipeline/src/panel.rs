//! `[[panel]]`: title, chart, order and size of a panel, where the pipeline's choice differs from
//! the plugin's. The views are known only when the plugin is loaded.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::metric_settings::{MetricSettings, PanelSettings};
use super::reader::{Problem, Read, Table, Value};
use super::suggest::list;
use super::values::{line, one_of};

/// The charts that the page draws.
const CHARTS: [&str; 8] = ["pie", "bar", "hbar", "line", "number", "heatmap", "tiles", "table"];

/// The sizes that the page knows.
const SIZES: [&str; 5] = ["small", "medium", "wide", "tall", "large"];

/// The largest distance of `order` from 0.
const ORDER_MAX: i128 = 1_000_000;

/// Reads all `[[panel]]` tables and hands each to its metric.
pub(super) fn read_panels(root: &mut Table<'_>, metrics: &mut [MetricSettings]) {
    let Some(items) = root.optional("panel", list_of_tables) else { return };
    let mut ids: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(panel) = item.read(Value::table).and_then(|table| read(table, index, &mut ids))
        else {
            continue;
        };
        let metric = panel.id.split('.').next().unwrap_or_default();
        match metrics.iter_mut().find(|m| m.id == metric) {
            Some(owner) => owner.panels.push(panel),
            None => item.report(unknown(metric, metrics)),
        }
    }
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

fn read(mut table: Table<'_>, index: usize, ids: &mut Vec<String>) -> Option<PanelSettings> {
    let id = table.required("id", "\"behavior\"", |value| {
        let id = line(value)?.to_owned();
        if ids.contains(&id) {
            return Err(Problem::new(format!("is `{id}`, which another panel table has already")));
        }
        ids.push(id.clone());
        Ok(id)
    });
    let title = table.or("title", BTreeMap::new(), title);
    let chart = table.optional("chart", one_of(&CHARTS.map(|chart| (chart, chart))));
    let order = table.optional("order", order);
    let size = table.optional("size", one_of(&SIZES.map(|size| (size, size))));
    table.finish();
    Some(PanelSettings { id: id?, index, title, chart, order, size })
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
