//! State files of this version, kept for ever: a state that was written once has to be read, or
//! refused by name. `UPDATE=1` writes the files of a new version; the old files stay.

use std::path::PathBuf;
use std::sync::Arc;

use streamgauge_core::{
    Accounting, Crash, Digest, EventTime, GapKind, LateSample, Lateness, LatenessHistogram,
    LeftOut, Mark, Marks, MetricAccounting, MetricLag, MetricPhase, MetricPlace, MetricSnapshot,
    MetricStop, MissedRecords, OffsetGap, PaneSnapshot, PartitionSnapshot, PartitionState,
    PluginCall, Poison, PoisonRecord, Position, RecordRange, RecordTime, StopKind, TimeWindow,
    WallClock, WatermarkLeap, WindowBooks, WindowSetSnapshot, WindowSpec, digest_of,
};

use super::{HOUR, pane};
use crate::store::{Checkpoint, EmbeddedStore, Export, StateStore};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Everything that a snapshot may hold.
pub(super) fn full() -> PartitionSnapshot {
    let mut accounting = Accounting { read: 120, on_time: 90, late: 25, ..Accounting::default() };
    accounting.rejections[3] = 4;
    accounting.rejections[8] = 1;
    (accounting.fallback, accounting.future, accounting.past) = (3, 2, 1);
    (accounting.late_delay_sum, accounting.late_delay_max) = (9_000_000, 7_200_000);
    let mut histogram = LatenessHistogram::default();
    for behind in [0, 1, 7, 8, 1000, 86_400_000] {
        histogram.record(behind);
    }
    let gaps = vec![
        OffsetGap { kind: GapKind::LogStartMoved, from: 40, to: 60 },
        OffsetGap { kind: GapKind::LogEndMoved, from: 70, to: 75 },
        OffsetGap { kind: GapKind::TopicRecreated, from: 90, to: 0 },
    ];
    let state = PartitionState {
        origin: 5,
        next_offset: 145,
        max_event_time: Some(EventTime(1_447_171_200_000)),
        accounting,
        histogram,
        gaps,
        semantics: 1,
        leap: None,
        marks: Marks::default(),
    };
    let late_samples = vec![LateSample {
        offset: 99,
        time: RecordTime(1_447_171_300_000),
        event_time: EventTime(1_447_160_000_000),
        delay: 10_900_000,
        record_bytes: 300,
        record: Arc::from("{\"action\":0,\"province\":\"浙江\"".as_bytes()),
    }];
    let last = Some((RecordTime(1_447_171_400_000), digest_of(b"the last record")));
    PartitionSnapshot {
        partition: 2,
        position: Position { cursor: 4096, last, read_to: None, mark: None },
        late_samples,
        state,
        metrics: vec![metric()],
    }
}

fn metric() -> MetricSnapshot {
    let state = |text: &str| Some(Arc::from(text.as_bytes()));
    let at = |window| PaneSnapshot { window, corrections: 0, on_time: None, late: None };
    let day = TimeWindow { start: EventTime(0), end: EventTime(24 * HOUR) };
    let [on_time, late] = Lateness::ALL.map(|lateness| state(&format!("{lateness:?}")));
    let cumulative =
        PaneSnapshot { on_time: on_time.map(Into::into), late: late.map(Into::into), ..at(None) };
    let open =
        PaneSnapshot { corrections: 2, on_time: state("day").map(Into::into), ..at(Some(day)) };
    let floor = Some(EventTime(-HOUR));
    let books = WindowBooks { floor, expired: 6, unplaced: 0, evicted: 1 };
    let set = |spec, panes| WindowSetSnapshot { panes, ..WindowSetSnapshot::empty(spec) };
    let days = WindowSpec::Tumbling { size: 24 * HOUR };
    let sliding = WindowSpec::Sliding { size: 6 * HOUR, slide: HOUR };
    MetricSnapshot {
        id: "行为-behavior".to_owned(),
        state_version: 3,
        origin: 5,
        next_offset: 145,
        accounting: MetricAccounting { on_time: 90, late: 25, excluded: 8 },
        phase: MetricPhase::Running,
        build: 0,
        poison: None,
        missed: Vec::new(),
        windows: vec![
            set(WindowSpec::Cumulative, vec![cumulative]),
            set(sliding, Vec::new()),
            WindowSetSnapshot {
                books,
                final_panes: 2,
                chain: Digest::ZERO.chain(pane(0).digest()).chain(pane(1).digest()),
                ..set(days, vec![open])
            },
        ],
    }
}

