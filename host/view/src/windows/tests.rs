//! Windows over partitions: what a window is called, how long it is shown, which window is the
//! present one, and which states it is merged from. A state is a text here, so what a window is
//! merged from can be read.

use proptest::collection::vec;
use proptest::prelude::*;
use streamgauge_core::{FinalPane, Lateness, PaneSnapshot, WindowBooks};

use super::*;
use crate::testing::{
    METRIC, MINUTE, metric, minutes, pane, partition, plan, set, settings, state,
};

const MINUTES: WindowSpec = WindowSpec::Tumbling { size: MINUTE };
const THREE: WindowSpec = WindowSpec::Sliding { size: 3 * MINUTE, slide: MINUTE };
const DAYS: WindowSpec = WindowSpec::Tumbling { size: 86_400_000 };

/// How long a pane takes rows after its end, and how long it is kept after that, in minutes.
const RETENTION: u64 = 2;
const KEEP: u64 = 3;

/// Asks about windows of `published` in `zone`.
fn ask<T>(zone: Tz, published: &Published, question: impl FnOnce(&Survey<'_>) -> T) -> T {
    let (plan, settings) = (plan(), settings(&[], RETENTION));
    let stored = &published.stored;
    question(&Survey { plan: &plan, zone, settings: &settings, published, stored })
}

fn published(partitions: Vec<PartitionSnapshot>) -> Published {
    let partitions = partitions.into_iter().map(Arc::new).collect();
    let history_keep = std::time::Duration::from_mins(KEEP);
    Published { partitions, history_keep, ..Published::default() }
}

/// A partition up to a time in milliseconds, with panes of the metric.
fn with(number: u32, time: i64, spec: WindowSpec, panes: Vec<PaneSnapshot>) -> PartitionSnapshot {
    partition(number, Some(time), vec![metric(METRIC, vec![set(spec, panes)])])
}

fn final_pane(partition: u32, window: TimeWindow, text: &str) -> FinalPane {
    FinalPane {
        metric: METRIC.to_owned(),
        build: 0,
        spec: MINUTES,
        partition,
        state_version: 1,
        window,
        corrections: 0,
        on_time: Some(state(text)),
        late: None,
    }
}

/// The states that a window is merged from, in order; late ones in brackets.
fn merged(window: &Window) -> String {
    let text = |lateness: Lateness| {
        window.pieces.iter().filter_map(move |piece| {
            let States::Held { states, .. } = &piece.states else { panic!("it is held") };
            let state = states[lateness as usize].as_ref()?;
            let text = String::from_utf8_lossy(state.as_whole().expect("it is whole"));
            let is_late = lateness == Lateness::Late;
            Some(if is_late { format!("[{text}]") } else { text.into_owned() })
        })
    };
    Lateness::ALL.into_iter().flat_map(text).collect::<Vec<_>>().join(" ")
}

/// A window as its minutes, its phase and its states.
fn show(window: &Window) -> String {
    let span = window.id.window.map_or("always".to_owned(), |TimeWindow { start, end }| {
        format!("{}-{}", start.0 / MINUTE, end.0 / MINUTE)
    });
    let state = window.state.map_or("", WindowState::name);
    format!("{span} {state}: {}", merged(window))
}

fn shown(published: &Published, spec: WindowSpec) -> Vec<String> {
    ask(Tz::UTC, published, |survey| survey.windows(spec).iter().map(show).collect())
}

#[test]
fn a_window_is_open_closed_corrected_or_final_by_the_watermarks_of_all() {
    use WindowState::{Closed, Corrected, Final, Open};
    // The window ends at 60,000 and takes rows until 180,000.
    let phase = |times: [Option<i64>; 2], idle: &[u32], corrections| {
        let window = Some(minutes(0, 1));
        let of = |number: u32| {
            let pane = PaneSnapshot { corrections, ..pane(window, "x") };
            let metric = metric(METRIC, vec![set(MINUTES, vec![pane])]);
            partition(number, times[number as usize], vec![metric])
        };
        let idle = idle.iter().copied().collect();
        let published = Published { idle, ..published(vec![of(0), of(1)]) };
        ask(Tz::UTC, &published, |survey| survey.windows(MINUTES)[0].state.expect("a phase"))
    };
    for (times, idle, corrections, expected) in [
        ([Some(59_999), Some(90_000)], &[][..], 0, Open),
        ([Some(60_000), Some(90_000)], &[], 0, Closed),
        ([Some(60_000), Some(90_000)], &[], 1, Corrected),
        ([Some(59_999), Some(90_000)], &[], 1, Open),
        ([None, Some(90_000)], &[], 0, Open),
        ([None, Some(90_000)], &[0], 0, Closed),
        ([None, None], &[0, 1], 0, Closed),
        ([None, Some(200_000)], &[0], 0, Closed),
        ([Some(179_999), Some(200_000)], &[], 0, Closed),
        ([Some(180_000), Some(200_000)], &[], 0, Final),
        ([Some(180_000), Some(200_000)], &[0], 7, Final),
    ] {
        assert_eq!(phase(times, idle, corrections), expected, "{times:?} {idle:?} {corrections}");
    }
}

#[test]
fn a_window_that_made_room_is_final_before_the_watermark_is_past_it() {
    for (floor, expected) in
        [(Some(2), "2-3 open: x"), (Some(3), "2-3 final: x"), (None, "2-3 open: x")]
    {
        let floor = floor.map(|minute| EventTime(minute * MINUTE));
        let mut set = set(MINUTES, vec![pane(Some(minutes(2, 3)), "x")]);
        set.books = WindowBooks { floor, ..WindowBooks::default() };
        let partition = partition(0, Some(0), vec![metric(METRIC, vec![set])]);
        assert_eq!(shown(&published(vec![partition]), MINUTES), [expected], "{floor:?}");
    }
}

#[test]
fn a_window_leaves_when_the_first_partition_no_longer_keeps_it() {
    // A pane that ends at minute 1 is kept until minute 1 + 2 + 3.
    for (time, expected) in [(6 * MINUTE - 1, &["0-1 final: x"][..]), (6 * MINUTE, &[])] {
        let one = with(0, time, MINUTES, Vec::new());
        let other = with(1, 4 * MINUTE, MINUTES, Vec::new());
        let mut published = published(vec![one, other]);
        published.final_panes = vec![Arc::new(final_pane(1, minutes(0, 1), "x"))];
        assert_eq!(shown(&published, MINUTES), expected, "{time}");
    }
}

#[test]
fn a_sliding_window_leaves_with_its_first_pane_though_its_others_are_kept() {
    for (minute, expected) in [
        (5, &["0-3 final: x", "1-4 closed: x", "2-5 closed: x"][..]),
        (6, &["1-4 final: x", "2-5 closed: x"]),
        (7, &["2-5 final: x"]),
        (8, &[]),
    ] {
        let panes = vec![pane(Some(minutes(2, 3)), "x")];
        let published = published(vec![with(0, minute * MINUTE, THREE, panes)]);
        assert_eq!(shown(&published, THREE), expected, "{minute}");
    }
}

#[test]
fn sliding_windows_share_panes_and_only_those_with_a_row_are_listed() {
    let panes = vec![pane(Some(minutes(4, 5)), "four"), pane(Some(minutes(9, 10)), "nine")];
    let published = published(vec![with(0, 4 * MINUTE, THREE, panes)]);
    let expected = [
        "2-5 open: four",
        "3-6 open: four",
        "4-7 open: four",
        "7-10 open: nine",
        "8-11 open: nine",
        "9-12 open: nine",
    ];
    assert_eq!(shown(&published, THREE), expected);
}

#[test]
fn a_pane_that_no_row_of_the_metric_is_in_makes_no_window() {
    let empty = PaneSnapshot { on_time: None, ..pane(Some(minutes(0, 1)), "") };
    let published = published(vec![with(0, 0, MINUTES, vec![empty])]);
    assert!(shown(&published, MINUTES).is_empty());
}

#[test]
fn a_pane_that_is_found_among_the_stored_ones_too_counts_once() {
    let mut published = published(vec![with(0, 2 * MINUTE, MINUTES, Vec::new())]);
    let pane = Arc::new(final_pane(0, minutes(0, 1), "x"));
    published.final_panes = vec![Arc::clone(&pane), pane];
    assert_eq!(shown(&published, MINUTES), ["0-1 closed: x"]);
}

#[test]
fn panes_of_other_metrics_and_of_other_kinds_stay_out() {
    let own = set(MINUTES, vec![pane(Some(minutes(0, 1)), "own")]);
    let other = set(THREE, vec![pane(Some(minutes(0, 1)), "kind")]);
    let strange = set(MINUTES, vec![pane(Some(minutes(0, 1)), "metric")]);
    let metrics = vec![metric("ages", vec![strange]), metric(METRIC, vec![other, own])];
    let mut published = published(vec![partition(0, Some(0), metrics)]);
    let of = |change: fn(&mut FinalPane)| {
        let mut pane = final_pane(1, minutes(0, 1), "final");
        change(&mut pane);
        Arc::new(pane)
    };
    published.final_panes = vec![of(|p| p.metric = "ages".to_owned()), of(|p| p.spec = DAYS)];
    assert_eq!(shown(&published, MINUTES), ["0-1 open: own"]);
    published.final_panes.push(of(|_| ()));
    assert_eq!(shown(&published, MINUTES), ["0-1 open: own final"], "of a partition that left");
}

#[test]
fn the_cumulative_window_is_always_there_and_never_ends() {
    assert_eq!(shown(&published(Vec::new()), WindowSpec::Cumulative), ["always : "]);
    let late = PaneSnapshot { late: Some(state("l0").into()), ..pane(None, "p0") };
    let cumulative = |number, pane| {
        let minute = set(MINUTES, vec![crate::testing::pane(Some(minutes(0, 1)), "minute")]);
        let windows = vec![set(WindowSpec::Cumulative, vec![pane]), minute];
        partition(number, Some(90 * MINUTE), vec![metric(METRIC, windows)])
    };
    let published = published(vec![cumulative(0, late), cumulative(1, pane(None, "p1"))]);
    assert_eq!(shown(&published, WindowSpec::Cumulative), ["always : p0 p1 [l0]"]);
    let current = ask(Tz::UTC, &published, |survey| show(&survey.current(WindowSpec::Cumulative)));
    assert_eq!(current, "always : p0 p1 [l0]");
}

#[test]
fn the_present_window_is_the_one_at_the_largest_event_time_with_or_without_rows() {
    let current =
        |published: &Published, spec| ask(Tz::UTC, published, |survey| show(&survey.current(spec)));
    let panes = vec![pane(Some(minutes(3, 4)), "three"), pane(Some(minutes(5, 6)), "five")];
    let behind = with(0, 5 * MINUTE, MINUTES, panes.clone());
    let ahead = partition(1, Some(7 * MINUTE + 1), Vec::new());
    let all = published(vec![behind.clone(), ahead]);
    assert_eq!(current(&all, MINUTES), "7-8 open: ");
    assert_eq!(current(&published(vec![behind]), MINUTES), "5-6 open: five");
    // Of the sliding windows that hold the time, the one that ends first.
    let sliding = published(vec![with(0, 5 * MINUTE, THREE, panes.clone())]);
    assert_eq!(current(&sliding, THREE), "3-6 open: three five");
    // Without an event time, as where all records lack one, the newest window with rows.
    let metrics = vec![metric(METRIC, vec![set(MINUTES, panes)])];
    assert_eq!(current(&published(vec![partition(0, None, metrics)]), MINUTES), "5-6 open: five");
}

#[test]
fn the_last_windows_are_one_from_the_first_start_to_the_present_end() {
    let panes = vec![pane(Some(minutes(1, 2)), "one"), pane(Some(minutes(4, 5)), "four")];
    let published = published(vec![with(0, 5 * MINUTE, MINUTES, panes)]);
    let last = |spec, count| {
        ask(Tz::UTC, &published, |survey| survey.last(spec, count).as_ref().map(show))
    };
    assert_eq!(last(MINUTES, 1).as_deref(), Some("5-6 open: "));
    assert_eq!(last(MINUTES, 2).as_deref(), Some("4-6 open: four"));
    assert_eq!(last(MINUTES, 5).as_deref(), Some("1-6 open: one four"));
    assert_eq!(last(MINUTES, 8).as_deref(), Some("-2-6 open: one four"));
    assert_eq!(last(THREE, 2), None, "sliding windows overlap");
    assert_eq!(last(WindowSpec::Cumulative, 2), None);
}

#[test]
fn the_last_days_over_a_change_of_clocks_are_civil_days() {
    // Noon of 29 March 2026, a day of 23 hours in Berlin.
    let noon = 1_774_778_400_000;
    let published = published(vec![partition(0, Some(noon), Vec::new())]);
    for (count, hours) in [(1, 23), (2, 47), (7, 167)] {
        let last = ask(Tz::Europe__Berlin, &published, |survey| survey.last(DAYS, count));
        let window = last.and_then(|window| window.id.window).expect("days follow each other");
        assert_eq!(window.end.since(window.start), hours * 60 * MINUTE, "{count}");
    }
}

/// A pane with rows: partition, minute, verdict, and whether it is final and stored.
type Rows = (u32, i64, Lateness, bool);

fn rows() -> impl Strategy<Value = Vec<Rows>> {
    let verdict = prop_oneof![Just(Lateness::OnTime), Just(Lateness::Late)];
    vec((0..4_u32, 0..8_i64, verdict, any::<bool>()), 0..40)
}

/// What partitions publish after these rows. A pane is final as its first row says.
fn publish(rows: &[Rows], spec: WindowSpec) -> Published {
    let mut panes: BTreeMap<(u32, i64), FinalPane> = BTreeMap::new();
    let mut stored = BTreeMap::new();
    for &(partition, minute, lateness, is_final) in rows {
        let window = minutes(minute, minute + 1);
        let found = panes.entry((partition, minute)).or_insert_with(|| FinalPane {
            spec,
            on_time: None,
            ..final_pane(partition, window, "")
        });
        let text = Some(state(&format!("{minute}@{partition}")));
        match lateness {
            Lateness::OnTime => found.on_time = text,
            Lateness::Late => found.late = text,
        }
        stored.entry((partition, minute)).or_insert(is_final);
    }
    let (stored, open): (Vec<_>, Vec<_>) = panes.into_iter().partition(|(place, _)| stored[place]);
    let of = |number: u32| {
        let own = open.iter().filter(|((partition, _), _)| *partition == number);
        let panes = own.map(|(_, pane)| PaneSnapshot {
            window: Some(pane.window),
            corrections: 0,
            on_time: pane.on_time.clone().map(Into::into),
            late: pane.late.clone().map(Into::into),
        });
        with(number, 0, spec, panes.collect())
    };
    let final_panes = stored.into_iter().map(|(_, pane)| Arc::new(pane)).collect();
    Published { final_panes, ..published((0..4).map(of).collect()) }
}

/// The windows of `panes` minutes that rows are in, each with its states: on time before late,
/// then by pane, then by partition.
fn model(rows: &[Rows], panes: i64) -> Vec<String> {
    let of_window = |start: i64| {
        let mut states: Vec<_> = rows
            .iter()
            .filter(|(_, minute, ..)| (start..start + panes).contains(minute))
            .map(|(partition, minute, lateness, _)| (*lateness, *minute, *partition))
            .collect();
        states.sort_unstable();
        states.dedup();
        let text = |(lateness, minute, partition): &(Lateness, i64, u32)| match lateness {
            Lateness::OnTime => format!("{minute}@{partition}"),
            Lateness::Late => format!("[{minute}@{partition}]"),
        };
        let states: Vec<_> = states.iter().map(text).collect();
        (!states.is_empty())
            .then(|| format!("{start}-{} open: {}", start + panes, states.join(" ")))
    };
    (1 - panes..8).filter_map(of_window).collect()
}

proptest! {
    #[test]
    fn the_order_of_a_merge_depends_on_nothing_but_verdict_pane_and_partition(
        rows in rows(),
        turn in 0..8_usize,
    ) {
        for (spec, panes) in [(MINUTES, 1), (THREE, 3)] {
            let mut published = publish(&rows, spec);
            // Final panes come from the store and from several workers, in no common order.
            let count = published.final_panes.len();
            published.final_panes.rotate_left(turn.min(count));
            if turn % 2 == 1 {
                published.final_panes.reverse();
            }
            prop_assert_eq!(shown(&published, spec), model(&rows, panes));
        }
    }
}
