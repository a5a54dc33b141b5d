//! The division of a trial in rows and in words, and the columns as a plugin gets them.

use super::*;
use crate::laws::testing::{row, trial};

fn numbers(rows: &Rows<'_>) -> Vec<i64> {
    let number = |row: &&[Datum]| if let Datum::Integer(number) = row[0] { number } else { 0 };
    rows.iter().map(number).collect()
}

#[test]
fn batches_and_parts_divide_the_same_rows() {
    let trial = trial([row(1, 0, false), row(2, 0, false), row(3, 2, true), row(4, 2, false)]);
    assert_eq!(numbers(&trial.whole()), [1, 2, 3, 4]);
    let parts: Vec<_> = (0..3).map(|part| numbers(&trial.part(part))).collect();
    assert_eq!(parts, [vec![1, 2], vec![], vec![3, 4]]);
    let batches: Vec<_> = trial.batches().iter().map(numbers).collect();
    assert_eq!(batches, [[1, 2], [3, 4]], "the first row begins a batch anyway");
    assert_eq!(trial.batches_in_words(), "batches of rows 1-2 | 3-4");
    assert_eq!(trial.parts_in_words(), "rows a = 1-2, b = none, c = 3-4");
}

#[test]
fn a_division_of_few_rows_is_told_by_their_numbers() {
    let cut = trial([row(0, 1, true), row(0, 1, true), row(0, 2, true)]);
    assert_eq!(cut.batches_in_words(), "batches of rows 1 | 2 | 3");
    assert_eq!(cut.parts_in_words(), "rows a = none, b = 1-2, c = 3");
    let empty = trial([]);
    assert!(empty.batches().is_empty());
    assert_eq!(empty.parts_in_words(), "rows a = none, b = none, c = none");
}

#[test]
fn rows_are_shown_as_csv_that_cases_read_back_and_long_texts_are_cut() {
    let values = |text: &str| vec![Datum::Text(text.into()), Datum::Null, Datum::Float(-0.5)];
    let whole = "长".repeat(SHOWN_CHARS_MAX);
    let rows = [values("a,\"b\"\n"), values(""), values(&whole), values(&format!("{whole}x"))];
    let rows = rows.map(|values| Row { values, part: 0, begins: false });
    let shown = trial(rows).csv(&["text", "gone", "x"]);
    let cut = format!("{whole}… (181 bytes)");
    let expected = format!(
        "text,gone,x\n\"a,\"\"b\"\"\n\",\\N,-0.5\n,\\N,-0.5\n{whole},\\N,-0.5\n{cut},\\N,-0.5"
    );
    assert_eq!(shown, expected);
    assert_eq!(trial([]).csv(&["text"]), "text", "a header alone");
}

#[test]
fn a_column_without_nulls_says_nothing_of_nulls() {
    let rows = [[Datum::Unsigned(7), Datum::Boolean(true)], [Datum::Null, Datum::Boolean(false)]];
    let rows: Vec<&[Datum]> = rows.iter().map(<[Datum; 2]>::as_slice).collect();
    let batch = Batch::new(&rows, &[Datum::Unsigned(0), Datum::Boolean(false)]);
    let params = batch.params();
    assert_eq!(batch.rows, 2);
    assert!(matches!(params[0], ColumnParam { values: ValuesParam::U32s([7, 0]), valid: [1, 0] }));
    assert!(matches!(params[1], ColumnParam { values: ValuesParam::Booleans([1, 0]), valid: [] }));
}

#[test]
fn a_column_of_nulls_has_the_type_of_its_input() {
    let row = [Datum::Null, Datum::Null, Datum::Null];
    let empty = [Datum::Float(0.0), Datum::Integer(0), Datum::Text("a".into())];
    let batch = Batch::new(&[row.as_slice()], &empty);
    let params = batch.params();
    assert!(matches!(params[0].values, ValuesParam::F64s([0.0])));
    assert!(matches!(params[1].values, ValuesParam::S64s([0])));
    assert!(matches!(params[2].values, ValuesParam::Dictionary(_)));
    assert!(params.iter().all(|param| param.valid == [0]));
    let none = Batch::new(&[], &empty);
    assert_eq!((none.rows, none.params().len()), (0, 3), "columns are there without rows");
}

#[test]
fn equal_texts_share_a_code() {
    let texts = ["b", "", "b", "é", ""];
    let rows: Vec<[Datum; 1]> = texts.iter().map(|text| [Datum::Text((*text).into())]).collect();
    let rows: Vec<&[Datum]> = rows.iter().map(<[Datum; 1]>::as_slice).collect();
    let batch = Batch::new(&rows, &[Datum::Text("".into())]);
    let params = batch.params();
    let ValuesParam::Dictionary(dictionary) = &params[0].values else { panic!("a text") };
    assert_eq!(dictionary.codes, [0, 1, 0, 2, 1]);
    assert_eq!(
        (dictionary.values.offsets, dictionary.values.utf8),
        (&[0, 1, 1, 3][..], "bé".as_bytes())
    );
}
