use super::*;
use crate::testing::{TestBatch, snapshot};
use crate::{Key as _, KeyType};

fn difference(counter: &IdCounter) -> Vec<u8> {
    let mut writer = Writer::default();
    counter.write_difference(&mut writer);
    writer.finish()
}

fn read(bytes: &[u8]) -> Result<IdCounter> {
    let mut reader = Reader::new(bytes);
    let counter = IdCounter::read(&mut reader)?;
    reader.finish()?;
    Ok(counter)
}

/// A counter, and a plain one, of the same batches.
fn both(batches: &[Vec<String>]) -> (IdCounter, Counter<AnyKey>) {
    let (mut counter, mut plain) = (IdCounter::default(), Counter::default());
    for texts in batches {
        let batch = TestBatch::default().text(texts.iter().map(String::as_str));
        counter.count_texts(batch.batch().text(0).expect("a text"));
        for text in texts {
            plain.record(&AnyKey::from(text.as_str()), 1);
        }
    }
    (counter, plain)
}

fn ids(numbers: impl Iterator<Item = u64>) -> Vec<String> {
    numbers.map(|number| format!("user-{}", number * 7919 % 100_003)).collect()
}

/// Batches of ids, of a few words again and again, and short ones; ids come again.
fn batches() -> Vec<Vec<String>> {
    let words = || (0..300).map(|row| format!("word {}", row % 7)).collect();
    vec![ids(0..500), words(), ids(300..900), ids(0..3), words(), ids(100_000..100_020)]
}

#[test]
fn ids_are_written_down_and_words_are_not() {
    let (counter, _) = both(&[ids(0..500)]);
    assert_eq!(counter.state.borrow().written.keys, 500);
    let (counter, _) = both(&[(0..500).map(|row| format!("{}", row % 9)).collect()]);
    assert_eq!(counter.state.borrow().written.keys, 0);
}

#[test]
fn whatever_is_written_down_the_counts_and_the_bytes_are_those_of_a_counter() {
    let (counter, plain) = both(&batches());
    let mut writer = Writer::default();
    plain.write(&mut writer);
    assert_eq!(snapshot(&counter.clone()), writer.finish());
    assert_eq!(counter.table().cells(), plain.table().cells());
    let largest = IdCounter::largest(&[&counter, &counter], 3).expect("there are more");
    let expected = Counter::largest(&[&plain, &plain], 3).expect("there are more");
    let cells = |of: &Largest| of.tables().iter().map(Table::cells).collect::<Vec<_>>();
    assert_eq!(cells(&largest), cells(&expected));
    assert_eq!(largest.left_out(), expected.left_out());
}

#[test]
fn differences_add_up_to_the_whole() {
    let (whole, _) = both(&batches());
    let mut merged = IdCounter::default();
    for batch in batches() {
        let (part, _) = both(&[batch]);
        let part = read(&difference(&part)).expect("it was written so");
        merged.merge(&part).expect("counters belong together");
    }
    assert_eq!(snapshot(&merged), snapshot(&whole));
    // Looked at or not, and from a snapshot or not.
    let seen = whole.clone();
    seen.table();
    for counter in [&seen, &whole, &read(&snapshot(&whole)).expect("a snapshot")] {
        assert_eq!(read(&difference(counter)).as_ref(), Ok(&whole));
    }
    assert_eq!(read(&difference(&IdCounter::default())), Ok(IdCounter::default()));
}

#[test]
fn numbers_are_counted_as_by_a_counter() {
    let numbers = (0..2000_i64).map(|row| Some(row * 31 % 1999)).chain([None]);
    let batch = TestBatch::default().integers(numbers.clone());
    let keys = Keys::of(&batch.batch(), 0, KeyType::Integer).expect("integers");
    let (mut counter, mut plain) = (IdCounter::default(), Counter::default());
    counter.count(&keys);
    numbers.flatten().for_each(|number| plain.record(&AnyKey::Integer(number), 1));
    assert_eq!(*counter.counter(), plain);
}

#[test]
fn no_more_is_written_down_than_a_map_of_it_would_take() {
    let many: Vec<_> = (0..20).map(|_| ids(0..5000)).collect();
    let (counter, plain) = both(&many);
    assert!(counter.state.borrow().written.keys < WRITTEN_MAX);
    assert_eq!(*counter.counter(), plain);
}

#[test]
fn bytes_that_are_no_difference_are_refused() {
    let (counter, _) = both(&[ids(0..40), vec!["a".to_owned(), "a".to_owned()]]);
    let bytes = difference(&counter);
    for length in 0..bytes.len() {
        assert!(read(&bytes[..length]).is_err(), "cut to {length} of {} bytes", bytes.len());
    }
    let entries = |entries: &[(&str, u64)]| {
        let mut writer = Writer::default();
        writer.u64(IN_NO_ORDER);
        writer.u64(0);
        writer.u64(entries.len() as u64);
        for (key, count) in entries {
            AnyKey::from(*key).write(&mut writer);
            writer.u64(*count);
        }
        read(&writer.finish())
    };
    assert!(entries(&[("b", 1), ("a", 2)]).is_ok());
    for wrong in [[("a", 1), ("a", 2)], [("b", 1), ("a", 0)]] {
        let error = entries(&wrong).expect_err("wrong").to_string();
        assert!(error.contains("keys must differ and counts be above 0"), "{error}");
    }
    let texts = |ends: &[u32], utf8: &str| {
        let mut writer = Writer::default();
        writer.u64(IN_NO_ORDER);
        writer.u64(1);
        writer.u64(ends.len() as u64);
        writer.lengths(ends);
        writer.text(utf8);
        writer.u64(0);
        read(&writer.finish())
    };
    assert!(texts(&[1, 4], "a中").is_ok());
    for wrong in [&[1, 2][..], &[1, 5], &[1], &[]] {
        let error = texts(wrong, "a中").expect_err("wrong").to_string();
        assert!(error.contains("do not end where it says"), "{error}");
    }
    for batches in [&[0xff; 9][..], &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] {
        let huge = [&[0xff; 9][..], &[1], batches, &[1, 2, 1, b'a']].concat();
        let error = read(&huge).expect_err("too many").to_string();
        assert!(error.contains("ends too early"), "{error}");
    }
}
