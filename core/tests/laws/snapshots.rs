//! The bytes of a snapshot: a state comes back as it was, has one form only, and no bytes make the
//! reader panic, not even bytes that carry the right digest.

use std::ops::Range;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use streamgauge_core::{
    Accounting, AccumulatorBytes, Crash, Digest, EventTime, FileMark, GapKind, LateSample,
    LatenessHistogram, LeftOut, Mark, Marks, MetricAccounting, MetricLag, MetricPhase, MetricPlace,
    MetricSnapshot, MetricStop, MissedRecords, OffsetGap, PaneSnapshot, PartitionSnapshot,
    PartitionState, PluginCall, Poison, PoisonRecord, Position, RecordRange, RecordTime, Rejection,
    StopKind, TimeWindow, WallClock, WatermarkLeap, WindowBooks, WindowSetSnapshot, WindowSpec,
    digest_of,
};

/// Where the version of a snapshot stands. Bytes of an earlier one are read, and written in this one.
const VERSION: Range<usize> = 4..8;

fn accounting() -> impl Strategy<Value = Accounting> {
    (any::<[u64; 8]>(), any::<[u64; Rejection::KINDS]>()).prop_map(|(counts, rejections)| {
        let [read, on_time, late, fallback, future, past, late_delay_sum, late_delay_max] = counts;
        Accounting {
            read,
            on_time,
            late,
            rejections,
            fallback,
            future,
            past,
            late_delay_sum,
            late_delay_max,
        }
    })
}

fn state() -> impl Strategy<Value = PartitionState> {
    let max_event_time = prop::option::of(any::<i64>().prop_map(EventTime));
    let histogram = vec(any::<i64>(), 0..5).prop_map(|values| {
        let mut histogram = LatenessHistogram::default();
        for value in values {
            histogram.record(value);
        }
        histogram
    });
    let gap = (0..GapKind::ALL.len(), any::<(i64, i64)>())
        .prop_map(|(kind, (from, to))| OffsetGap { kind: GapKind::ALL[kind], from, to });
    let beside = (any::<u32>(), prop::option::of(any::<[i64; 4]>().prop_map(leap)), marks());
    let places = any::<(i64, i64)>();
    (places, max_event_time, accounting(), histogram, vec(gap, 0..3), beside).prop_map(
        |(
            (origin, next_offset),
            max_event_time,
            accounting,
            histogram,
            gaps,
            (semantics, leap, marks),
        )| {
            PartitionState {
                origin,
                next_offset,
                max_event_time,
                accounting,
                histogram,
                gaps,
                semantics,
                leap,
                marks,
            }
        },
    )
}

fn marks() -> impl Strategy<Value = Marks> {
    let mark = (any::<(u32, i64)>(), prop::option::of(any::<i64>()), any::<bool>()).prop_map(
        |((gaps, offset), time, is_kept)| {
            let max_event_time = time.map(EventTime);
            Mark { gaps, offset, max_event_time, is_kept }
        },
    );
    (0..64_u32, vec(mark, 0..4))
        .prop_map(|(step, marks)| Marks::from_parts(step, marks).expect("few enough"))
}

fn leap([offset, time, from, to]: [i64; 4]) -> WatermarkLeap {
    WatermarkLeap { offset, time: RecordTime(time), from: EventTime(from), to: EventTime(to) }
}

fn pane() -> impl Strategy<Value = PaneSnapshot> {
    let window = any::<(i64, i64)>()
        .prop_map(|(start, end)| TimeWindow { start: EventTime(start), end: EventTime(end) });
    let part = || vec(any::<u8>(), 0..40).prop_map(Arc::from);
    let parts = vec(part(), 1..4).prop_map(|parts| AccumulatorBytes::of_parts(parts).expect("one"));
    let state = || prop::option::of(parts.clone());
    (prop::option::of(window), any::<u64>(), state(), state()).prop_map(
        |(window, corrections, on_time, late)| PaneSnapshot { window, corrections, on_time, late },
    )
}

fn window_set() -> impl Strategy<Value = WindowSetSnapshot> {
    let spec = prop_oneof![
        Just(WindowSpec::Cumulative),
        Just(WindowSpec::Tumbling { size: 86_400_000 }),
        Just(WindowSpec::Sliding { size: 600_000, slide: 60_000 }),
    ];
    let books = (prop::option::of(any::<i64>().prop_map(EventTime)), any::<[u64; 3]>()).prop_map(
        |(floor, [expired, unplaced, evicted])| WindowBooks { floor, expired, unplaced, evicted },
    );
    (spec, books, any::<(u64, [u8; 32])>(), vec(pane(), 0..4)).prop_map(
        |(spec, books, (final_panes, chain), panes)| WindowSetSnapshot {
            spec,
            books,
            final_panes,
            chain: Digest(chain),
            panes,
        },
    )
}

