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
    let some_twice = ids((0..200).chain(150..180).chain([7, 7, 7]));
    vec![ids(0..500), words(), ids(300..900), ids(0..3), words(), some_twice, ids(100_000..100_020)]
}

#[test]
fn ids_are_written_down_and_words_are_not() {
    let (counter, _) = both(&[ids(0..500)]);
    assert_eq!(counter.state.borrow().written.keys, 500);
    for (texts, kept) in [(9, 0), (300, 0), (374, 0), (375, 375), (499, 499)] {
        let (counter, _) = both(&[(0..500).map(|row| format!("{}", row % texts)).collect()]);
        assert_eq!(counter.state.borrow().written.keys, kept, "{texts} texts in 500 rows");
    }
}

#[test]
fn rows_without_a_text_and_texts_without_a_row_count_nothing() {
    let texts = ids(0..40);
    let rows = texts.iter().map(|text| Some(text.as_str())).chain([None; 3]);
    let batch = TestBatch::default().text(rows);
    let mut counter = IdCounter::default();
    counter.count_texts(batch.batch().text(0).expect("a text"));
    assert!(counter.state.borrow().written.keys >= 40);
    assert_eq!(counter.table().cells().len(), 40);
    let utf8 = "abc".to_owned();
    let texts = Texts { ends: vec![1, 2, 3], utf8, others: vec![(0, 5), (2, 0)] };
    assert_eq!(texts.counts().collect::<Vec<_>>(), [("a", 5), ("b", 1)]);
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

/// The difference with one batch of texts that were written down, of the form before where there are
/// no counts.
fn texts(ends: &[u32], utf8: &str, others: Option<&[(u64, u64)]>) -> Result<IdCounter> {
    let mut writer = Writer::default();
    writer.u64(if others.is_some() { IN_NO_ORDER_COUNTED } else { IN_NO_ORDER });
    writer.u64(1);
    writer.u64(ends.len() as u64);
    writer.lengths(ends);
    writer.text(utf8);
    if let Some(others) = others {
        writer.u64(others.len() as u64);
        others.iter().flat_map(|(place, events)| [*place, *events]).for_each(|n| writer.u64(n));
    }
    writer.u64(0);
    read(&writer.finish())
}

#[test]
fn differences_of_the_form_before_are_read() {
    let before = texts(&[1, 4], "a中", None).expect("a difference");
    assert_eq!(before.table().cells(), [["a", "1"], ["中", "1"]]);
    let counted = texts(&[1, 4], "a中", Some(&[(1, 3)])).expect("a difference");
    assert_eq!(counted.table().cells(), [["a", "1"], ["中", "3"]]);
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
    for wrong in [&[1, 2][..], &[1, 5], &[1], &[]] {
        let error = texts(wrong, "a中", Some(&[])).expect_err("wrong").to_string();
        assert!(error.contains("do not end where it says"), "{error}");
    }
    for (wrong, words) in [
        (&[(1, 2), (0, 2)][..], "in no order"),
        (&[(1, 2), (1, 2)], "in no order"),
        (&[(1 << 32, 2)], "in no order"),
        (&[(0, 1 << 32)], "in no order"),
        (&[(2, 2)], "not there"),
    ] {
        let error = texts(&[1, 4], "a中", Some(wrong)).expect_err("wrong").to_string();
        assert!(error.contains(words), "{error}");
    }
    for batches in [&[0xff; 9][..], &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] {
        let huge = [&[0xff; 9][..], &[1], batches, &[1, 2, 1, b'a']].concat();
        let error = read(&huge).expect_err("too many").to_string();
        assert!(error.contains("ends too early"), "{error}");
    }
}
