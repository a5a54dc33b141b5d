//! The laws of the state of a partition, on random records: late, without a time of their own,
//! ahead of their stamp, rejected, repeated. Where batches are cut, where a run stops and goes on,
//! and which other columns are decoded changes nothing.

use proptest::prelude::*;
use streamgauge_core::{
    LATE_SAMPLES_MAX, LateSample, Lateness, Outcome, Partition, PartitionState,
};

#[path = "laws/log.rs"]
mod log;
#[path = "laws/snapshots.rs"]
mod snapshots;

use log::{Entry, Settings, entries, settings};

/// A row as a metric sees it: offset, event time, values, original bytes.
type SeenRow = (i64, i64, String, Vec<u8>);

/// What a run comes to.
#[derive(Debug, PartialEq)]
struct Ran {
    state: PartitionState,
    cursor: u64,
    samples: Vec<LateSample>,
    /// Rows on time, rows late, in the order in which they were handed on.
    rows: [Vec<SeenRow>; 2],
}

/// What a run starts with: where the last one stopped.
fn start() -> Ran {
    let state = PartitionState::starting_at(0);
    Ran { state, cursor: 0, samples: Vec::new(), rows: <[Vec<SeenRow>; 2]>::default() }
}

/// Runs `entries` from where `ran` stopped, handing on the pending rows after each one whose
/// number is in `cuts`, and at the end.
fn run(mut ran: Ran, settings: &Settings, entries: &[Entry], cuts: &[bool]) -> Ran {
    let plan = settings.plan();
    let mut partition = Partition::new(&plan, ran.state, ran.cursor, ran.samples);
    let mut hand_on = |partition: &mut Partition| {
        for (lateness, rows) in Lateness::ALL.into_iter().zip(&mut ran.rows) {
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
        assert!(partition.watermark(&plan) >= before, "the watermark went back");
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
        let books = whole.state.accounting;
        prop_assert_eq!(books.on_time + books.late, whole.state.histogram.records());
        prop_assert_eq!(whole.samples.len(), whole.rows[1].len().min(LATE_SAMPLES_MAX));
        prop_assert_eq!(books.on_time, whole.rows[0].len() as u64);
        prop_assert_eq!(books.late, whole.rows[1].len() as u64);
        prop_assert!(books.late_delay_max <= books.late_delay_sum);
        prop_assert_eq!(books.late > 0, books.late_delay_sum > 0);
    }

    #[test]
    fn a_run_that_stops_and_goes_on_is_one_run(
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
    fn what_is_read_again_after_a_stop_is_counted_once(
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
        for (all, few) in all.rows.iter().zip(&few.rows) {
            let places = |rows: &[SeenRow]| rows.iter().map(|r| (r.0, r.1)).collect::<Vec<_>>();
            prop_assert_eq!(places(all), places(few));
        }
    }
}
