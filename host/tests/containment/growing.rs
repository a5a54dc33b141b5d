//! A large state that grows by differences, on the page: what is merged part by part shows what the
//! whole would show.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use serde_json::{Value, json};
use streamgauge_core::{
    AccumulatorBytes, Lateness, MetricPhase, MetricSnapshot, MetricStop, PartitionSnapshot,
    PartitionState, Position, StopKind, WindowSpec,
};
use streamgauge_engine::{Compacted, Metric};
use streamgauge_outbox::Attachments;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{Instance, Plugin};
use streamgauge_view::{LiveMetric, MetricReader, Published};
use streamgauge_wire::{Frame, Series};

use crate::component::{RUNTIME, built, faulty, settings};
use crate::metric::start;
use crate::offered::{self, offered};
use crate::rows::batch;

/// Keys enough for a state that is kept merged.
const KEYS: u32 = 30_000;

fn view(plugin: &Plugin) -> LiveMetric {
    let reader = MetricReader::new(plugin, &Arc::new(offered::plan()), Tz::UTC);
    LiveMetric::new(&Arc::new(reader))
}

fn published(partitions: &[MetricSnapshot]) -> Published {
    let of = |(number, metric): (u32, &MetricSnapshot)| {
        let state =
            PartitionState { next_offset: metric.next_offset, ..PartitionState::starting_at(0) };
        let (position, late_samples) = (Position::default(), Vec::new());
        let metrics = vec![metric.clone()];
        Arc::new(PartitionSnapshot { partition: number, position, late_samples, state, metrics })
    };
    let partitions = (0..).zip(partitions).map(of).collect();
    Published { partitions, now: 5, ..Published::default() }
}

/// The frames without the counts of their changes.
fn frames(view: &LiveMetric) -> BTreeMap<String, Frame> {
    let of =
        |(id, frame): (&String, &Arc<Frame>)| (id.clone(), Frame { rev: 0, ..Frame::clone(frame) });
    view.frames().iter().map(of).collect()
}

/// A partition that is handed rows, and what it exported last.
struct Growing {
    metric: Metric,
    exported: MetricSnapshot,
}

impl Growing {
    fn new(plugin: &Plugin) -> Self {
        let mut metric = start(plugin).by_differences_from(0);
        let exported = metric.export(0, &mut Attachments::default());
        Self { metric, exported }
    }

    fn fold(&mut self, on_time: &[u32], late: &[u32]) {
        let from = self.exported.next_offset;
        let (on_time, late) = (batch(from, on_time), batch(from + on_time.len() as i64, late));
        let next = from + i64::from(on_time.rows() + late.rows());
        self.metric.fold(offered(&on_time, &late, next));
        self.exported = self.metric.export(0, &mut Attachments::default());
    }

    /// As the compactor does it: all parts but the last `left` become one.
    fn compact(&mut self, plugin: &Plugin, left: usize) {
        let all = self.exported.accumulators().next().expect("there are rows").parts();
        let of = AccumulatorBytes::of_parts(all[..all.len() - left].to_vec()).expect("some");
        let mut instance = Instance::open(plugin).expect("it starts");
        let version = self.exported.state_version;
        let whole = instance.whole(None, version, &of).expect("it reads what it wrote");
        let (spec, lateness) = (WindowSpec::Cumulative, Lateness::OnTime);
        self.metric.compact(0, &Compacted { spec, pane: None, lateness, of, whole });
        self.exported = self.metric.export(0, &mut Attachments::default());
    }
}

/// The events of a frame, shown or not.
fn counted(frame: &Frame) -> u64 {
    let sum = |series: &Series| series["events"].iter().filter_map(Value::as_u64).sum::<u64>();
    sum(&frame.total) + frame.other.as_ref().map_or(0, |other| sum(&other.total))
}

