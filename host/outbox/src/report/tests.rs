//! Reports of several workers as one: counts add up, whichever worker is asked first.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::FlushCause;

fn counts(taken: u64, from: Instant, seconds: u64) -> WorkerCounts {
    let mut counts = WorkerCounts {
        taken,
        span: Some((from, from + Duration::from_secs(seconds))),
        ages: Ages { rows: taken, old: 1 },
        ..WorkerCounts::default()
    };
    let cost = MetricCost { rows: taken, memory_bytes: 100, ..MetricCost::default() };
    counts.costs.insert("age".to_owned(), cost);
    counts.stages.decode = Duration::from_secs(seconds);
    counts.batches.flushed(taken, FlushCause::Full);
    counts.latency.record(20, taken);
    counts
}

#[test]
fn counts_of_workers_add_up_and_outlive_them() {
    let start = Instant::now();
    let mut all = counts(10, start + Duration::from_secs(1), 5).ended();
    all.merge(&counts(20, start, 2));
    assert_eq!(all.taken, 30);
    assert_eq!(all.span, Some((start, start + Duration::from_secs(6))));
    assert_eq!(all.ages, Ages { rows: 30, old: 2 });
    assert_eq!((all.costs["age"].rows, all.costs["age"].memory_bytes), (30, 100));
    assert_eq!(all.stages.total(), Duration::from_secs(7));
    assert_eq!(all.batches.by_cause(FlushCause::Full), 2);
    assert_eq!((all.batches.rows().sum(), all.latency.count()), (30, 30));
}

#[test]
fn levels_are_those_of_all_workers() {
    let level = |partition: u32| WorkerLevels {
        log_ends: [(partition, Some(7))].into(),
        queue_records: 3,
        publish_every: Duration::from_millis(20 * u64::from(partition)),
    };
    let mut all = level(1);
    all.merge(&level(0));
    all.merge(&level(2));
    assert_eq!(all.log_ends.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((all.queue_records, all.publish_every), (9, Duration::from_millis(40)));
}

#[test]
fn a_worker_without_records_changes_no_span() {
    let start = Instant::now();
    let some = counts(1, start, 3);
    for (mut all, other) in
        [(WorkerCounts::default(), some.clone()), (some.clone(), WorkerCounts::default())]
    {
        all.merge(&other);
        assert_eq!(all, some);
    }
}

#[test]
fn the_memory_of_an_ended_worker_is_given_back_and_nothing_else() {
    let mut counts = counts(7, Instant::now(), 1);
    let cost = MetricCost {
        rows: 1,
        time: Duration::from_secs(2),
        exporting: Duration::from_secs(1),
        memory_bytes: 9,
        traps: 3,
    };
    counts.costs.insert("gender".to_owned(), cost);
    let ended = counts.ended();
    assert_eq!(ended.costs["gender"], MetricCost { memory_bytes: 0, ..cost });
    assert_eq!(WorkerCounts { costs: counts.costs.clone(), ..ended.clone() }, counts);
    assert_eq!(ended.ended(), ended);
}

#[test]
fn an_end_that_is_not_known_is_told_as_such() {
    let level = |ends: &[(u32, Option<i64>)]| WorkerLevels {
        log_ends: ends.iter().copied().collect(),
        ..WorkerLevels::default()
    };
    let mut all = level(&[(0, Some(7)), (2, None)]);
    all.merge(&level(&[(1, None)]));
    assert_eq!(all, level(&[(0, Some(7)), (1, None), (2, None)]));
}

/// What one worker counted: whatever of it came about, in small numbers.
fn any_counts(start: Instant) -> impl Strategy<Value = WorkerCounts> {
    let span = prop::option::of((0..100_u64, 0..100_u64));
    let metrics = prop::collection::vec((0..3_usize, 0..50_u64, 0..50_u64), 0..4);
    let batches = prop::collection::vec((0..20_000_u64, 0..4_usize, 0..5000_u64), 0..6);
    let stages = prop::array::uniform5(0..1000_u64);
    (span, metrics, batches, stages).prop_map(move |(span, metrics, batches, stages)| {
        let at = |second| start + Duration::from_secs(second);
        let mut counts = WorkerCounts {
            taken: batches.iter().map(|(rows, ..)| rows).sum(),
            span: span.map(|(first, length)| (at(first), at(first + length))),
            ages: Ages { rows: stages[0], old: stages[1] },
            ..WorkerCounts::default()
        };
        for (metric, rows, bytes) in metrics {
            let time = Duration::from_millis(rows);
            let exporting = time / 2;
            let cost = MetricCost { rows, time, exporting, memory_bytes: bytes, traps: rows % 2 };
            counts
                .costs
                .entry(["age", "gender", "hour"][metric].to_owned())
                .or_default()
                .merge(cost);
        }
        for (rows, cause, latency) in batches {
            counts.batches.flushed(rows, FlushCause::ALL[cause]);
            counts.latency.record(latency, rows);
        }
        let [waiting, decode, plugins, publish, blocked] = stages.map(Duration::from_millis);
        counts.stages = StageTimes { waiting, decode, plugins, publish, blocked };
        counts
    })
}

fn merged(parts: &[&WorkerCounts]) -> WorkerCounts {
    let mut sum = WorkerCounts::default();
    for part in parts {
        sum.merge(part);
    }
    sum
}

proptest! {
    #[test]
    fn counts_are_the_same_whichever_workers_are_asked_first(
        [a, b, c] in prop::array::uniform3(any_counts(Instant::now())),
    ) {
        let all = merged(&[&a, &b, &c]);
        for order in [[&a, &c, &b], [&b, &a, &c], [&c, &b, &a]] {
            prop_assert_eq!(&merged(&order), &all);
        }
        let mut grouped = a.clone();
        grouped.merge(&merged(&[&b, &c]));
        prop_assert_eq!(grouped, all);
    }

    #[test]
    fn a_batch_counts_under_its_cause_and_once_under_its_size(
        counts in any_counts(Instant::now()),
    ) {
        let batches = &counts.batches;
        let by_cause: u64 = FlushCause::ALL.iter().map(|cause| batches.by_cause(*cause)).sum();
        prop_assert_eq!(by_cause, batches.rows().count());
        prop_assert_eq!(batches.rows().sum(), counts.taken);
        let bounds: Vec<_> = batches.rows().iter().map(|(bound, _)| bound).collect();
        prop_assert!(bounds.windows(2).all(|two| two[1].is_none() || two[0] < two[1]));
    }
}
