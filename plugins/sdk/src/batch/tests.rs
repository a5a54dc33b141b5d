//! A malformed batch is refused whole; a good one reads as it was written.

use super::*;
use crate::table::strings;
use crate::testing::TestBatch;

fn batch(rows: u32, values: wit::Values, valid: Vec<u8>) -> Result<Batch> {
    Batch::new(wit::Batch { rows, columns: vec![wit::Column { values, valid }] })
}

fn dictionary(codes: Vec<u32>, offsets: Vec<u32>, utf8: &[u8]) -> wit::Values {
    let values = wit::Strings { offsets, utf8: utf8.to_vec() };
    wit::Values::Dictionary(wit::Dictionary { codes, values })
}

#[test]
fn a_malformed_batch_is_refused() {
    let cases = [
        (batch(2, wit::Values::U32s(vec![1]), vec![]), "is not as long as its batch"),
        (batch(1, wit::Values::U32s(vec![1]), vec![1, 1]), "is not as long as its batch"),
        (batch(1, wit::Values::Strings(strings(["a"])), vec![]), "is not a dictionary"),
        (batch(1, dictionary(vec![1], vec![0, 1], b"a"), vec![]), "a code outside its dictionary"),
        (batch(1, dictionary(vec![0], vec![0], b""), vec![]), "a code outside its dictionary"),
        (batch(0, dictionary(vec![], vec![], b""), vec![]), "wrong offsets"),
        (batch(1, dictionary(vec![0], vec![1, 1], b"a"), vec![]), "wrong offsets"),
        (batch(1, dictionary(vec![0], vec![0, 2], b"a"), vec![]), "wrong offsets"),
        (batch(1, dictionary(vec![0], vec![0, 3, 1], b"abc"), vec![]), "wrong offsets"),
        (batch(1, dictionary(vec![0], vec![0, 1, 3], "中".as_bytes()), vec![]), "wrong offsets"),
        (batch(1, dictionary(vec![0], vec![0, 1], &[0xff]), vec![]), "not UTF-8"),
    ];
    for (result, expected) in cases {
        let error = result.expect_err(expected).to_string();
        assert!(error.starts_with("column 0 ") && error.contains(expected), "{error}");
    }
}

#[test]
fn every_type_reads_with_its_nulls() -> Result<()> {
    let rows = TestBatch::default()
        .unsigned([Some(3), None])
        .integers([None, Some(-3)])
        .floats([Some(0.5), None])
        .booleans([None, Some(true)])
        .text([Some("中"), None]);
    let batch = rows.batch();
    assert_eq!(batch.unsigned(0)?.iter().collect::<Vec<_>>(), [Some(3), None]);
    assert_eq!(batch.integers(1)?.iter().collect::<Vec<_>>(), [None, Some(-3)]);
    assert_eq!(batch.floats(2)?.iter().collect::<Vec<_>>(), [Some(0.5), None]);
    assert_eq!(batch.booleans(3)?.iter().collect::<Vec<_>>(), [None, Some(true)]);
    assert_eq!(batch.text(4)?.iter().collect::<Vec<_>>(), [Some("中"), None]);
    assert_eq!(batch.unsigned(0)?.without_nulls(), None);
    assert_eq!(batch.text(4)?.tally().iter().sum::<u32>(), 1);
    Ok(())
}

#[test]
fn a_wrong_index_or_type_is_named() {
    let batch = TestBatch::default().unsigned([1]).batch();
    let error = batch.text(0).expect_err("unsigned").to_string();
    assert_eq!(error, "column 0 is not of type text");
    let error = batch.unsigned(1).expect_err("one column").to_string();
    assert_eq!(error, "there is no column 1");
}
