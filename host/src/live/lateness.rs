//! How late records are, as data: the shape of `/api/v1/lateness`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use streamgauge_core::{LateSample, LatenessClock, PartitionSnapshot, bucket_range};

use super::warnings::histogram;
use crate::board::Look;
use crate::pipeline::Pipeline;
use crate::result;

/// The distribution over all partitions, and each partition's last late records.
pub(super) fn lateness(pipeline: &Pipeline, look: &Look) -> Value {
    let books = result::accounting(&look.partitions);
    let histogram = histogram(look);
    let bucket = |(bucket, records)| {
        let (low, high) = bucket_range(bucket);
        json!([low, high, records])
    };
    let clock = pipeline.lateness.clock;
    json!({
        "clock": name(clock),
        "replayable": clock != LatenessClock::Processing,
        "bound_ms": pipeline.event_time.bound.as_millis() as u64,
        "records": histogram.records(),
        "late": books.late,
        "buckets": histogram.buckets().map(bucket).collect::<Vec<_>>(),
        "bound_for_999_ms": histogram.bound_for(999),
        "samples": look.partitions.iter().flat_map(|p| samples(p)).collect::<Vec<_>>(),
    })
}

fn name(clock: LatenessClock) -> &'static str {
    match clock {
        LatenessClock::Watermark => "watermark",
        LatenessClock::Record => "record",
        LatenessClock::Processing => "processing",
    }
}

fn samples(snapshot: &PartitionSnapshot) -> impl Iterator<Item = Value> {
    snapshot.late_samples.iter().map(|late| sample(snapshot.partition, late))
}

fn sample(partition: u32, late: &LateSample) -> Value {
    let mut value = json!({
        "partition": partition,
        "offset": late.offset,
        "time": late.time.0,
        "event_time": late.event_time.0,
        "delay_ms": late.delay,
        "record_bytes": late.record_bytes,
    });
    match text(late) {
        Some(text) => value["record"] = text.into(),
        None => value["record_base64"] = STANDARD.encode(&late.record).into(),
    }
    value
}

/// The beginning of a record as text; where it was cut within a character, without that.
fn text(late: &LateSample) -> Option<&str> {
    match std::str::from_utf8(&late.record) {
        Ok(text) => Some(text),
        Err(error) => {
            let is_cut = late.record.len() < late.record_bytes as usize;
            let is_text = error.error_len().is_none() && is_cut;
            let valid = late.record.get(..error.valid_up_to()).filter(|_| is_text);
            valid.and_then(|valid| std::str::from_utf8(valid).ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use streamgauge_core::{EventTime, PartitionState, Position, RecordTime};

    use super::*;

    fn late(offset: i64, record: &[u8], record_bytes: u32) -> LateSample {
        let (time, event_time) = (RecordTime(9), EventTime(-400));
        LateSample { offset, time, event_time, delay: 100, record_bytes, record: record.into() }
    }

    #[test]
    fn the_distribution_comes_with_the_last_late_records() {
        let text = "version = 1\nname = \"x\"\n[source.generator]\n[schema]\nts = \"integer\"\n\
            [event_time]\nfield = \"ts\"\nunit = \"ms\"\n[lateness]\nclock = \"processing\"\n\
            [[metric]]\nid = \"m\"\nplugin = \"m.wasm\"\n";
        let pipeline = Pipeline::parse(text, Path::new("pipeline.toml")).expect("valid").0;
        let mut state = PartitionState::starting_at(0);
        state.accounting.late = 3;
        for behind in [0, 0, 400_000] {
            state.histogram.record(behind);
        }
        let cut = "号".as_bytes();
        let snapshot = PartitionSnapshot {
            partition: 4,
            position: Position::default(),
            late_samples: vec![late(1, b"{}", 2), late(2, b"\xff", 1), late(3, &cut[..2], 3)],
            state,
            metrics: Vec::new(),
        };
        let look = Look { partitions: vec![Arc::new(snapshot)], ..Look::default() };
        let found = lateness(&pipeline, &look);
        assert_eq!((&found["clock"], &found["replayable"]), (&"processing".into(), &false.into()));
        assert_eq!((&found["bound_ms"], &found["records"]), (&300_000.into(), &3.into()));
        assert_eq!(found["buckets"], json!([[0, 0, 2], [393_216, 425_983, 1]]));
        assert_eq!(found["bound_for_999_ms"], 425_983);
        let first = json!({
            "partition": 4, "offset": 1, "time": 9, "event_time": -400, "delay_ms": 100,
            "record_bytes": 2, "record": "{}",
        });
        assert_eq!(found["samples"][0], first);
        assert_eq!(found["samples"][1]["record_base64"], "/w==");
        assert_eq!(found["samples"][2]["record"], "", "only a part of a character is left");
    }
}