fn export() -> Export {
    let settings = [("event_time.bound", "300s"), ("source.kafka.topic", "淘宝")];
    Export {
        created: 1_447_171_500_000,
        checkpoint: Checkpoint {
            settings: settings.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            partitions: vec![Arc::new(full())],
            final_panes: Vec::new(),
            dead_letter_bytes: 1234,
            dead_letters: 13,
            stored_at: Some(1_447_171_500_000),
            ..Checkpoint::default()
        },
        final_panes: vec![pane(0), pane(1)],
    }
}

/// As [`export`], of a log that was read past its last record and of a metric that stopped.
fn with_stopped() -> Export {
    let stop = MetricStop {
        kind: StopKind::MemoryLimit,
        reason: "it ran out of its memory limit of 8388608 bytes".to_owned(),
        call: Some(PluginCall::Add),
        records: Some(RecordRange { partition: 2, first: 121, last: 140 }),
        since: Some(WallClock(1_447_171_450_000)),
        place: Some(MetricPlace {
            gaps: 3,
            position: Position {
                cursor: 3000,
                last: Some((RecordTime(1_447_171_390_000), digest_of(b"the record before"))),
                read_to: None,
                mark: None,
            },
            max_event_time: Some(EventTime(1_447_171_100_000)),
        }),
        under: None,
    };
    let stopped = MetricSnapshot {
        id: "类目".to_owned(),
        next_offset: 120,
        phase: MetricPhase::Stopped(stop.into()),
        ..metric()
    };
    let mut snapshot = full();
    snapshot.position.read_to = Some(147);
    snapshot.metrics.push(stopped);
    let mut export = export();
    export.checkpoint.partitions = vec![Arc::new(snapshot)];
    export
}

/// As [`with_stopped`], of a state that began under the second revision of the semantics, with rows
/// that have no place and a record that moved the watermark far.
pub(super) fn with_unplaced() -> Export {
    let mut export = with_stopped();
    let mut snapshot = (*export.checkpoint.partitions[0]).clone();
    snapshot.state.semantics = 2;
    snapshot.state.leap = Some(WatermarkLeap {
        offset: 44,
        time: RecordTime(1_447_171_200_500),
        from: EventTime(1_447_100_000_000),
        to: EventTime(1_447_171_200_000),
    });
    let metrics = snapshot.metrics.iter_mut();
    metrics.for_each(|metric| metric.windows[1].books.unplaced = 12);
    export.checkpoint.partitions = vec![Arc::new(snapshot)];
    export
}

/// As [`with_unplaced`], with marks, builds, a metric that lags and records that are left out.
pub(super) fn with_lagging() -> Export {
    let mut export = with_unplaced();
    let mut snapshot = (*export.checkpoint.partitions[0]).clone();
    let mark = |gaps, offset, time, is_kept| Mark {
        gaps,
        offset,
        max_event_time: Some(EventTime(time)),
        is_kept,
    };
    let marks = vec![mark(0, 37, 1_447_100_000_000, false), mark(1, 40, 1_447_100_000_000, true)];
    snapshot.state.marks = Marks::from_parts(5, marks).expect("two are few enough");
    let records = vec![PoisonRecord { offset: 101, offered: 96 }];
    snapshot.metrics[0].poison = Some(Arc::new(Poison { under: digest_of(b"plugin"), records }));
    snapshot.metrics[0].build = 3;
    if let MetricPhase::Stopped(stop) = &mut snapshot.metrics[1].phase {
        Arc::make_mut(stop).under = Some(digest_of(b"plugin and limits"));
    }
    let records = RecordRange { partition: 2, first: 120, last: 135 };
    let crash = Some(Crash { reason: "it crashed: 越界".to_owned(), records });
    let left_out = vec![LeftOut { offset: 118, reason: "it crashed: 越界".to_owned() }];
    let place = MetricPlace { gaps: 3, ..MetricPlace::default() };
    let lagging = MetricSnapshot {
        id: "品牌".to_owned(),
        next_offset: 117,
        phase: MetricPhase::Lagging(Box::new(MetricLag { place, crash, left_out, under: None })),
        build: 1,
        ..metric()
    };
    snapshot.metrics.push(lagging);
    export.checkpoint.partitions = vec![Arc::new(snapshot)];
    for pane in &mut export.final_panes {
        Arc::make_mut(pane).build = 3;
    }
    export
}

