//! Windows that are found some panes at a time are those that are found at once.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::btree_set;
use proptest::prelude::*;
use streamgauge_core::FinalPane;
use streamgauge_outbox::{HistoryStore, StoredPane};

use super::*;
use crate::Published;
use crate::testing::{METRIC, MINUTE, metric, minutes, pane, partition, plan, set, settings};

const KINDS: [WindowSpec; 2] = [
    WindowSpec::Tumbling { size: MINUTE },
    WindowSpec::Sliding { size: 5 * MINUTE, slide: MINUTE },
];

/// Panes by start and partition, in that order.
struct Stored(Vec<StoredPane>);

impl HistoryStore for Stored {
    fn panes(
        &self,
        _: &str,
        _: WindowSpec,
        _: EventTime,
        _: EventTime,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError> {
        Err(HistoryError("nobody asks for states".to_owned()))
    }

    fn find(
        &self,
        metric: &str,
        spec: WindowSpec,
        starts: TimeWindow,
        take: Take,
    ) -> Result<Vec<StoredPane>, HistoryError> {
        let is_meant = |pane: &&StoredPane| {
            *pane.series == *metric && pane.spec == spec && starts.contains(pane.window.start)
        };
        let found: Vec<StoredPane> = self.0.iter().filter(is_meant).cloned().collect();
        let count = found.len();
        Ok(match take {
            Take::Oldest(most) => found.into_iter().take(most).collect(),
            Take::Newest(most) => found.into_iter().skip(count.saturating_sub(most)).collect(),
        })
    }

    fn pane(&self, _: &StoredPane) -> Result<Option<Arc<FinalPane>>, HistoryError> {
        Err(HistoryError("nobody asks for states".to_owned()))
    }
}

/// What a window is, and of how many panes it is merged.
fn told(window: &Window) -> (Option<TimeWindow>, Option<crate::WindowState>, usize) {
    (window.id.window, window.state, window.pieces.len())
}

proptest! {
    #[test]
    fn walking_finds_every_window_once_with_all_its_panes(
        stored in btree_set((0..60_i64, 0..3_u32), 0..60),
        open in btree_set(50..70_i64, 0..8),
        (kind, from, panes_max) in (0..2_usize, -5..70_i64, 1..8_usize),
        count in 0..12_usize,
    ) {
        let spec = KINDS[kind];
        let of = |(start, partition): (i64, u32)| StoredPane {
            series: METRIC.into(),
            spec,
            window: minutes(start, start + 1),
            partition,
            is_corrected: false,
            revision: 0,
        };
        let stored: Vec<StoredPane> = stored.into_iter().map(of).collect();
        let open = open.into_iter().map(|start| pane(Some(minutes(start, start + 1)), "x"));
        let open: Vec<_> = open.collect();
        let of = |number| {
            let panes = if number == 0 { open.clone() } else { Vec::new() };
            partition(number, Some(60 * MINUTE), vec![metric(METRIC, vec![set(spec, panes)])])
        };
        let published = Published {
            partitions: (0..3).map(|number| Arc::new(of(number))).collect(),
            history_keep: Duration::from_mins(50),
            history: Some(Arc::new(Stored(stored.clone()))),
            ..Published::default()
        };
        let (plan, settings) = (plan(), settings(&[], 2));
        let survey = |stored| {
            let (plan, settings, published) = (&plan, &settings, &published);
            Survey { plan, zone: chrono_tz::Tz::UTC, settings, published, stored }
        };
        let from = EventTime(from * MINUTE);
        let all: Vec<_> = survey(&stored).windows(spec).iter().map(told).collect();
        let later: Vec<_> =
            all.iter().filter(|(window, ..)| window.expect("a window").start >= from).collect();
        let mut walk = Walk::new(survey(&[]), spec, from);
        walk.panes_max = panes_max;
        let walked = walk.map(|window| told(&window.expect("it is found")));
        let walked: Vec<_> = walked.collect();
        prop_assert_eq!(walked.iter().collect::<Vec<_>>(), later);
        let starts: Vec<EventTime> =
            all.iter().rev().map(|(window, ..)| window.expect("a window").start).collect();
        let found = newest(&survey(&[]), spec, count, |_| true).expect("they are found");
        prop_assert_eq!(&found[..], &starts[..count.min(starts.len())]);
    }
}
