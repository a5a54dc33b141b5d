//! Native unit tests for a metric: make rows, fold them, compare the result, check the laws.
//!
//! Every function here panics with a message, as a test wants it.

mod batch;
mod bounded;
mod descriptor;
mod largest;
mod random;

pub use batch::TestBatch;
pub use descriptor::check_descriptor;
pub use random::Random;

use crate::bindings::exports::streamgauge::metric::describe::MergeLaw;
use crate::codec::Writer;
use crate::{Accumulator, Config, Error, Metric, Result};

/// Folds rows into a fresh metric and returns the result's cells as texts, row after row.
///
/// # Panics
/// The metric refuses the configuration or the rows.
pub fn result_of<M: Metric>(config: &str, rows: &TestBatch) -> Vec<Vec<String>> {
    let metric = open::<M>(config);
    let state = fold(&metric, rows, rows.rows().max(1));
    metric.result(&state).expect("the metric gives a result").cells()
}

/// Opens a metric with a configuration as JSON.
///
/// # Panics
/// The metric refuses the configuration.
pub fn open<M: Metric>(config: &str) -> M {
    Config::parse(config).and_then(|config| M::open(&config)).expect("the configuration is good")
}

/// The state of a metric as its snapshot bytes.
pub fn snapshot<A: Accumulator>(state: &A) -> Vec<u8> {
    let mut writer = Writer::default();
    state.write(&mut writer);
    writer.finish()
}

fn difference<A: Accumulator>(state: &A) -> Vec<u8> {
    let mut writer = Writer::default();
    state.write_difference(&mut writer);
    writer.finish()
}

/// Checks the laws of a metric on these rows: a few hundred varied rows are plenty.
///
/// The laws: identity, merge associative and commutative, fold of parts = merge of their folds
/// (for a bounded metric: results within the errors that they state instead of equal bytes),
/// snapshot and difference round trip, the largest rows those of the whole result, the same bytes for any cut into
/// batches, the same bytes twice, no other state version accepted. Rows that the metric refuses are left out, after a look at the refusal:
/// it names all of them, and adds none.
///
/// # Panics
/// A law does not hold; the message names it.
pub fn check_laws<M: Metric>(config: &str, rows: &TestBatch) {
    check_descriptor::<M>(config);
    let metric = open::<M>(config);
    let rows = &usable(&metric, rows);
    let whole = fold(&metric, rows, rows.rows().max(1));
    let bytes = snapshot(&whole);
    for size in [1, 2, 7, 64] {
        let cut = snapshot(&fold(&metric, rows, size));
        assert_eq!(cut, bytes, "law: batches of {size} give the same bytes as one batch");
    }
    check_snapshot(&metric, &whole);
    check_identity(&metric, &bytes);
    let half = fold(&metric, &rows.slice(0..rows.rows() / 2), 64);
    let mut merged = metric.create(None);
    merge(&mut merged, &read::<M>(&metric, &bytes));
    for whole in [&whole, &merged] {
        largest::check(&metric, whole, &half);
    }
    if metric.describe().raw.merge_law == MergeLaw::Exact {
        check_merge(&metric, rows, &bytes);
    } else {
        check_bounded_merge(&metric, rows, &whole);
    }
}

/// The rows that the metric does not refuse.
fn usable<M: Metric>(metric: &M, rows: &TestBatch) -> TestBatch {
    let mut state = metric.create(None);
    let before = snapshot(&state);
    let refused = match metric.add(&mut state, &rows.batch()) {
        Ok(()) => return rows.clone(),
        Err(Error::BadRows(refused)) => refused,
        Err(error) => panic!("the metric accepts the rows: {error}"),
    };
    assert_eq!(snapshot(&state), before, "law: an `add` that refuses adds no row");
    let is_left = |row: &usize| !refused.iter().any(|bad| bad.row as usize == *row);
    let left = rows.pick((0..rows.rows()).filter(is_left));
    if left.rows() > 0 {
        let added = metric.add(&mut state, &left.batch());
        assert_eq!(added, Ok(()), "law: a refusal names all rows that cannot be used");
    }
    left
}