/// As [`with_lagging`], with records that a metric misses.
pub(super) fn with_missed() -> Export {
    let mut export = with_lagging();
    let mut snapshot = (*export.checkpoint.partitions[0]).clone();
    let lagging = snapshot.metrics.last_mut().expect("there are metrics");
    if let MetricPhase::Lagging(lag) = &mut lagging.phase {
        lag.under = Some(digest_of(b"plugin and limits"));
    }
    snapshot.metrics[0].missed = vec![MissedRecords { gaps: 2, from: 41, to: 57 }];
    export.checkpoint.partitions = vec![Arc::new(snapshot)];
    export
}

/// As [`with_missed`], with an accumulator that has differences.
pub(super) fn with_differences() -> Export {
    let mut export = with_missed();
    let mut snapshot = (*export.checkpoint.partitions[0]).clone();
    let accumulator = snapshot.metrics[0].accumulators_mut().next().expect("there is one");
    *accumulator = accumulator.with(*b"one more").with(*b"");
    export.checkpoint.partitions = vec![Arc::new(snapshot)];
    export
}

/// The bytes of `file`, which hold `expected`.
fn check(file: &str, expected: &Export) -> Vec<u8> {
    let bytes = std::fs::read(folder().join(file)).expect("the fixture is there");
    let read = Export::decode(&bytes).expect("an export");
    assert_eq!(read.checkpoint.partitions, expected.checkpoint.partitions);
    assert_eq!(read.checkpoint.settings, expected.checkpoint.settings);
    assert_eq!(read.final_panes, expected.final_panes);
    assert_eq!((read.checkpoint.dead_letter_bytes, read.checkpoint.dead_letters), (1234, 13));
    bytes
}

#[test]
fn an_export_with_snapshots_of_version_2_is_read_field_by_field() {
    check("state-v2.sgex", &export());
}

#[test]
fn an_export_with_snapshots_of_version_3_is_read_field_by_field() {
    check("state-v3.sgex", &with_stopped());
}

#[test]
fn an_export_with_snapshots_of_version_4_is_read_field_by_field() {
    check("state-v4.sgex", &with_unplaced());
}

#[test]
fn an_export_of_version_2_is_read_field_by_field() {
    check("export-v2.sgex", &with_unplaced());
}

#[test]
fn an_export_with_snapshots_of_version_6_is_read_field_by_field() {
    check("state-v6.sgex", &with_lagging());
}

#[test]
fn an_export_with_snapshots_of_version_7_is_read_field_by_field() {
    check("state-v7.sgex", &with_missed());
}

#[test]
fn an_export_with_snapshots_of_version_8_is_read_and_written_byte_by_byte() {
    let path = folder().join("state-v8.sgex");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, with_differences().encode()).expect("the folder can be written to");
    }
    let bytes = check("state-v8.sgex", &with_differences());
    // The same state gives the same bytes today as when its file was written.
    let now = with_differences().encode();
    assert_eq!(now, bytes, "a new format needs a new version and a new fixture");
}

#[test]
fn a_store_of_format_2_is_read() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let copy = dir.path().join("streamgauge.redb");
    std::fs::copy(folder().join("state-v2.redb"), &copy).expect("the fixture is there");
    let store = EmbeddedStore::open(dir.path()).expect("a store");
    let found = store.load().expect("readable").expect("a checkpoint");
    assert_eq!(found.partitions, export().checkpoint.partitions);
    assert_eq!(found.settings, export().checkpoint.settings);
    assert_eq!(store.final_panes().expect("readable"), export().final_panes);
    let numbers: Vec<u64> =
        store.generations().expect("readable").iter().map(|g| g.number).collect();
    assert_eq!(numbers, [2, 1]);
}
