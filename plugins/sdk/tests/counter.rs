//! Counts are exact, their snapshots have one form, and an overflow is never silent.

use streamgauge_sdk::codec::{Reader, Writer};
use streamgauge_sdk::testing::{TestBatch, snapshot};
use streamgauge_sdk::{Accumulator, Counter, Result};

fn read<A: Accumulator>(write: impl FnOnce(&mut Writer)) -> Result<A> {
    let mut writer = Writer::default();
    write(&mut writer);
    let bytes = writer.finish();
    let mut reader = Reader::new(&bytes);
    let accumulator = A::read(&mut reader)?;
    reader.finish()?;
    Ok(accumulator)
}

#[test]
fn large_and_small_keys_count_alike_in_any_batch_size() -> Result<()> {
    let keys = (0..1000_u32).map(|row| if row % 10 == 0 { row * 1_000_003 } else { row % 300 });
    let rows = TestBatch::default().unsigned(keys.clone());
    let mut whole = Counter::<u32>::default();
    whole.count(rows.batch().unsigned(0)?);
    let mut single = Counter::<u32>::default();
    keys.for_each(|key| single.record(&key, 1));
    assert_eq!(whole, single);
    assert_eq!(whole.iter().map(|(_, events)| events).sum::<u64>(), 1000);
    Ok(())
}

#[test]
fn nulls_are_not_counted() -> Result<()> {
    let rows = TestBatch::default()
        .unsigned((0..100).map(|row| (row % 2 == 0).then_some(row % 3)))
        .text((0..100).map(|row| (row % 4 == 0).then_some("中")))
        .booleans((0..100).map(|row| (row % 5 == 0).then_some(true)))
        .integers((0..100).map(|row| (row % 10 == 0).then_some(-1)));
    let batch = rows.batch();
    let (mut unsigned, mut text) = (Counter::<u32>::default(), Counter::<String>::default());
    let (mut boolean, mut integer) = (Counter::<bool>::default(), Counter::<i64>::default());
    unsigned.count(batch.unsigned(0)?);
    text.count(batch.text(1)?);
    boolean.count(batch.booleans(2)?);
    integer.count(batch.integers(3)?);
    assert_eq!(unsigned.iter().map(|(_, events)| events).sum::<u64>(), 50);
    assert_eq!((text.get("中"), text.get("外")), (25, 0));
    assert_eq!((boolean.get(&true), integer.get(&-1)), (20, 10));
    Ok(())
}

#[test]
fn texts_that_repeat_in_the_key_are_one() -> Result<()> {
    let rows = TestBatch::default().text(["北京市", "北京", "上海市"]);
    let mut counter = Counter::<String>::default();
    counter.count_as(rows.batch().text(0)?, |name| name.trim_end_matches('市'));
    assert_eq!(counter.table().cells(), [["上海", "1"], ["北京", "2"]]);
    Ok(())
}

#[test]
fn a_snapshot_is_small_and_the_same_for_every_history() {
    let mut forward = Counter::<u32>::default();
    let mut backward = Counter::<u32>::default();
    for key in 0..4 {
        forward.record(&key, 100);
        backward.record(&(3 - key), 60);
        backward.record(&(3 - key), 40);
    }
    backward.record(&9, 0);
    assert_eq!(snapshot(&forward), [4, 0, 100, 1, 100, 2, 100, 3, 100]);
    assert_eq!(snapshot(&forward), snapshot(&backward));
    assert_eq!(snapshot(&Counter::<String>::default()), [0]);
}

#[test]
fn a_snapshot_in_another_form_is_refused() {
    let counts = |numbers: &'static [u64]| {
        read::<Counter<u32>>(move |writer| numbers.iter().for_each(|&number| writer.u64(number)))
    };
    assert!(counts(&[2, 1, 5, 3, 5]).is_ok());
    let cases: [&'static [u64]; 6] = [
        &[2, 3, 5, 1, 5],
        &[2, 1, 5, 1, 5],
        &[1, 1, 0],
        &[1, 1 << 32, 1],
        &[2, 1, 5],
        &[1, 1, 5, 9],
    ];
    for numbers in cases {
        let error = counts(numbers).expect_err("another form").to_string();
        assert!(error.starts_with("snapshot "), "{numbers:?}: {error}");
    }
}

#[test]
#[should_panic(expected = "fits in 64 bits")]
fn an_overflow_is_a_panic_and_not_a_wrong_count() {
    let mut counter = Counter::<u32>::default();
    counter.record(&1, u64::MAX);
    let other = counter.clone();
    drop(counter.merge(&other));
}

#[test]
#[should_panic(expected = "fits in 63 bits")]
fn a_count_that_a_result_cannot_hold_is_a_panic() {
    let mut counter = Counter::<bool>::default();
    counter.record(&true, 1 << 63);
    drop(counter.table());
}