fn check_snapshot<M: Metric>(metric: &M, state: &M::Accumulator) {
    let bytes = snapshot(state);
    assert_eq!(snapshot(state), bytes, "law: the same bytes twice");
    assert_eq!(snapshot(&read::<M>(metric, &bytes)), bytes, "law: snapshot round trip");
    let cells = |state| metric.result(state).expect("the metric gives a result").cells();
    assert_eq!(cells(&read::<M>(metric, &bytes)), cells(state), "law: a restored result is equal");
    let difference = read::<M>(metric, &difference(state));
    assert_eq!(snapshot(&difference), bytes, "law: a difference holds the whole state");
    let future = M::Accumulator::VERSION + 1;
    assert!(metric.restore(None, future, &bytes).is_err(), "law: a newer version is refused");
    for length in 0..bytes.len() {
        let cut = metric.restore(None, M::Accumulator::VERSION, &bytes[..length]);
        assert!(cut.is_err(), "law: a snapshot cut to {length} bytes is refused");
    }
}

fn check_identity<M: Metric>(metric: &M, bytes: &[u8]) {
    let mut left = metric.create(None);
    merge(&mut left, &read::<M>(metric, bytes));
    assert_eq!(snapshot(&left), bytes, "law: merging into the empty state changes nothing");
    let mut right = read::<M>(metric, bytes);
    merge(&mut right, &metric.create(None));
    assert_eq!(snapshot(&right), bytes, "law: merging the empty state changes nothing");
}

fn check_merge<M: Metric>(metric: &M, rows: &TestBatch, whole: &[u8]) {
    let [left, right, reversed] = merges(metric, rows);
    assert_eq!(snapshot(&left), whole, "law: fold(a ++ b) = merge(fold a, fold b)");
    assert_eq!(snapshot(&right), whole, "law: merge is associative");
    assert_eq!(snapshot(&reversed), whole, "law: merge is commutative");
}

fn check_bounded_merge<M: Metric>(metric: &M, rows: &TestBatch, whole: &M::Accumulator) {
    let outputs = metric.describe().raw.outputs;
    let [left, right, reversed] = merges(metric, rows);
    let check = |a: &M::Accumulator, b: &M::Accumulator, law: &str| {
        let result = |state| metric.result(state).expect("the metric gives a result");
        bounded::check(&outputs, &result(a), &result(b), law);
    };
    check(&left, whole, "law: fold(a ++ b) = merge(fold a, fold b), within the error");
    check(&right, &left, "law: merge is associative, within the error");
    check(&reversed, &left, "law: merge is commutative, within the error");
}

/// The folds a, b and c of three parts of the rows, as (a + b) + c, a + (b + c) and (c + b) + a.
fn merges<M: Metric>(metric: &M, rows: &TestBatch) -> [M::Accumulator; 3] {
    let third = rows.rows() / 3;
    let bounds = [0, third, 2 * third, rows.rows()];
    let part = |index: usize| {
        let rows = rows.slice(bounds[index]..bounds[index + 1]);
        fold(metric, &rows, rows.rows().max(1))
    };
    let merged = |mut state, other: &M::Accumulator| {
        merge(&mut state, other);
        state
    };
    let left = merged(merged(part(0), &part(1)), &part(2));
    let right = merged(part(0), &merged(part(1), &part(2)));
    let reversed = merged(merged(part(2), &part(1)), &part(0));
    [left, right, reversed]
}

fn fold<M: Metric>(metric: &M, rows: &TestBatch, size: usize) -> M::Accumulator {
    let mut state = metric.create(None);
    for start in (0..rows.rows()).step_by(size) {
        let batch = rows.slice(start..rows.rows().min(start + size)).batch();
        metric.add(&mut state, &batch).expect("the metric accepts the rows");
    }
    state
}

fn read<M: Metric>(metric: &M, bytes: &[u8]) -> M::Accumulator {
    let restored: Result<_> = metric.restore(None, M::Accumulator::VERSION, bytes);
    restored.expect("the metric reads its own snapshot")
}

fn merge<A: Accumulator>(state: &mut A, other: &A) {
    state.merge(other).expect("the states belong together");
}
