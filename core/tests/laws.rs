//! The laws of the state of a partition, on random records: late, without a time of their own,
//! ahead of their stamp, rejected, repeated. The state does not depend on where batches are cut,
//! where a run stops and resumes, or which other columns are decoded.

use proptest::prelude::*;
use streamgauge_core::{
    ByLateness, LATE_SAMPLES_MAX, LateSample, Outcome, Partition, PartitionState,
};

#[path = "laws/log.rs"]
mod log;
#[path = "laws/snapshots.rs"]
mod snapshots;

use log::{Entry, Settings, entries, settings};

/// A row as a metric sees it: offset, event time, values, original bytes.
type SeenRow = (i64, i64, String, Vec<u8>);

/// The state, the samples and the rows at the end of a run.
#[derive(Debug, PartialEq)]
struct Ran {
    state: PartitionState,
    cursor: u64,
    samples: Vec<LateSample>,
    /// The rows in the order in which they were handed on.
    rows: ByLateness<Vec<SeenRow>>,
}

/// The state before the first record, as a run that read nothing leaves it.
fn start() -> Ran {
    let state = PartitionState::starting_at(0);
    Ran { state, cursor: 0, samples: Vec::new(), rows: ByLateness::default() }
}

/// Runs `entries` from where `ran` stopped, handing on the pending rows after each entry whose
/// number is in `cuts`, and at the end.
fn run(mut ran: Ran, settings: &Settings, entries: &[Entry], cuts: &[bool]) -> Ran {
    let plan = settings.plan();
    let mut partition = Partition::new(&plan, ran.state, ran.cursor, ran.samples);
    let mut hand_on = |partition: &mut Partition| {
        for (lateness, rows) in ran.rows.iter_mut() {
            rows.extend(log::seen(partition.pending(lateness)));
        }
        partition.clear_pending();
    };
    for (i, entry) in entries.iter().enumerate() {
        let before = partition.watermark(&plan);
        let decoded = entry.decode(&plan.projection);
        let decoded = decoded.as_ref().map_err(Clone::clone);
        let outcome = partition.accept(&plan, entry.meta(), &entry.raw(), decoded, entry.now());
        if outcome != Outcome::Repeated {
            assert_eq!(partition.cursor(), entry.meta().cursor);
            assert_eq!(partition.state().next_offset, entry.meta().offset + 1);
        }
        assert!(partition.watermark(&plan) >= before, "the watermark fell");
        assert!(partition.state().accounting.balanced());
        if cuts.get(i).copied().unwrap_or(false) {
            hand_on(&mut partition);
        }
    }
    hand_on(&mut partition);
    ran.state = partition.state().clone();
    ran.samples = partition.late_samples();
    ran.cursor = partition.cursor();
    ran
}

fn log_and_cuts() -> impl Strategy<Value = (Vec<Entry>, Vec<bool>)> {
    entries().prop_flat_map(|entries| {
        let cuts = prop::collection::vec(any::<bool>(), entries.len());
        (Just(entries), cuts)
    })
}

proptest! {
    #[test]
    fn where_batches_are_cut_changes_nothing(
        settings in settings(),
        (entries, cuts) in log_and_cuts(),
    ) {
        let whole = run(start(), &settings, &entries, &[]);
        let cut = run(start(), &settings, &entries, &cuts);
        prop_assert_eq!(&whole, &cut);
    }

    #[test]
    fn the_books_agree_with_the_rows_that_metrics_see(
        settings in settings(),
        (entries, cuts) in log_and_cuts(),
    ) {
        let ran = run(start(), &settings, &entries, &cuts);
        let books = ran.state.accounting;
        let [on_time, late] = ran.rows.as_ref().map(|rows| rows.len() as u64).into_array();
        prop_assert_eq!((books.on_time, books.late), (on_time, late));
        prop_assert_eq!(on_time + late, ran.state.histogram.records());
        prop_assert_eq!(ran.samples.len() as u64, late.min(LATE_SAMPLES_MAX as u64));
        prop_assert!(books.late_delay_max <= books.late_delay_sum);
        prop_assert_eq!(late > 0, books.late_delay_sum > 0);
    }

    #[test]
    fn a_run_that_stops_and_resumes_is_one_run(
        settings in settings(),
        (entries, _) in log_and_cuts(),
        at in any::<prop::sample::Index>(),
    ) {
        let whole = run(start(), &settings, &entries, &[]);
        let at = at.index(entries.len() + 1);
        let first = run(start(), &settings, &entries[..at], &[]);
        let resumed = run(first, &settings, &entries[at..], &[]);
        prop_assert_eq!(&whole, &resumed);
        prop_assert_eq!(log::digest(&whole.state), log::digest(&resumed.state));
    }

    #[test]
    fn a_record_that_is_read_again_after_a_stop_is_counted_once(
        settings in settings(),
        (entries, _) in log_and_cuts(),
        stop in any::<prop::sample::Index>(),
        again in any::<prop::sample::Index>(),
    ) {
        let whole = run(start(), &settings, &entries, &[]);
        let stop = stop.index(entries.len() + 1);
        let again = again.index(stop + 1);
        let first = run(start(), &settings, &entries[..stop], &[]);
        let resumed = run(first, &settings, &entries[again..], &[]);
        prop_assert_eq!(whole, resumed);
    }

    #[test]
    fn columns_that_only_metrics_read_do_not_touch_the_state(
        settings in settings(),
        (entries, _) in log_and_cuts(),
    ) {
        let all = run(start(), &settings, &entries, &[]);
        let few = settings.without_metrics();
        let few = run(start(), &few, &entries, &[]);
        prop_assert_eq!(log::digest(&all.state), log::digest(&few.state));
        let places = |rows: Vec<SeenRow>| rows.iter().map(|r| (r.0, r.1)).collect::<Vec<_>>();
        prop_assert_eq!(all.rows.map(places), few.rows.map(places));
    }
}
