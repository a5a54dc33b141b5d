//! Frames: a metric's result cut to what one panel shows, in display order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use chrono_tz::Tz;
use serde_json::{Value, json};

use streamgauge_core::rfc3339;
use streamgauge_plugin::{Cell, Output, ResultTable};
use streamgauge_wire::{Dimension, Frame, Other, Panel, Series};

use super::cells::{add, key_text, number, to_json};
use super::rows_max::OtherRows;
use super::trouble::Trouble;
use super::windows::WindowState;
use super::{MetricResult, WindowId};

/// The most keys that a frame shows one by one.
const KEYS_MAX: usize = 1000;

/// The place of a value: its key, and its key of the second dimension (empty for a view of one
/// dimension).
pub(super) type Key = (String, String);

/// The values of one key, by measure.
type Values = Vec<Cell>;

/// Draws `panel` from `result`, a table with a column for each of `outputs`. `rev` is left to the
/// caller.
pub(super) fn draw(
    outputs: &[Output],
    panel: &Panel,
    result: &MetricResult,
    trouble: Option<&Trouble>,
) -> Frame {
    draw_rows(outputs, panel, result, trouble, None)
}

/// The places of the rows of a frame, in its order.
pub(super) fn places(frame: &Frame) -> Vec<Key> {
    let across = frame.across.iter().cloned().chain(iter::repeat(String::new()));
    frame.keys.iter().cloned().zip(across).collect()
}

/// As [`draw`], with the rows of these places in this order in the place of the panel's choice; all
/// others are in the rest.
pub(super) fn draw_rows(
    outputs: &[Output],
    panel: &Panel,
    result: &MetricResult,
    trouble: Option<&Trouble>,
    named: Option<&[Key]>,
) -> Frame {
    let [mut total, mut on_time, mut late] =
        [&result.total, &result.on_time, &result.late].map(|table| by_key(outputs, panel, table));
    let mut cut_before = result.other.as_ref().map(|other| CutBefore::of(outputs, panel, other));
    if panel.dimension.is_none()
        && let Some(rest) = cut_before.take()
    {
        // A panel without keys sums over all of them, shown or not.
        let [rest_total, rest_on_time, rest_late] = rest.sums;
        for (table, rest) in
            [(&mut total, rest_total), (&mut on_time, rest_on_time), (&mut late, rest_late)]
        {
            add_row(panel, table, (String::new(), String::new()), rest);
        }
    }
    let keys = display_order(panel, &total);
    let is_empty = keys.is_empty();
    let (shown, rest) = match named {
        None => cut(panel, keys),
        Some(named) => {
            let shown: BTreeSet<&Key> = named.iter().collect();
            let rest = keys.into_iter().filter(|key| !shown.contains(key));
            (named.to_vec(), rest.collect())
        }
    };
    let (shown, rest) = (shown.as_slice(), rest.as_slice());
    let of_shown = |table: &BTreeMap<Key, Values>| series(panel, table, shown);
    let sum = |table: &BTreeMap<Key, Values>, verdict: usize| {
        sums(panel, table, rest, cut_before.as_ref().map(|cut| &cut.sums[verdict]))
    };
    let keys = rest.len() + cut_before.as_ref().map_or(0, |cut| cut.keys);
    let other = (keys > 0).then(|| Other {
        keys,
        total: sum(&total, 0),
        on_time: sum(&on_time, 1),
        late: sum(&late, 2),
    });
    let state = match trouble {
        Some(trouble) => trouble.name(),
        None if is_empty => "empty",
        None => "ok",
    };
    Frame {
        rev: 0,
        state,
        reason: trouble.map(Trouble::reason),
        stale: trouble.map(Trouble::stale),
        missing: 0,
        every: None,
        of: None,
        window: None,
        total: of_shown(&total),
        on_time: of_shown(&on_time),
        late: of_shown(&late),
        keys: shown.iter().map(|(key, _)| key.clone()).collect(),
        across: match panel.across {
            None => Vec::new(),
            Some(_) => shown.iter().map(|(_, across)| across.clone()).collect(),
        },
        other,
    }
}

/// The rows that were cut from a result before the panel saw them.
struct CutBefore {
    keys: usize,
    /// By measure of the panel, in total, on time and late.
    sums: [Values; 3],
}

impl CutBefore {
    fn of(outputs: &[Output], panel: &Panel, other: &OtherRows) -> Self {
        let column = |name: &str| outputs.iter().position(|output| output.name == name);
        let of = |sums: &[Cell]| {
            let measures = panel.measures.iter().filter_map(|measure| column(&measure.name));
            measures.map(|column| sums.get(column).cloned().unwrap_or(Cell::Null)).collect()
        };
        Self { keys: other.keys, sums: [&other.total, &other.on_time, &other.late].map(|s| of(s)) }
    }
}

