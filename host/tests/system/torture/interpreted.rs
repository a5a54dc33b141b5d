//! The recount by the oracle: the semantics as a sequential program, fed with the same records. The
//! oracle says more than a count by hand can: every window, and the digests of the whole state.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use chrono::DateTime;
use serde_json::{Map, Value, json};
use streamgauge::run::prepare::Prepared;
use streamgauge_oracle::{
    Gap, GapKind, MergedMetric, MergedWindow, Oracle, Partition, PartitionState, Record,
    WindowPhase,
};
use streamgauge_plugin::{Cell, ResultTable};

use super::gaps::Skipped;
use super::shadow::Kept;

/// The oracle, with its partitions so far.
pub(super) struct Interpreted {
    oracle: Oracle,
    partitions: BTreeMap<u32, Partition>,
}

impl Interpreted {
    /// Nothing read yet, under the settings in `pipeline`.
    pub(super) fn under(pipeline: &Path) -> Self {
        let prepared = Prepared::load(pipeline, |_| {}).expect("a valid pipeline");
        let oracle = Oracle::new(&prepared.pipeline, &prepared.plugins);
        Self { oracle, partitions: BTreeMap::new() }
    }

    fn partition(&mut self, number: u32) -> &mut Partition {
        let new = || self.oracle.partition(number, 0).expect("plugins that open");
        self.partitions.entry(number).or_insert_with(new)
    }

    /// Takes in the next record of a partition.
    pub(super) fn take(&mut self, kept: &Kept) {
        let Kept { partition, offset, stamp, ref value } = *kept;
        let record = Record { offset, stamp: Some(stamp), taken: None, value: value.as_deref() };
        self.partition(partition).accept(record).expect("plugins that work");
    }

    /// Resumes the log of a partition after a gap.
    pub(super) fn skip(&mut self, partition: u32, skipped: Skipped) {
        let Skipped { from, to } = skipped;
        self.partition(partition).skip(Gap { kind: GapKind::LogStartMoved, from, to });
    }

    /// The oracle's state in the shape of [`of_result`], with these partitions among others.
    pub(super) fn summary(&mut self, partitions: Range<u32>) -> Value {
        for number in partitions {
            self.partition(number);
        }
        let states = self.partitions.values_mut().map(|p| p.state().expect("plugins that work"));
        let states: Vec<PartitionState> = states.collect();
        let silent = states.iter().filter(|state| state.watermark.is_none());
        let idle: BTreeSet<u32> = silent.map(|state| state.number).collect();
        let merged = self.oracle.merge(&states, &idle).expect("plugins that work");
        let windows = |metric: &MergedMetric| {
            let windows = metric.windows.iter().map(window).collect::<Map<_, _>>();
            (metric.id.clone(), Value::from(windows))
        };
        json!({
            "at": states.iter().map(place).collect::<Map<_, _>>(),
            "windows": merged.iter().map(windows).collect::<Map<_, _>>(),
        })
    }
}

fn place(state: &PartitionState) -> (String, Value) {
    let metrics = state.metrics.iter();
    let digests = metrics.map(|metric| (metric.id.clone(), metric.digest().to_string().into()));
    let value = json!({
        "offset": state.event_time.next_offset,
        "watermark": state.watermark,
        "digest": state.event_time.digest().to_string(),
        "metric_digests": digests.collect::<Map<_, Value>>(),
    });
    (state.number.to_string(), value)
}

fn window(window: &MergedWindow) -> (String, Value) {
    let name = window.span.map_or("cumulative".to_owned(), |s| format!("{}/{}", s.start, s.end));
    let state = window.state.map(|state| match state {
        WindowPhase::Open => "open",
        WindowPhase::Closed => "closed",
        WindowPhase::Corrected => "corrected",
        WindowPhase::Final => "final",
    });
    let value = json!({
        "state": state,
        "on_time": rows(&window.on_time),
        "late": rows(&window.late),
        "total": rows(&window.total),
    });
    (name, value)
}

fn rows(table: &ResultTable) -> Value {
    let cell = |cell: &Cell| match cell {
        Cell::Integer(number) => Value::from(*number),
        Cell::Text(text) => text.as_str().into(),
        other => panic!("no metric of a torture gives {other:?}"),
    };
    table.rows().map(|row| row.iter().map(cell).collect::<Value>()).collect()
}

/// The parts of a final result that the oracle knows.
pub(super) fn of_result(result: &Value) -> Value {
    let places = result["at"].as_array().into_iter().flatten().map(|place| {
        let watermark = place["watermark"].as_str().map(millis);
        let value = json!({
            "offset": place["offset"],
            "watermark": watermark,
            "digest": place["digest"],
            "metric_digests": place["metric_digests"],
        });
        (place["partition"].to_string(), value)
    });
    let windows = result["metrics"].as_object().into_iter().flatten().map(|(id, windows)| {
        let windows = windows.as_array().into_iter().flatten().map(window_of_result);
        (id.clone(), Value::from(windows.collect::<Map<_, _>>()))
    });
    json!({
        "at": places.collect::<Map<_, _>>(),
        "windows": windows.collect::<Map<_, _>>(),
    })
}

fn window_of_result(window: &Value) -> (String, Value) {
    let bound = |name: &str| window["window"][name].as_str().map(millis);
    let name = match (bound("start"), bound("end")) {
        (Some(start), Some(end)) => format!("{start}/{end}"),
        _ => "cumulative".to_owned(),
    };
    let cells = |row: &Value| -> Value {
        row.as_object().into_iter().flat_map(Map::values).cloned().collect()
    };
    let rows = |verdict: &str| -> Value {
        window[verdict].as_array().into_iter().flatten().map(cells).collect()
    };
    let value = json!({
        "state": window["window"]["state"],
        "on_time": rows("on_time"),
        "late": rows("late"),
        "total": rows("total"),
    });
    (name, value)
}

fn millis(instant: &str) -> i64 {
    DateTime::parse_from_rfc3339(instant).expect("an instant").timestamp_millis()
}