/// A metric whose panel takes the largest rows alone.
fn count_by() -> Plugin {
    let alone = settings(&built("count_by"), json!({"type": "unsigned", "top": 5}));
    let columns = [("value".to_owned(), "action".to_owned())].into();
    let settings = MetricSettings { columns, memory_bytes_max: Some(64 << 20), ..alone };
    RUNTIME.load(&settings).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_state_that_grows_by_differences_shows_what_the_whole_would_show() {
    grow(&faulty(json!({})));
}

#[test]
fn the_largest_rows_of_a_state_that_grows_are_those_of_the_whole() {
    grow(&count_by());
}

fn grow(plugin: &Plugin) {
    let mut partitions = [Growing::new(plugin), Growing::new(plugin)];
    let mut live = view(plugin);
    let all: Vec<u32> = (0..KEYS).collect();
    partitions[0].fold(&all, &[]);
    let bytes = partitions[0].exported.accumulators().next().map(AccumulatorBytes::size_bytes);
    assert!(bytes >= Some(64 << 10), "{bytes:?} are not kept merged");
    for round in 0..12_u32 {
        let keys: Vec<u32> = (round * 7..round * 7 + 40).collect();
        match round {
            3 => partitions[0].compact(plugin, 1),
            // What the page merged last is in the whole: it merges everything anew.
            6 => partitions[0].compact(plugin, 0),
            _ => {}
        }
        // A second partition comes later, and late rows after it.
        partitions[usize::from(round > 4 && round % 2 == 0)]
            .fold(&keys, if round > 7 { &keys[..9] } else { &[] });
        let now = published(&partitions.each_ref().map(|own| own.exported.clone()));
        live.update(&now);
        let mut anew = view(plugin);
        let wholes = now.partitions.iter().map(|partition| {
            let mut metric = partition.metrics[0].clone();
            plugin.make_whole(&mut metric).expect("it reads what it wrote");
            metric
        });
        anew.update(&published(&wholes.collect::<Vec<_>>()));
        assert_eq!(frames(&live), frames(&anew), "after round {round}");
        for frame in frames(&live).values() {
            assert_eq!(counted(frame), live.accounting().folded(), "after round {round}");
        }
        assert_eq!(live.trouble(), None);
    }
}

#[test]
fn what_was_read_in_another_thread_tells_what_the_workers_say_by_then() {
    let plugin = faulty(json!({}));
    let mut partition = Growing::new(&plugin);
    let mut live = view(&plugin);
    partition.fold(&[1, 1, 2], &[]);
    let first = published(&[partition.exported.clone()]);
    live.look(&first);
    let (reading, read_at) = (live.reading(5), first.clone());
    let reading = std::thread::spawn(move || reading.read(&read_at));
    // Meanwhile the metric goes on, and stops.
    partition.fold(&[3], &[]);
    let mut stopped = partition.exported.clone();
    stopped.phase = MetricPhase::Stopped(Arc::new(stop()));
    let second = published(&[stopped]);
    live.look(&second);
    assert_eq!(live.accounting().on_time, 4, "counts are those of the last look");
    assert!(frames(&live).values().all(|frame| frame.keys.is_empty()), "nothing was read yet");
    assert!(!live.is_read());
    live.take(reading.join().expect("it was read"), 5, Duration::ZERO);
    assert!(live.is_read());
    let mut expected = view(&plugin);
    expected.update(&first);
    let keys = |view: &LiveMetric| frames(view).into_values().map(|f| f.keys).collect::<Vec<_>>();
    assert_eq!(keys(&live), keys(&expected));
    assert!(frames(&live).values().all(|frame| frame.stale.is_some()), "it has stopped since");
    live.update(&second);
    expected.update(&second);
    assert_eq!(frames(&live), frames(&expected));
}

fn stop() -> MetricStop {
    MetricStop {
        kind: StopKind::Crash,
        reason: "unreachable".to_owned(),
        call: None,
        records: None,
        since: None,
        place: None,
        under: None,
    }
}