fn late_sample() -> impl Strategy<Value = LateSample> {
    (any::<[i64; 4]>(), any::<u32>(), vec(any::<u8>(), 0..9)).prop_map(
        |([offset, time, event_time, delay], record_bytes, record)| LateSample {
            offset,
            time: RecordTime(time),
            event_time: EventTime(event_time),
            delay,
            record_bytes,
            record: record.into(),
        },
    )
}

fn metric() -> impl Strategy<Value = MetricSnapshot> {
    (".{0,12}", any::<(u32, i64, i64)>(), any::<[u64; 3]>(), vec(window_set(), 0..3)).prop_map(
        |(id, (state_version, origin, next_offset), [on_time, late, excluded], windows)| {
            let accounting = MetricAccounting { on_time, late, excluded };
            let phase = MetricPhase::Running;
            let build = state_version % 3;
            let missed = MissedRecords { gaps: build, from: origin, to: next_offset };
            let record = PoisonRecord { offset: origin, offered: on_time };
            let poison = Poison { under: Digest([7; 32]), records: vec![record; build as usize] };
            MetricSnapshot {
                id,
                state_version,
                origin,
                next_offset,
                accounting,
                windows,
                phase,
                build,
                poison: (build > 0).then(|| Arc::new(poison)),
                missed: vec![missed; build as usize],
            }
        },
    )
}

fn place() -> impl Strategy<Value = MetricPlace> {
    (any::<u32>(), position(), prop::option::of(any::<i64>())).prop_map(|(gaps, position, time)| {
        MetricPlace { gaps, position, max_event_time: time.map(EventTime) }
    })
}

fn phase() -> impl Strategy<Value = MetricPhase> {
    let records = any::<(u32, i64, i64)>().prop_map(|(partition, first, last)| RecordRange {
        partition,
        first,
        last,
    });
    let stop = (
        (0..StopKind::ALL.len(), ".{0,12}", prop::option::of(0..PluginCall::ALL.len())),
        (prop::option::of(records), prop::option::of(any::<i64>())),
        (prop::option::of(place()), any::<Option<[u8; 32]>>()),
    );
    let stop =
        stop.prop_map(|((kind, reason, call), (records, since), (place, under))| MetricStop {
            kind: StopKind::ALL[kind],
            reason,
            call: call.map(|call| PluginCall::ALL[call]),
            records,
            since: since.map(WallClock),
            place,
            under: under.map(Digest),
        });
    let crash =
        (".{0,12}", any::<(u32, i64, i64)>()).prop_map(|(reason, (partition, first, last))| {
            Crash { reason, records: RecordRange { partition, first, last } }
        });
    let lagging = (place(), prop::option::of(crash)).prop_map(|(place, crash)| {
        let left_out = crash.iter().map(|crash: &Crash| LeftOut {
            offset: crash.records.first,
            reason: crash.reason.clone(),
        });
        let left_out: Vec<LeftOut> = left_out.collect();
        let under = (!left_out.is_empty()).then_some(Digest([9; 32]));
        MetricPhase::Lagging(Box::new(MetricLag { place, crash, left_out, under }))
    });
    let stopped = stop.prop_map(|stop| MetricPhase::Stopped(stop.into()));
    prop_oneof![Just(MetricPhase::Running), lagging, stopped]
}

fn position() -> impl Strategy<Value = Position> {
    let last = any::<(i64, [u8; 32])>().prop_map(|(time, d)| (RecordTime(time), Digest(d)));
    let read_to = prop::option::of(any::<i64>());
    (any::<u64>(), prop::option::of(last), read_to).prop_map(|(cursor, last, read_to)| Position {
        cursor,
        last,
        read_to,
        mark: None,
    })
}

/// The mark of a file; a metric's place has none.
fn mark() -> impl Strategy<Value = Option<FileMark>> {
    let of_file = (any::<(u64, [u8; 32])>(), any::<(u64, u64, i64)>(), any::<Option<i64>>());
    prop::option::of(of_file.prop_map(|((at, digest), (device, inode, first_offset), left)| {
        FileMark { at, digest: Digest(digest), device, inode, first_offset, left }
    }))
}

fn snapshot() -> impl Strategy<Value = PartitionSnapshot> {
    let samples = vec(late_sample(), 0..3);
    let metric = (metric(), phase()).prop_map(|(metric, phase)| MetricSnapshot { phase, ..metric });
    (any::<u32>(), (position(), mark()), samples, state(), vec(metric, 0..4)).prop_map(
        |(partition, (position, mark), late_samples, state, metrics)| PartitionSnapshot {
            partition,
            position: Position { mark, ..position },
            late_samples,
            state,
            metrics,
        },
    )
}

