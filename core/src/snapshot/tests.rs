//! Snapshots come back as they were written, and damaged ones are refused.

use std::sync::Arc;

use super::*;
use crate::accounting::MetricAccounting;
use crate::gap::{GapKind, OffsetGap};
use crate::late_sample::LateSample;
use crate::leap::WatermarkLeap;
use crate::marks::Marks;
use crate::partition::{PartitionState, SEMANTICS};
use crate::time::{EventTime, RecordTime, WallClock};
use crate::window::{TimeWindow, WindowSpec};
use crate::window_set::WindowBooks;

fn sample() -> PartitionSnapshot {
    let mut state = PartitionState::starting_at(5);
    state.next_offset = 12;
    state.max_event_time = Some(EventTime(1_447_171_200_000));
    state.accounting.read = 7;
    state.accounting.on_time = 5;
    state.accounting.late = 1;
    state.accounting.rejections[3] = 1;
    state.histogram.record(70_000);
    state.gaps.push(OffsetGap { kind: GapKind::LogStartMoved, from: 6, to: 8 });
    let (from, to) = (EventTime(0), EventTime(1_447_171_200_000));
    state.leap = Some(WatermarkLeap { offset: 11, time: RecordTime(7), from, to });
    let day = WindowSpec::tumbling(86_400_000).expect("a window");
    let window = TimeWindow { start: EventTime(0), end: EventTime(86_400_000) };
    let pane = |window, late: Option<&[u8]>| PaneSnapshot {
        window,
        corrections: 1,
        on_time: Some(b"abc".as_slice().into()),
        late: late.map(Into::into),
    };
    let sample = LateSample {
        offset: 9,
        time: RecordTime(1),
        event_time: EventTime(2),
        delay: 3,
        record_bytes: 300,
        record: b"{".as_slice().into(),
    };
    PartitionSnapshot {
        partition: 3,
        position: Position {
            cursor: 99,
            last: Some((RecordTime(7), digest_of(b"record"))),
            read_to: Some(14),
            mark: None,
        },
        late_samples: vec![sample],
        state,
        metrics: vec![MetricSnapshot {
            id: "behavior".into(),
            state_version: 1,
            origin: 5,
            next_offset: 12,
            accounting: MetricAccounting { on_time: 5, late: 1, excluded: 2 },
            phase: MetricPhase::Stopped(stop().into()),
            build: 2,
            poison: None,
            missed: Vec::new(),
            windows: vec![
                WindowSetSnapshot {
                    panes: vec![pane(None, None)],
                    ..WindowSetSnapshot::empty(WindowSpec::Cumulative)
                },
                WindowSetSnapshot {
                    books: WindowBooks {
                        floor: Some(EventTime(5)),
                        expired: 2,
                        unplaced: 3,
                        evicted: 1,
                    },
                    final_panes: 4,
                    chain: Digest::ZERO.chain(digest_of(b"pane")),
                    panes: vec![pane(Some(window), Some(b""))],
                    spec: day,
                },
            ],
        }],
    }
}

fn stop() -> MetricStop {
    MetricStop {
        kind: StopKind::Crash,
        reason: "它崩溃了".to_owned(),
        call: Some(PluginCall::Add),
        records: Some(RecordRange { partition: 3, first: 10, last: 11 }),
        since: Some(WallClock(1_447_171_200_123)),
        place: Some(MetricPlace {
            gaps: 1,
            position: Position {
                cursor: 98,
                last: Some((RecordTime(6), digest_of(b"before"))),
                read_to: None,
                mark: None,
            },
            max_event_time: Some(EventTime(8)),
        }),
        under: Some(digest_of(b"plugin")),
    }
}

#[test]
fn what_goes_in_comes_out() {
    let snapshot = sample();
    assert_eq!(PartitionSnapshot::decode(&snapshot.encode()), Ok(snapshot));
}