/// A window as results and frames name it; `None` for the cumulative window.
pub(super) fn window(id: WindowId, state: Option<WindowState>, zone: Tz) -> Option<Value> {
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
fn by_key(outputs: &[Output], panel: &Panel, table: &ResultTable) -> BTreeMap<Key, Values> {
    let column = |name: &str| outputs.iter().position(|o| o.name == name);
    let dimension = |d: &Option<Dimension>| d.as_ref().and_then(|d| column(&d.name));
    let (dimension, across) = (dimension(&panel.dimension), dimension(&panel.across));
    let measures: Vec<usize> = panel.measures.iter().filter_map(|m| column(&m.name)).collect();
    let mut rows: BTreeMap<Key, Values> = BTreeMap::new();
    for row in table.rows() {
        let text = |column: Option<usize>| column.map_or_else(String::new, |c| key_text(&row[c]));
        let key = (text(dimension), text(across));
        let values = measures.iter().map(|m| row[*m].clone());
        add_row(panel, &mut rows, key, values.collect());
    }
    rows
}

/// Adds the measures of a panel to those of `key`.
fn add_row(panel: &Panel, rows: &mut BTreeMap<Key, Values>, key: Key, values: Values) {
    match rows.get_mut(&key) {
        None => {
            rows.insert(key, values);
        }
        Some(sums) => {
            for ((sum, value), measure) in sums.iter_mut().zip(values).zip(&panel.measures) {
                *sum = if measure.additive { add(sum, &value) } else { Cell::Null };
            }
        }
    }
}

/// All keys in display order, row after row.
fn display_order(panel: &Panel, total: &BTreeMap<Key, Values>) -> Vec<Key> {
    let rows = axis(panel, panel.dimension.as_ref(), total, |(key, _)| key);
    let Some(across) = &panel.across else {
        return rows.into_iter().map(|key| (key.to_owned(), String::new())).collect();
    };
    let columns = axis(panel, Some(across), total, |(_, across)| across);
    let [rows, columns] = [rows, columns].map(|axis| {
        axis.into_iter().enumerate().map(|(place, key)| (key, place)).collect::<BTreeMap<_, _>>()
    });
    let mut keys: Vec<Key> = total.keys().cloned().collect();
    keys.sort_by_cached_key(|(key, across)| (rows[key.as_str()], columns[across.as_str()]));
    keys
}

/// The keys of one dimension in display order: by the sum of the first measure where the panel is
/// sorted, else by label, then by key.
fn axis<'a>(
    panel: &Panel,
    dimension: Option<&Dimension>,
    total: &'a BTreeMap<Key, Values>,
    key_of: impl Fn(&'a Key) -> &'a String,
) -> Vec<&'a str> {
    let mut sums: BTreeMap<&str, Cell> = BTreeMap::new();
    for (key, values) in total {
        let sum = sums.entry(key_of(key)).or_insert(Cell::Null);
        *sum = values.first().map_or(Cell::Null, |first| add(sum, first));
    }
    let mut keys: Vec<(&str, Cell)> = sums.into_iter().collect();
    if panel.sorted {
        // A sum that is no number stands with the unknown ones, at the end.
        let place = |cell: &Cell| number(cell).max(f64::NEG_INFINITY);
        // Stable: equal values stay in the order of their keys.
        keys.sort_by(|(_, a), (_, b)| place(b).partial_cmp(&place(a)).unwrap_or(Ordering::Equal));
    } else if let Some(dimension) = dimension {
        let place = |key: &str| dimension.labels.iter().position(|label| label.key == key);
        keys.sort_by_cached_key(|(key, _)| place(key).unwrap_or(usize::MAX));
    }
    keys.into_iter().map(|(key, _)| key).collect()
}

/// Cuts `keys`, which are in display order, at the panel's `top` by rows of the first dimension,
/// and at [`KEYS_MAX`]: what is shown, and the rest.
fn cut(panel: &Panel, mut keys: Vec<Key>) -> (Vec<Key>, Vec<Key>) {
    let starts: Vec<usize> =
        (0..keys.len()).filter(|&i| i == 0 || keys[i].0 != keys[i - 1].0).collect();
    let shown = match panel.top as usize {
        0 => keys.len(),
        // A cut of a single row would only rename the row.
        top if starts.len() == top + 1 => keys.len(),
        top => starts.get(top).copied().unwrap_or(keys.len()),
    };
    let rest = keys.split_off(shown.min(KEYS_MAX));
    (keys, rest)
}

fn series(panel: &Panel, table: &BTreeMap<Key, Values>, keys: &[Key]) -> Series {
    let value = |key: &Key, i: usize, additive: bool| match table.get(key) {
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

fn sums(
    panel: &Panel,
    table: &BTreeMap<Key, Values>,
    keys: &[Key],
    cut_before: Option<&Values>,
) -> Series {
    let measures = panel.measures.iter().enumerate();
    let sum = |i: usize| {
        let values = keys.iter().filter_map(|key| table.get(key));
        let values = values.chain(cut_before).map(|values| &values[i]);
        to_json(&values.fold(Cell::Integer(0), |sum, value| add(&sum, value)))
    };
    measures
        .map(|(i, m)| (m.name.clone(), vec![if m.additive { sum(i) } else { Value::Null }]))
        .collect()
}

#[cfg(test)]
mod tests;