/// The bytes of `body` followed by their digest.
fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    let digest = digest_of(&body);
    body.extend_from_slice(&digest.0);
    body
}

proptest! {
    #[test]
    fn a_snapshot_comes_back_as_it_went(snapshot in snapshot()) {
        prop_assert_eq!(PartitionSnapshot::decode(&snapshot.encode()), Ok(snapshot));
    }

    #[test]
    fn damage_is_noticed(
        snapshot in snapshot(),
        at in any::<prop::sample::Index>(),
        change in 1..=u8::MAX,
    ) {
        let mut bytes = snapshot.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(PartitionSnapshot::decode(&bytes).is_err());
    }

    /// The digest does not protect the reader here, so the reader meets counts, lengths and marks
    /// that no writer wrote. A state that the reader accepts gives the same bytes again.
    #[test]
    fn bytes_with_the_right_digest_are_read_strictly(
        snapshot in snapshot(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end in prop::option::of(any::<prop::sample::Index>()),
        tail in vec(any::<u8>(), 0..3),
    ) {
        let mut body = snapshot.encode();
        body.truncate(body.len() - 32);
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        body.truncate(end.map_or(body.len(), |end| end.index(body.len() + 1)));
        body.extend(tail);
        let bytes = sealed(body);
        if let Ok(read) = PartitionSnapshot::decode(&bytes)
            && bytes.get(VERSION) == snapshot.encode().get(VERSION)
        {
            prop_assert_eq!(read.encode(), bytes);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(body in vec(any::<u8>(), 0..200)) {
        for version in [b"SGSP\x04\0\0\0".as_slice(), b"SGSP\x05\0\0\0", b"SGSP\x06\0\0\0"] {
            let headed = [version, &body].concat();
            prop_assert!(PartitionSnapshot::decode(&body).is_err());
            prop_assert!(PartitionSnapshot::decode(&headed).is_err());
            let _ = PartitionSnapshot::decode(&sealed(headed));
        }
    }
}

/// Marks (a value or none, a kind of gap) are single bytes that random changes seldom meet, so here
/// each byte is set to each of a few values.
#[test]
fn every_mark_is_read_strictly() {
    let state = |text: &[u8]| Some(AccumulatorBytes::from(text).with(*b"and"));
    let pane = |window, late| PaneSnapshot { window, corrections: 1, on_time: state(b"s"), late };
    let window = TimeWindow { start: EventTime(0), end: EventTime(1) };
    let mut state_of = PartitionState::starting_at(7);
    state_of.max_event_time = Some(EventTime(8));
    state_of.gaps.push(OffsetGap { kind: GapKind::LogEndMoved, from: 1, to: 2 });
    state_of.leap = Some(leap([5, 6, 7, 8]));
    let place = MetricPlace { max_event_time: Some(EventTime(4)), ..MetricPlace::default() };
    let stop = MetricStop {
        kind: StopKind::TimeLimit,
        reason: "slow".to_owned(),
        call: Some(PluginCall::Open),
        records: Some(RecordRange { partition: 1, first: 7, last: 8 }),
        since: Some(WallClock(3)),
        place: Some(place),
        under: Some(digest_of(b"under")),
    };
    let snapshot = PartitionSnapshot {
        partition: 1,
        position: Position {
            cursor: 5,
            last: Some((RecordTime(6), digest_of(b"last"))),
            read_to: None,
            mark: Some(FileMark {
                at: 4,
                digest: digest_of(b"before"),
                device: 1,
                inode: 2,
                first_offset: 0,
                left: Some(3),
            }),
        },
        late_samples: Vec::new(),
        state: state_of,
        metrics: vec![MetricSnapshot {
            id: "性别".to_owned(),
            state_version: 1,
            origin: 7,
            next_offset: 9,
            accounting: MetricAccounting::default(),
            phase: MetricPhase::Stopped(stop.into()),
            build: 0,
            poison: None,
            missed: Vec::new(),
            windows: vec![WindowSetSnapshot {
                panes: vec![pane(None, None), pane(Some(window), state(b"late"))],
                ..WindowSetSnapshot::empty(WindowSpec::Cumulative)
            }],
        }],
    };
    let mut body = snapshot.encode();
    body.truncate(body.len() - 32);
    for at in (0..body.len()).filter(|at| !VERSION.contains(at)) {
        for byte in [0, 1, 2, 0x7f, 0xff] {
            let mut changed = body.clone();
            changed[at] = byte;
            let bytes = sealed(changed);
            if let Ok(read) = PartitionSnapshot::decode(&bytes) {
                assert_eq!(read.encode(), bytes, "byte {at} set to {byte}");
            }
        }
    }
}
