//! Stored bytes as the core writes them, and the buckets of the histogram.

use std::sync::Arc;

use proptest::prelude::*;
use streamgauge_core::{
    Digest, EventTime, MetricAccounting, MetricPhase, MetricSnapshot, PaneSnapshot, TimeWindow,
    WindowBooks, WindowSetSnapshot, WindowSpec,
};

use crate::semantics::histogram::{Histogram, bucket};
use crate::semantics::{FinalPane, MetricState, PaneState, Span, WindowState};

const MINUTE: i64 = 60_000;

/// A state of an accumulator, where there is one.
fn side() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..5))
}

fn shared(side: Option<&Vec<u8>>) -> Option<Arc<[u8]>> {
    side.map(|bytes| bytes.as_slice().into())
}

fn window(span: Span) -> TimeWindow {
    TimeWindow { start: EventTime(span.start), end: EventTime(span.end) }
}

fn panes() -> impl Strategy<Value = Vec<PaneState>> {
    let span = (-100..100_i64)
        .prop_map(|minute| Span { start: minute * MINUTE, end: (minute + 1) * MINUTE });
    let pane = (prop::option::of(span), any::<u64>(), side(), side());
    let pane = pane.prop_map(|(span, corrections, on_time, late)| PaneState {
        span,
        corrections,
        on_time,
        late,
    });
    prop::collection::vec(pane, 0..4)
}

fn windows() -> impl Strategy<Value = WindowState> {
    let kind = prop::sample::select(vec![(0, 0), (MINUTE, MINUTE), (10 * MINUTE, MINUTE)]);
    let counts = (prop::option::of(any::<i64>()), any::<[u64; 4]>());
    (kind, counts, any::<[u8; 32]>(), panes()).prop_map(
        |((size, slide), (floor, [expired, unplaced, evicted, final_panes]), chain, panes)| {
            WindowState {
                size,
                slide,
                floor,
                expired,
                unplaced,
                evicted,
                final_panes,
                chain,
                panes,
                finals: Vec::new(),
            }
        },
    )
}

fn of_core(windows: &WindowState) -> WindowSetSnapshot {
    let pane = |pane: &PaneState| PaneSnapshot {
        window: pane.span.map(window),
        corrections: pane.corrections,
        on_time: shared(pane.on_time.as_ref()).map(Into::into),
        late: shared(pane.late.as_ref()).map(Into::into),
    };
    let WindowState { expired, unplaced, evicted, .. } = *windows;
    let floor = windows.floor.map(EventTime);
    WindowSetSnapshot {
        spec: WindowSpec::from_millis(windows.size, windows.slide).expect("a window"),
        books: WindowBooks { floor, expired, unplaced, evicted },
        final_panes: windows.final_panes,
        chain: Digest(windows.chain),
        panes: windows.panes.iter().map(pane).collect(),
    }
}

proptest! {
    #[test]
    fn a_metric_has_the_digest_that_the_core_gives_it(
        id in "[a-z行_]{0,6}",
        (state_version, origin, next_offset) in any::<(u32, i64, i64)>(),
        (on_time, late, excluded) in any::<(u64, u64, u64)>(),
        windows in prop::collection::vec(windows(), 0..3),
    ) {
        let snapshot = MetricSnapshot {
            id: id.clone(),
            state_version,
            origin,
            next_offset,
            accounting: MetricAccounting { on_time, late, excluded },
            windows: windows.iter().map(of_core).collect(),
            phase: MetricPhase::Running,
            build: 0,
            poison: None,
            missed: Vec::new(),
        };
        let state = MetricState { id, state_version, origin, next_offset, on_time, late, excluded, windows };
        prop_assert_eq!(Some(state.digest()), snapshot.digest());
    }

    #[test]
    fn a_final_pane_has_the_bytes_that_the_core_stores(
        metric in "[a-z行_]{0,6}",
        (partition, state_version, corrections) in any::<(u32, u32, u64)>(),
        start in any::<i32>(),
        (on_time, late) in (side(), side()),
    ) {
        let start = i64::from(start) * MINUTE;
        let span = Span { start, end: start + MINUTE };
        let core = streamgauge_core::FinalPane {
            metric: metric.clone(),
            build: 0,
            spec: WindowSpec::Sliding { size: 5 * MINUTE, slide: MINUTE },
            partition,
            state_version,
            window: window(span),
            corrections,
            on_time: shared(on_time.as_ref()),
            late: shared(late.as_ref()),
        };
        let (size, slide) = (5 * MINUTE, MINUTE);
        let pane = FinalPane { metric, size, slide, partition, state_version, span, corrections, on_time, late };
        prop_assert_eq!(pane.encode(), core.encode());
        prop_assert_eq!(pane.digest(), core.digest());
    }

    #[test]
    fn buckets_grow_with_their_values_and_are_an_eighth_wide_at_most(value in any::<u64>(), shift in 0..64_u32) {
        let value = value >> shift;
        let mut histogram = Histogram::default();
        prop_assert_eq!(histogram.count(value), bucket(value));
        let largest = histogram.bound_for(1000).expect("there is a record");
        prop_assert!(largest >= value && bucket(largest) == bucket(value));
        prop_assert!(largest == u64::MAX || bucket(largest + 1) == bucket(value) + 1);
        prop_assert!(u128::from(largest - value) * 8 <= u128::from(value));
    }
}

#[test]
fn a_bound_for_no_record_is_that_of_the_first_bucket() {
    let mut histogram = Histogram::default();
    assert_eq!(histogram.bound_for(0), None);
    for behind in [70, 5] {
        histogram.count(behind);
    }
    assert_eq!((histogram.bound_for(0), histogram.bound_for(500)), (Some(5), Some(5)));
    assert_eq!(histogram.bound_for(501), Some(71), "more than half of the records");
    assert_eq!(histogram.bound_for(1001), None, "more records than there are");
}
