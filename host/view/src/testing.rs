//! Settings and states of partitions that the tests of several modules share. Time is in minutes,
//! and there is no disorder: the watermark of a partition is its largest event time.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, Field, FieldType, LatenessClock, MetricAccounting,
    MetricPhase, MetricSnapshot, PaneSnapshot, PartitionSnapshot, PartitionState, Plan, Position,
    Projection, Schema, TimeWindow, TimestampAssigner, TimestampUnit, WindowSetSnapshot,
    WindowSpec,
};
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{ContractType, Output, Role};

pub(crate) const MINUTE: i64 = 60_000;

/// The id of the metric.
pub(crate) const METRIC: &str = "age";

pub(crate) fn plan() -> Plan {
    let field_type = FieldType::Unsigned;
    let unread = Field { name: "age".to_owned(), field_type, max: None, required: false };
    let schema = Schema::new(vec![unread]).expect("a schema");
    Plan {
        projection: Projection::new(&schema, &[]),
        timestamps: TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Millis },
        watermark: BoundedOutOfOrderness { bound: 0 },
        future_skew: None,
        earliest: None,
        lateness: LatenessClock::Watermark,
    }
}

/// The settings of [`METRIC`] with these windows, which take rows for so many minutes more.
pub(crate) fn settings(windows: &[WindowSpec], retention: u64) -> MetricSettings {
    MetricSettings {
        id: METRIC.to_owned(),
        plugin: "age.wasm".into(),
        sha256: None,
        columns: [].into(),
        wasi: None,
        config: Value::Null,
        panels: Vec::new(),
        labels: std::sync::Arc::default(),
        windows: windows.to_vec(),
        shown_windows: windows.to_vec(),
        backfill: streamgauge_pipeline::Backfill::All,
        retention: Duration::from_mins(retention),
        open_windows_max: 100,
        memory_bytes_max: None,
        snapshot_bytes_max: None,
        time_max: Duration::from_secs(1),
        compile_time_max: None,
        compile_memory_max: None,
    }
}

pub(crate) fn minutes(start: i64, end: i64) -> TimeWindow {
    TimeWindow { start: EventTime(start * MINUTE), end: EventTime(end * MINUTE) }
}

/// A pane with a state that reads as `text` for the records on time, and none for late ones.
pub(crate) fn pane(window: Option<TimeWindow>, text: &str) -> PaneSnapshot {
    PaneSnapshot { window, corrections: 0, on_time: Some(state(text).into()), late: None }
}

pub(crate) fn state(text: &str) -> Arc<[u8]> {
    text.as_bytes().into()
}

pub(crate) fn set(spec: WindowSpec, panes: Vec<PaneSnapshot>) -> WindowSetSnapshot {
    WindowSetSnapshot { panes, ..WindowSetSnapshot::empty(spec) }
}

pub(crate) fn metric(id: &str, windows: Vec<WindowSetSnapshot>) -> MetricSnapshot {
    MetricSnapshot {
        id: id.to_owned(),
        state_version: 1,
        origin: 0,
        next_offset: 0,
        accounting: MetricAccounting::default(),
        windows,
        phase: MetricPhase::Running,
        build: 0,
        poison: None,
        missed: Vec::new(),
    }
}

/// A partition up to an event time in milliseconds.
pub(crate) fn partition(
    number: u32,
    max_event_time: Option<i64>,
    metrics: Vec<MetricSnapshot>,
) -> PartitionSnapshot {
    let max_event_time = max_event_time.map(EventTime);
    PartitionSnapshot {
        partition: number,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState { max_event_time, ..PartitionState::starting_at(0) },
        metrics,
    }
}

/// A column of numbers in a result, without words of its own.
pub(crate) fn output(name: &str, role: Role, additive: bool) -> Output {
    Output {
        name: name.to_owned(),
        type_: ContractType::Integer,
        role,
        title: Vec::new(),
        unit: None,
        additive,
        error_of: None,
        labels: Vec::new(),
    }
}
