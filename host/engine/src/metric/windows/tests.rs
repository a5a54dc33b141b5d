//! The order of rows, the panes of a batch, and which rows correct a closed window.

use proptest::prelude::*;

use super::*;
use crate::metric::testing::batch;

/// Which row comes when, by the offsets of both batches.
fn order(on_time: &[i64], late: &[i64]) -> Vec<i64> {
    let rows =
        |offsets: &[i64]| batch(&offsets.iter().map(|o| (*o, None, None)).collect::<Vec<_>>());
    let (on_time, late) = (rows(on_time), rows(late));
    let batches = ByLateness::new(&on_time, &late);
    let rows = |(of, rows): (Lateness, Range<usize>)| rows.map(move |row| (of, row));
    let rows = in_order(batches).flat_map(rows);
    rows.map(|(lateness, row)| batches[lateness].metas()[row].offset).collect()
}

#[test]
fn rows_of_both_verdicts_are_placed_in_the_order_of_their_offsets() {
    assert_eq!(order(&[], &[]), [0_i64; 0]);
    assert_eq!(order(&[3, 4], &[]), [3, 4]);
    assert_eq!(order(&[], &[3, 4]), [3, 4]);
    assert_eq!(order(&[1, 5, 6], &[0, 2, 3, 9]), [0, 1, 2, 3, 5, 6, 9]);
}

proptest! {
    #[test]
    fn whatever_the_verdicts_each_row_comes_once_and_in_order(is_late in prop::collection::vec(any::<bool>(), 0..40)) {
        let of = |wanted: bool| -> Vec<i64> {
            (0..).zip(&is_late).filter(|(_, late)| **late == wanted).map(|(offset, _)| offset).collect()
        };
        let every: Vec<i64> = (0..is_late.len() as i64).collect();
        prop_assert_eq!(order(&of(false), &of(true)), every);
    }
}

#[test]
fn a_batch_in_one_pane_is_placed_as_a_whole() {
    let pane = |start: i64| Some(EventTime(start));
    let of = |panes: Vec<Option<EventTime>>| {
        let outside = panes.iter().filter(|pane| pane.is_none()).count() as u32;
        Placement::of(Rows { panes, outside, ..Rows::default() })
    };
    assert!(matches!(of(vec![pane(60); 3]), Placement::Whole(EventTime(60))));
    for mixed in [vec![pane(60), pane(0)], vec![pane(60), None], vec![None, pane(60)], vec![None]] {
        let placement = of(mixed.clone());
        let Placement::Rows(rows) = &placement else { panic!("{mixed:?}") };
        assert_eq!(rows.panes, mixed);
        let of_panes =
            rows.by_pane.iter().flat_map(|(pane, rows)| rows.iter().map(|r| (*r, *pane)));
        let mut of_panes: Vec<(u32, EventTime)> = of_panes.collect();
        of_panes.sort_unstable();
        let by_row = (0..).zip(&mixed).filter_map(|(row, pane)| Some((row, (*pane)?)));
        assert_eq!(of_panes, by_row.collect::<Vec<_>>());
        assert_eq!(placement.leaves_out(), mixed.contains(&None));
        let held: Vec<bool> = (0..mixed.len() as u32).map(|row| placement.holds(row)).collect();
        assert_eq!(held, mixed.iter().map(Option::is_some).collect::<Vec<_>>());
    }
    assert!(matches!(of(Vec::new()), Placement::Rows(rows) if rows == Rows::default()));
    assert!(of(vec![pane(0)]).holds(0));
}

#[test]
fn a_row_corrects_a_window_whose_end_the_watermark_had_reached() {
    let window = Some(TimeWindow { start: EventTime(0), end: EventTime(100) });
    let watermarks = [None, Some(99), Some(100), Some(101)].map(|time| time.map(EventTime));
    let of = |rows: &[u32]| corrections(window, &watermarks, rows.iter().copied());
    assert_eq!((of(&[0]), of(&[1]), of(&[2]), of(&[3])), (0, 0, 1, 1));
    assert_eq!(of(&[0, 1, 2, 3]), 2);
    assert_eq!(of(&[]), 0);
    assert_eq!(corrections(window, &watermarks[..2], 0..2), 0);
    assert_eq!(corrections(window, &[], std::iter::empty()), 0);
    assert_eq!(corrections(None, &watermarks, 0..4), 0, "the cumulative window never ends");
}
