//! Each rule by itself, and then the oracle against the engine, which has to come to the same.
//! Tests that need a plugin are in host/tests/semantics.

mod agreement;
mod calendar;
mod civil;
mod decode;
mod partition;
mod state;
mod values;
mod windows;

use std::path::Path;

use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;

use super::{Oracle, Partition, Placed, Record};
use streamgauge_pipeline::Pipeline;

/// The beginning that all pipelines here have in common.
const FRAME: &str = "version = 1\nname = \"x\"\n[[metric]]\nid = \"x\"\nplugin = \"x.wasm\"\n";

/// A pipeline with these tables.
fn pipeline(tables: &str) -> Pipeline {
    let text = format!("{FRAME}{tables}");
    let parsed = Pipeline::parse(&text, Path::new("pipeline.toml"));
    parsed.unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics}")).0
}

/// Partition 0 of a pipeline without metrics, from offset 0 on.
fn partition(tables: &str) -> Partition {
    Oracle::new(&pipeline(tables), &[]).partition(0, 0).expect("there is no plugin to fail")
}

/// The outcome of `value`, a record that is on time or late.
fn placed(partition: &mut Partition, offset: i64, stamp: i64, value: &str) -> Placed {
    let record = Record { offset, stamp: Some(stamp), taken: None, value: Some(value.as_bytes()) };
    let verdict = partition.accept(record).expect("there is no plugin to fail");
    match verdict.outcome {
        super::Outcome::Placed(placed) => placed,
        other => panic!("{value}: {other:?}"),
    }
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|e| panic!("{text}: {e}")).timestamp_millis()
}

/// The local date and time of an instant, as the clocks of a zone show them.
fn shown(zone: Tz, time: i64) -> String {
    let time = zone.timestamp_millis_opt(time).single().expect("a time in civil years");
    time.format("%F %T").to_string()
}
