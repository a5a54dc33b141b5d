//! Frames: a metric's result cut to what one panel shows, in display order.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::{Number, Value, json};

use crate::plugin::{Cell, Plugin, ResultTable};
use crate::result::rfc3339;
use crate::server::wire::{Frame, Other, Panel, Series};

use super::windows::WindowState;
use super::{MetricResult, WindowId};

/// The most keys that a frame shows one by one.
const KEYS_MAX: usize = 1000;

/// The values of one key, by measure.
type Values = Vec<Cell>;

/// Draws `panel` from `result`. `rev` is left to the caller.
pub(super) fn draw(
    plugin: &Plugin,
    panel: &Panel,
    result: &MetricResult,
    trouble: Option<&str>,
) -> Frame {
    let [total, on_time, late] =
        [&result.total, &result.on_time, &result.late].map(|table| by_key(plugin, panel, table));
    let keys = display_order(panel, &total);
    let shown = match panel.top as usize {
        0 => keys.len(),
        // Cutting a single row off would only rename it.
        top if keys.len() == top + 1 => keys.len(),
        top => top.min(keys.len()),
    }
    .min(KEYS_MAX);
    let (shown, rest) = keys.split_at(shown);
    let cut = |table: &BTreeMap<String, Values>| series(panel, table, shown);
    let sum = |table: &BTreeMap<String, Values>| sums(panel, table, rest);
    let other = (!rest.is_empty()).then(|| Other {
        keys: rest.len(),
        total: sum(&total),
        on_time: sum(&on_time),
        late: sum(&late),
    });
    let state = match trouble {
        Some(_) => "quarantined",
        None if keys.is_empty() => "empty",
        None => "ok",
    };
    Frame {
        rev: 0,
        state,
        reason: trouble.map(str::to_owned),
        window: None,
        total: cut(&total),
        on_time: cut(&on_time),
        late: cut(&late),
        keys: shown.to_vec(),
        other,
    }
}

/// A window as results and frames name it; none for the cumulative one.
pub(crate) fn window(id: WindowId, state: Option<WindowState>, zone: Tz) -> Option<Value> {
    let window = id.window?;
    Some(json!({
        "spec": id.spec.to_string(),
        "start": rfc3339(zone, window.start),
        "end": rfc3339(zone, window.end),
        "state": state.map(WindowState::name),
    }))
}

/// The measures of `table` by the panel's dimension. Rows that differ only in dimensions that the
/// panel does not show are summed up where the measure is additive.
fn by_key(plugin: &Plugin, panel: &Panel, table: &ResultTable) -> BTreeMap<String, Values> {
    let outputs = &plugin.descriptor().outputs;
    let column = |name: &str| outputs.iter().position(|o| o.name == name);
    let dimension = panel.dimension.as_ref().and_then(|d| column(&d.name));
    let measures: Vec<(usize, bool)> =
        panel.measures.iter().filter_map(|m| Some((column(&m.name)?, m.additive))).collect();
    let mut rows: BTreeMap<String, Values> = BTreeMap::new();
    for row in &table.rows {
        let key = dimension.map_or_else(String::new, |d| key_text(&row[d]));
        let values = measures.iter().map(|(m, _)| row[*m].clone());
        match rows.get_mut(&key) {
            None => {
                rows.insert(key, values.collect());
            }
            Some(sums) => {
                for ((sum, value), (_, additive)) in sums.iter_mut().zip(values).zip(&measures) {
                    *sum = if *additive { add(sum, &value) } else { Cell::Null };
                }
            }
        }
    }
    rows
}

fn display_order(panel: &Panel, total: &BTreeMap<String, Values>) -> Vec<String> {
    let mut keys: Vec<String> = total.keys().cloned().collect();
    if panel.sorted {
        let first = |key: &String| total[key].first().map_or(f64::NEG_INFINITY, number);
        // Stable: equal values stay in the order of their keys.
        keys.sort_by(|a, b| first(b).partial_cmp(&first(a)).unwrap_or(Ordering::Equal));
    } else if let Some(dimension) = &panel.dimension {
        let place = |key: &String| dimension.labels.iter().position(|label| label.key == *key);
        keys.sort_by_key(|key| place(key).unwrap_or(usize::MAX));
    }
    keys
}

fn series(panel: &Panel, table: &BTreeMap<String, Values>, keys: &[String]) -> Series {
    let value = |key: &String, i: usize, additive: bool| match table.get(key) {
        Some(values) => to_json(&values[i]),
        // No row means that nothing was counted: 0 for a count, unknown for anything else.
        None if additive => Value::from(0),
        None => Value::Null,
    };
    let measures = panel.measures.iter().enumerate();
    measures
        .map(|(i, m)| (m.name.clone(), keys.iter().map(|k| value(k, i, m.additive)).collect()))
        .collect()
}

fn sums(panel: &Panel, table: &BTreeMap<String, Values>, keys: &[String]) -> Series {
    let measures = panel.measures.iter().enumerate();
    let sum = |i: usize| {
        let values = keys.iter().filter_map(|key| table.get(key)).map(|values| &values[i]);
        to_json(&values.fold(Cell::Integer(0), |sum, value| add(&sum, value)))
    };
    measures
        .map(|(i, m)| (m.name.clone(), vec![if m.additive { sum(i) } else { Value::Null }]))
        .collect()
}

fn add(a: &Cell, b: &Cell) -> Cell {
    match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => {
            a.checked_add(*b).map_or(Cell::Float(*a as f64 + *b as f64), Cell::Integer)
        }
        (Cell::Null, other) | (other, Cell::Null) => other.clone(),
        _ => Cell::Float(number(a) + number(b)),
    }
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(n) => *n as f64,
        Cell::Float(x) => *x,
        Cell::Boolean(b) => f64::from(u8::from(*b)),
        Cell::Null | Cell::Text(_) => f64::NEG_INFINITY,
    }
}

fn key_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Boolean(b) => b.to_string(),
        Cell::Integer(n) => n.to_string(),
        Cell::Float(x) => x.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

/// A cell as JSON.
pub(crate) fn to_json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Boolean(b) => Value::Bool(*b),
        Cell::Integer(n) => Value::from(*n),
        Cell::Float(x) => Number::from_f64(*x).map_or(Value::Null, Value::Number),
        Cell::Text(text) => Value::from(text.as_str()),
    }
}

#[cfg(test)]
mod tests;
