//! How late records are, as data: the shape of `/api/v1/lateness`.

use streamgauge_core::{LatenessClock, bucket_range};

use super::samples;
use super::warnings::histogram;
use streamgauge_outbox::Overview;
use streamgauge_pipeline::Pipeline;
use streamgauge_view::document;
use streamgauge_wire::LatenessReport;

/// The distribution over all partitions, and each partition's last late records.
pub(super) fn lateness(pipeline: &Pipeline, overview: &Overview) -> LatenessReport {
    let books = document::accounting(&overview.partitions);
    let histogram = histogram(overview);
    let bucket = |(bucket, records)| {
        let (low, high) = bucket_range(bucket);
        (low, high, records)
    };
    let clock = pipeline.lateness.clock;
    let shown = pipeline.server.show_records;
    let samples = overview.partitions.iter().flat_map(|partition| {
        let late = partition.late_samples.iter();
        late.map(|late| samples::late(partition.partition, late, shown))
    });
    LatenessReport {
        clock: clock.name(),
        replayable: clock != LatenessClock::Processing,
        bound_ms: pipeline.event_time.bound.as_millis() as u64,
        records: histogram.records(),
        late: books.late,
        buckets: histogram.buckets().map(bucket).collect(),
        bound_for_999_ms: histogram.bound_for(999),
        samples: samples.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use streamgauge_core::{
        EventTime, LateSample, PartitionSnapshot, PartitionState, Position, RecordTime,
    };

    use super::*;

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
        let late = LateSample {
            offset: 1,
            time: RecordTime(9),
            event_time: EventTime(-400),
            delay: 100,
            record_bytes: 2,
            record: b"{}".as_slice().into(),
        };
        let snapshot = PartitionSnapshot {
            partition: 4,
            position: Position::default(),
            late_samples: vec![late],
            state,
            metrics: Vec::new(),
        };
        let overview = Overview { partitions: vec![Arc::new(snapshot)], ..Overview::default() };
        let found = lateness(&pipeline, &overview);
        assert_eq!((found.clock, found.replayable), ("processing", false));
        assert_eq!((found.bound_ms, found.records, found.late), (300_000, 3, 3));
        assert_eq!(found.buckets, [(0, 0, 2), (393_216, 425_983, 1)]);
        assert_eq!(found.bound_for_999_ms, Some(425_983));
        assert_eq!((found.samples[0].partition, found.samples[0].offset), (4, 1));
    }
}
