//! The layout in which rows cross to a plugin: values, the bytes that say which are null, and
//! dictionaries.

use streamgauge_core::{
    EventTime, Field, FieldType, Flaw, Placing, Projection, RecordMeta, RecordTime, Row, Schema,
    Value, Verdict,
};

use super::*;

/// One value of each row: a text, where it may be missing.
type Texts<'a> = [Option<&'a str>];

/// A batch of a text column and a number column; the number is the row's.
fn batch(texts: &Texts<'_>) -> RecordBatch {
    let field = |name: &str, field_type| Field {
        name: name.to_owned(),
        field_type,
        max: None,
        required: false,
    };
    let fields = vec![field("text", FieldType::Text), field("number", FieldType::Unsigned)];
    let schema = Schema::new(fields).expect("a schema");
    let mut batch = RecordBatch::new(&Projection::new(&schema, &["text", "number"]));
    for (number, text) in texts.iter().enumerate() {
        let mut row = Row::default();
        row.reset(2);
        match text {
            Some(text) => row.set_text(0, text),
            None => row.set(0, Value::Invalid(Flaw::TooLong)),
        }
        row.set(1, Value::Unsigned(number as u32));
        let meta = RecordMeta { offset: number as i64, time: RecordTime(0), cursor: 0 };
        let event_time = EventTime(1000 + number as i64);
        let (placing, watermark, delay) = (Placing::Opens, None, 0);
        batch.push(meta, Verdict { event_time, placing, watermark, delay }, &row, b"");
    }
    batch
}

/// Inputs in another order than the slots, with the event time between.
fn inputs() -> Vec<InputBinding> {
    let slot = |slot| InputColumn::Slot { slot, nullable: true };
    [slot(1), InputColumn::EventTime, slot(0)]
        .map(|column| InputBinding { column, name: String::new() })
        .into()
}

/// Numbers, event times, and texts by row as a plugin reads them, with the validity of the texts.
type Seen = (Vec<u32>, Vec<i64>, Vec<String>, Vec<u8>);

fn seen(columns: &Columns<'_>) -> Seen {
    let params: Vec<ColumnParam<'_>> = columns.parts.iter().map(param).collect();
    let [numbers, times, texts] = params.as_slice() else { panic!("three inputs") };
    let ValuesParam::U32s(numbers) = numbers.values else { panic!("{numbers:?}") };
    assert!(times.valid.is_empty(), "every row has an event time");
    let ValuesParam::S64s(times) = times.values else { panic!("{times:?}") };
    let ValuesParam::Dictionary(dictionary) = &texts.values else { panic!("{texts:?}") };
    let StringsParam { offsets, utf8 } = &dictionary.values;
    assert_eq!((offsets[0], offsets[offsets.len() - 1] as usize), (0, utf8.len()));
    let text = |code: &u32| {
        let code = *code as usize;
        let bytes = &utf8[offsets[code] as usize..offsets[code + 1] as usize];
        std::str::from_utf8(bytes).expect("texts are whole").to_owned()
    };
    let read = dictionary.codes.iter().map(text).collect();
    (numbers.to_vec(), times.to_vec(), read, texts.valid.to_vec())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn where_no_row_is_null_nothing_says_so() {
    let batch = batch(&[Some("北京"), Some(" "), Some("北京")]);
    let columns = Columns::whole(&batch, &inputs());
    assert_eq!(columns.rows, 3);
    let expected = texts(&["北京", " ", "北京"]);
    assert_eq!(seen(&columns), (vec![0, 1, 2], vec![1000, 1001, 1002], expected, vec![]));
}

#[test]
fn one_null_gives_every_row_a_byte() {
    let batch = batch(&[Some("a"), None, Some("b")]);
    let (.., read, valid) = seen(&Columns::whole(&batch, &inputs()));
    assert_eq!((read, valid), (texts(&["a", "", "b"]), vec![1, 0, 1]));
}

#[test]
fn picked_rows_are_numbered_anew_and_keep_only_their_own_nulls() {
    let batch = batch(&[Some("a"), None, Some("b"), None, Some("a")]);
    let picked = |rows: &[u32]| {
        let columns = Columns::picked(&batch, &inputs(), rows);
        assert_eq!(columns.rows as usize, rows.len());
        seen(&columns)
    };
    assert_eq!(
        picked(&[1, 2, 4]),
        (vec![1, 2, 4], vec![1001, 1002, 1004], texts(&["", "b", "a"]), vec![0, 1, 1])
    );
    assert_eq!(picked(&[0, 4]), (vec![0, 4], vec![1000, 1004], texts(&["a", "a"]), vec![]));
    assert_eq!(picked(&[3]), (vec![3], vec![1003], texts(&[""]), vec![0]), "nothing but nulls");
}

#[test]
fn all_rows_picked_are_the_whole() {
    let batch = batch(&[None, Some("b"), Some("c"), Some("b"), None]);
    let all: Vec<u32> = (0..batch.rows()).collect();
    let picked = seen(&Columns::picked(&batch, &inputs(), &all));
    assert_eq!(picked, seen(&Columns::whole(&batch, &inputs())));
}

#[test]
fn a_dictionary_of_picked_rows_holds_no_text_of_the_others() {
    let batch = batch(&[Some("secret"), Some("b"), Some("b")]);
    let columns = Columns::picked(&batch, &inputs(), &[1, 2]);
    let ValuesParam::Dictionary(dictionary) = &param(&columns.parts[2]).values else {
        panic!("the third input is a text")
    };
    assert_eq!((dictionary.codes, dictionary.values.utf8), (&[0, 0][..], &b"b"[..]));
}