#[test]
fn a_final_pane_comes_back_and_its_digest_covers_it() {
    let pane = FinalPane {
        metric: "性别".to_owned(),
        build: 0,
        spec: WindowSpec::tumbling(60_000).expect("a window"),
        partition: 3,
        state_version: 2,
        window: TimeWindow { start: EventTime(60_000), end: EventTime(120_000) },
        corrections: 1,
        on_time: Some(b"abc".as_slice().into()),
        late: None,
    };
    let bytes = pane.encode();
    assert_eq!(FinalPane::decode(&bytes), Ok(pane.clone()));
    assert_eq!(bytes[bytes.len() - 32..], pane.digest().0);
    for end in 0..bytes.len() {
        assert!(FinalPane::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(FinalPane::decode(&sample().encode()), Err(SnapshotError::NotASnapshot));
}

/// Version 3 did not know rows without a place, and its rule opened a pane for each record.
#[test]
fn a_state_of_version_3_began_under_the_first_revision_of_the_semantics() {
    let mut expected = older(sample());
    let read = PartitionSnapshot::decode(&as_version_3(sample())).expect("readable");
    assert_eq!(read, expected);
    assert_eq!((read.state.semantics, SEMANTICS), (1, 2));
    // A state that is continued keeps the revision under which it began.
    expected.state.accounting.read += 1;
    assert_eq!(PartitionSnapshot::decode(&expected.encode()), Ok(expected));
}

/// Version 2 had no phases, so a metric that was behind its partition counted as stopped there.
#[test]
fn a_state_of_version_2_tells_who_stopped_by_the_offsets() {
    let of_version_2 = |next_offset| {
        let mut snapshot = older(sample());
        snapshot.metrics[0].next_offset = next_offset;
        snapshot.metrics[0].phase = MetricPhase::Running;
        snapshot.position.read_to = None;
        PartitionSnapshot::decode(&as_version_2(snapshot.clone())).map(|read| (snapshot, read))
    };
    let (written, read) = of_version_2(12).expect("readable");
    assert_eq!(read, written);
    let (written, read) = of_version_2(9).expect("readable");
    assert_eq!(read.metrics[0].phase, MetricPhase::Stopped(MetricStop::unknown().into()));
    assert_eq!(read.metrics[0].digest(), written.metrics[0].digest());
}

/// A log that lost its end leaves a stopped metric at the very offset of its partition.
#[test]
fn a_stopped_metric_stays_stopped_at_the_offset_of_its_partition() {
    let mut snapshot = sample();
    snapshot.state.next_offset = snapshot.metrics[0].next_offset;
    let read = PartitionSnapshot::decode(&snapshot.encode()).expect("readable");
    assert_eq!(read.metrics[0].phase.stop().map(|stop| &**stop), Some(&stop()));
}

#[test]
fn a_phase_changes_no_digest() {
    let mut other = sample();
    other.metrics[0].phase = MetricPhase::Running;
    assert_eq!(other.metrics[0].digest(), sample().metrics[0].digest());
}

#[test]
fn every_cut_and_every_changed_byte_is_refused() {
    let bytes = sample().encode();
    for end in 0..bytes.len() {
        assert!(PartitionSnapshot::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 0x40;
        assert!(PartitionSnapshot::decode(&changed).is_err(), "byte {i} changed");
    }
}

#[test]
fn an_unknown_version_is_named() {
    let mut bytes = sample().encode();
    bytes[4] = 9;
    assert_eq!(PartitionSnapshot::decode(&bytes), Err(SnapshotError::UnknownVersion(9)));
    assert_eq!(PartitionSnapshot::decode(b"redb"), Err(SnapshotError::NotASnapshot));
}

#[test]
fn the_digest_of_the_state_is_blind_to_position_and_metrics() {
    let mut other = sample();
    other.position = Position::default();
    other.metrics.clear();
    other.late_samples.clear();
    assert_eq!(other.state_digest(), sample().state_digest());
    (other.state.semantics, other.state.leap) = (1, None);
    assert_eq!(other.state_digest(), sample().state_digest());
    other.state.accounting.late += 1;
    assert_ne!(other.state_digest(), sample().state_digest());
}

#[test]
fn a_log_is_read_to_the_next_offset_or_past_it() {
    let mut snapshot = sample();
    for (read_to, expected) in [(None, 12), (Some(14), 14), (Some(7), 12)] {
        snapshot.position.read_to = read_to;
        assert_eq!(snapshot.read_to(), expected, "{read_to:?}");
    }
}

/// What versions before 4 keep of a snapshot.
fn older(mut snapshot: PartitionSnapshot) -> PartitionSnapshot {
    (snapshot.state.semantics, snapshot.state.leap) = (1, None);
    snapshot.state.marks = Marks::default();
    for metric in &mut snapshot.metrics {
        (metric.build, metric.poison) = (0, None);
        metric.missed.clear();
        if let MetricPhase::Stopped(stop) = &mut metric.phase {
            Arc::make_mut(stop).under = None;
        }
    }
    let sets = snapshot.metrics.iter_mut().flat_map(|metric| &mut metric.windows);
    sets.for_each(|set| set.books.unplaced = 0);
    snapshot
}

/// The bytes that version 3 had for a snapshot.
fn as_version_3(snapshot: PartitionSnapshot) -> Vec<u8> {
    // A count that nothing else has shows where the rows without a place stand.
    let mark = 0x5EED_5EED_5EED_5EED_u64;
    let mut marked = older(snapshot);
    let sets = marked.metrics.iter_mut().flat_map(|metric| &mut metric.windows);
    sets.for_each(|set| set.books.unplaced = mark);
    // Semantics and leap; a file's mark; step and count of marks; count of lags; of each metric
    // build, `under`, poison and what it misses.
    let since = 4 + 1 + 1 + 4 + 4 + 4 + marked.metrics.len() * (4 + 1 + 1 + 4);
    let mut body = marked.encode();
    body.truncate(body.len() - 32 - since);
    while let Some(at) = body.windows(8).position(|bytes| *bytes == mark.to_le_bytes()) {
        body.drain(at..at + 8);
    }
    body[4..8].copy_from_slice(&3u32.to_le_bytes());
    seal(body)
}

/// The bytes that version 2 had for a snapshot without read position and stops.
fn as_version_2(snapshot: PartitionSnapshot) -> Vec<u8> {
    let mut body = as_version_3(snapshot);
    let no_stops = body.len() - 32 - size_of::<u32>();
    assert_eq!(body[no_stops..no_stops + 4], [0; 4]);
    body.truncate(no_stops);
    body[4..8].copy_from_slice(&2u32.to_le_bytes());
    // Magic, version, partition, cursor, mark, stamp and digest of the last record stand before.
    let mark = 4 + 4 + 4 + 8 + 1 + 8 + 32;
    assert_eq!(body.remove(mark), 0, "no read position");
    seal(body)
}
