//! Every kind of dirt that real records bring, in both formats, and what becomes of it.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use streamgauge_core::{
    CsvColumns, Field, FieldType, Projection, RECORD_BYTES_MAX, Row, Schema, TEXT_BYTES_MAX, Value,
};

use super::Decoder;

const FIELDS: [(&str, FieldType, Option<u32>); 6] = [
    ("t", FieldType::Text, None),
    ("u", FieldType::Unsigned, Some(12)),
    ("i", FieldType::Integer, None),
    ("f", FieldType::Float, None),
    ("b", FieldType::Boolean, None),
    ("at", FieldType::Timestamp, None),
];

pub(super) fn schema() -> Schema {
    let field = |(name, field_type, max): (&str, _, _)| Field {
        name: name.to_owned(),
        field_type,
        max,
        required: false,
    };
    Schema::new(FIELDS.map(field).to_vec()).expect("the fields make a schema")
}

pub(super) fn everything() -> Projection {
    Projection::new(&schema(), &FIELDS.map(|(name, ..)| name))
}

/// The verdict on a record: its rejection, or its values by name, without the missing ones.
fn verdict(decoder: &mut Decoder, projection: &Projection, bytes: &[u8]) -> String {
    let mut row = Row::default();
    match decoder.decode(bytes, &mut row) {
        Err(rejection) => format!("rejected: {rejection:?}"),
        Ok(()) => show(&row, projection),
    }
}

pub(super) fn show(row: &Row, projection: &Projection) -> String {
    let show = |(field, value): (&Field, &Value)| match *value {
        Value::Missing => None,
        Value::Invalid(flaw) => Some(format!("{}:{flaw}", field.name)),
        Value::Boolean(boolean) => Some(format!("{}={boolean}", field.name)),
        Value::Unsigned(number) => Some(format!("{}={number}", field.name)),
        Value::Integer(number) => Some(format!("{}={number}", field.name)),
        Value::Float(number) => Some(format!("{}={number:?}", field.name)),
        Value::Text(range) => Some(format!("{}={:?}", field.name, row.text(range))),
    };
    let shown: Vec<_> = projection.fields().iter().zip(row.values()).filter_map(show).collect();
    if shown.is_empty() { "all missing".to_owned() } else { shown.join(" ") }
}

/// Decodes the records one after the other, each after one that leaves something to remember.
fn check_json(records: &[&[u8]], expected: &Expect) {
    let projection = everything();
    let mut decoder = Decoder::json(&projection);
    check(records, expected, |record| verdict(&mut decoder, &projection, record));
}

fn check_csv(records: &[&[u8]], expected: &Expect) {
    let projection = everything();
    let mut decoder = Decoder::csv(&projection, &CsvColumns::in_schema_order(&schema()));
    check(records, expected, |record| verdict(&mut decoder, &projection, record));
}

fn check(records: &[&[u8]], expected: &Expect, mut verdict: impl FnMut(&[u8]) -> String) {
    let mut table = String::new();
    for record in records {
        let shown = record.escape_ascii().to_string().replace("\\\"", "\"");
        writeln!(table, "{shown:<44} {}", verdict(record)).expect("a string takes any text");
    }
    expected.assert_eq(&table);
}

#[test]
fn json_objects() {
    check_json(
        &[
            br#"{"u":8,"t":"x"}"#,
            br#" { "t" : "x" , "u" : 8 } "#,
            b"\xEF\xBB\xBF{\"u\":8}\r\n",
            b"{}",
            br#"{"u":8,"extra":{"u":[9,{"a":"}"}]}}"#,
            br#"{"u":7,"u":8}"#,
            br#"{"u":8,"u":null}"#,
            br#"{"u":8,"u":"x"}"#,
            br#"{"\u0075":8}"#,
        ],
        &expect![[r#"
            {"u":8,"t":"x"}                              t="x" u=8
             { "t" : "x" , "u" : 8 }                     t="x" u=8
            \xef\xbb\xbf{"u":8}\r\n                      u=8
            {}                                           all missing
            {"u":8,"extra":{"u":[9,{"a":"}"}]}}          u=8
            {"u":7,"u":8}                                u=8
            {"u":8,"u":null}                             all missing
            {"u":8,"u":"x"}                              u:wrong_type
            {"\\u0075":8}                                u=8
        "#]],
    );
}

#[test]
fn what_is_no_json_object() {
    check_json(
        &[
            b"",
            b"  \r\n\t",
            b"\xEF\xBB\xBF",
            b"{\"t\":\"\xE6\xB5\"}",
            b"{\"extra\":\"\xFF\"}",
            br#"{"u":8,"t":"x"#,
            br#"{"u":8,"#,
            br#"{"u":8}}"#,
            br#"{"u":8} {"u":9}"#,
            br#"{"u":8,}"#,
            br#"{"u" 8}"#,
            b"{u:8}",
            br#"{"extra":08}"#,
            br#"{"extra":+8}"#,
            br#"{"extra":"\x"}"#,
            br#"{"extra":"\ud83d"}"#,
            br#"{"extra":"\ude00\ud83d"}"#,
            b"{\"extra\":\"a\nb\"}",
            br#"{"extra":tru}"#,
            br#"{"extra":nan}"#,
            br#"{"extra":-NaN}"#,
            br#"[{"u":8}]"#,
            br#""u""#,
            b"8",
            b"NaN",
            b"null x",
            b"u,8",
        ],
        &expect![[r#"
                                                 rejected: Empty
      \r\n\t                                     rejected: Empty
    \xef\xbb\xbf                                 rejected: Empty
    {"t":"\xe6\xb5"}                             rejected: NotUtf8
    {"extra":"\xff"}                             rejected: NotUtf8
    {"u":8,"t":"x                                rejected: NotJson
    {"u":8,                                      rejected: NotJson
    {"u":8}}                                     rejected: NotJson
    {"u":8} {"u":9}                              rejected: NotJson
    {"u":8,}                                     rejected: NotJson
    {"u" 8}                                      rejected: NotJson
    {u:8}                                        rejected: NotJson
    {"extra":08}                                 rejected: NotJson
    {"extra":+8}                                 rejected: NotJson
    {"extra":"\\x"}                              rejected: NotJson
    {"extra":"\\ud83d"}                          rejected: NotJson
    {"extra":"\\ude00\\ud83d"}                   rejected: NotJson
    {"extra":"a\nb"}                             rejected: NotJson
    {"extra":tru}                                rejected: NotJson
    {"extra":nan}                                rejected: NotJson
    {"extra":-NaN}                               rejected: NotJson
    [{"u":8}]                                    rejected: NotAnObject
    "u"                                          rejected: NotAnObject
    8                                            rejected: NotAnObject
    NaN                                          rejected: NotAnObject
    null x                                       rejected: NotJson
    u,8                                          rejected: NotJson
"#]],
    );
}

#[test]
fn json_texts_and_missing_values() {
    check_json(
        &[
            br#"{"t":"x","u":8,"i":-8,"f":1.5}"#,
            br#"{"b":true,"at":1447171200000}"#,
            br#"{"t":"\u6d59\u6c5f","b":false}"#,
            br#"{"t":"\ud83d\ude00\n\"\/"}"#,
            br#"{"t":"","u":"","i":" ","f":""}"#,
            br#"{"b":"","at":"\t","t":" "}"#,
            br#"{"t":null,"u":null,"b":null}"#,
            br#"{"t":NaN,"u":NaN,"i":NaN,"b":NaN}"#,
            br#"{"f": NaN, "extra": [NaN, {"a": Infinity}]}"#,
            br#"{"t":"NaN","u":"NaN","f":"nan"}"#,
            br#"{"t":"null","i":"NULL","b":"null"}"#,
            br#"{"t":Infinity,"u":Infinity}"#,
            br#"{"i":-Infinity,"f":-Infinity}"#,
            br#"{"b":Infinity,"at":Infinity}"#,
        ],
        &expect![[r#"
            {"t":"x","u":8,"i":-8,"f":1.5}               t="x" u=8 i=-8 f=1.5
            {"b":true,"at":1447171200000}                b=true at=1447171200000
            {"t":"\\u6d59\\u6c5f","b":false}             t="浙江" b=false
            {"t":"\\ud83d\\ude00\\n\\"\\/"}              t="😀\n\"/"
            {"t":"","u":"","i":" ","f":""}               all missing
            {"b":"","at":"\\t","t":" "}                  t=" "
            {"t":null,"u":null,"b":null}                 all missing
            {"t":NaN,"u":NaN,"i":NaN,"b":NaN}            all missing
            {"f": NaN, "extra": [NaN, {"a": Infinity}]}  all missing
            {"t":"NaN","u":"NaN","f":"nan"}              t="NaN"
            {"t":"null","i":"NULL","b":"null"}           t="null"
            {"t":Infinity,"u":Infinity}                  t="Infinity" u:out_of_range
            {"i":-Infinity,"f":-Infinity}                i:out_of_range f:out_of_range
            {"b":Infinity,"at":Infinity}                 b:wrong_type at:out_of_range
        "#]],
    );
}

#[test]
fn json_numbers_booleans_and_timestamps() {
    check_json(
        &[
            br#"{"u":"08","i":" -08 ","f":"+1.5"}"#,
            br#"{"u":8.0,"i":"2661.0","at":1e3}"#,
            br#"{"u":8.5,"i":"1e-1","at":0.5}"#,
            br#"{"u":13,"i":9223372036854775807}"#,
            br#"{"u":-1,"i":9223372036854775808}"#,
            br#"{"u":4294967296,"f":1e400}"#,
            br#"{"u":"eight","i":"1,000","f":"x"}"#,
            br#"{"u":true,"i":false,"f":true}"#,
            br#"{"u":[8],"i":{},"f":[],"t":[]}"#,
            br#"{"b":{},"at":[]}"#,
            br#"{"t":2661.0}"#,
            br#"{"t":-1.50e+07}"#,
            br#"{"t":true}"#,
            br#"{"t":false}"#,
            br#"{"b":1}"#,
            br#"{"b":"0"}"#,
            br#"{"b":" TRUE "}"#,
            br#"{"b":2}"#,
            br#"{"b":"yes"}"#,
            br#"{"at":"2015-11-11T00:00:00+08:00"}"#,
            br#"{"at":" 1447171200 "}"#,
            br#"{"at":"2015-11-11"}"#,
            br#"{"at":true}"#,
        ],
        &expect![[r#"
    {"u":"08","i":" -08 ","f":"+1.5"}            u=8 i=-8 f=1.5
    {"u":8.0,"i":"2661.0","at":1e3}              u=8 i=2661 at=1000
    {"u":8.5,"i":"1e-1","at":0.5}                u:fraction i:fraction at:fraction
    {"u":13,"i":9223372036854775807}             u:out_of_range i=9223372036854775807
    {"u":-1,"i":9223372036854775808}             u:out_of_range i:out_of_range
    {"u":4294967296,"f":1e400}                   u:out_of_range f:out_of_range
    {"u":"eight","i":"1,000","f":"x"}            u:wrong_type i:wrong_type f:wrong_type
    {"u":true,"i":false,"f":true}                u:wrong_type i:wrong_type f:wrong_type
    {"u":[8],"i":{},"f":[],"t":[]}               t:wrong_type u:wrong_type i:wrong_type f:wrong_type
    {"b":{},"at":[]}                             b:wrong_type at:wrong_type
    {"t":2661.0}                                 t="2661.0"
    {"t":-1.50e+07}                              t="-1.50e+07"
    {"t":true}                                   t="true"
    {"t":false}                                  t="false"
    {"b":1}                                      b=true
    {"b":"0"}                                    b=false
    {"b":" TRUE "}                               b=true
    {"b":2}                                      b:wrong_type
    {"b":"yes"}                                  b:wrong_type
    {"at":"2015-11-11T00:00:00+08:00"}           at=1447171200000
    {"at":" 1447171200 "}                        at=1447171200
    {"at":"2015-11-11"}                          at:wrong_type
    {"at":true}                                  at:wrong_type
"#]],
    );
}

#[test]
fn csv_records() {
    check_csv(
        &[
            b"x,8,,,,",
            b"\xEF\xBB\xBFx,8,,,,\r\n",
            b"x,8,,,,\n",
            b"\"a,\"\"b\"\"\",\"8\",,,,",
            b"\"a\nb\",8,,,,",
            b"a\"b,8,,,,",
            b"\"a\"b,8,,,,",
            b",,,,,",
            b"",
            b" \r\n",
            b"x,8,,,",
            b"x,8,,,,,",
            b"x",
            b"\"x\",8",
            b"x,8,,,\"open",
            b"\"x,8,,,,\n",
            b"x,8,,,,\ny,9,,,,",
            b"\"x\",8,,,,\ny,9,,,,",
            b"\"x\",8,,,,\n\n",
            b"x,8,,,,\xFF",
        ],
        &expect![[r#"
            x,8,,,,                                      t="x" u=8
            \xef\xbb\xbfx,8,,,,\r\n                      t="x" u=8
            x,8,,,,\n                                    t="x" u=8
            "a,""b""","8",,,,                            t="a,\"b\"" u=8
            "a\nb",8,,,,                                 t="a\nb" u=8
            a"b,8,,,,                                    t="a\"b" u=8
            "a"b,8,,,,                                   t="ab" u=8
            ,,,,,                                        all missing
                                                         rejected: Empty
             \r\n                                        rejected: Empty
            x,8,,,                                       rejected: FieldCount { expected: 6, found: 5 }
            x,8,,,,,                                     rejected: FieldCount { expected: 6, found: 7 }
            x                                            rejected: FieldCount { expected: 6, found: 1 }
            "x",8                                        rejected: FieldCount { expected: 6, found: 2 }
            x,8,,,"open                                  rejected: NotCsv
            "x,8,,,,\n                                   rejected: NotCsv
            x,8,,,,\ny,9,,,,                             rejected: NotCsv
            "x",8,,,,\ny,9,,,,                           rejected: NotCsv
            "x",8,,,,\n\n                                rejected: NotCsv
            x,8,,,,\xff                                  rejected: NotUtf8
        "#]],
    );
}

#[test]
fn csv_values() {
    check_csv(
        &[
            b"x,8,-8,1.5,true,1447171200000",
            b" x ,08, -08 ,+1.5,FALSE, 2015-11-11T00:00:00+08:00 ",
            b"NaN,NaN,nan,NaN,null,NULL",
            b"null, , ,\t, , ",
            b"2661.0,8.0,2661.0,2661.0,1.0,1e3",
            b"x,8.5,0.1,x,2,0.5",
            b"x,13,9223372036854775808,1e400,yes,yesterday",
            b"x,-1,inf,-Infinity,t,",
        ],
        &expect![[r#"
            x,8,-8,1.5,true,1447171200000                t="x" u=8 i=-8 f=1.5 b=true at=1447171200000
             x ,08, -08 ,+1.5,FALSE, 2015-11-11T00:00:00+08:00  t=" x " u=8 i=-8 f=1.5 b=false at=1447171200000
            NaN,NaN,nan,NaN,null,NULL                    t="NaN"
            null, , ,\t, ,                               t="null"
            2661.0,8.0,2661.0,2661.0,1.0,1e3             t="2661.0" u=8 i=2661 f=2661.0 b=true at=1000
            x,8.5,0.1,x,2,0.5                            t="x" u:fraction i:fraction f:wrong_type b:wrong_type at:fraction
            x,13,9223372036854775808,1e400,yes,yesterday t="x" u:out_of_range i:out_of_range f:out_of_range b:wrong_type at:wrong_type
            x,-1,inf,-Infinity,t,                        t="x" u:out_of_range i:out_of_range f:out_of_range b:wrong_type
        "#]],
    );
}

#[test]
fn limits() {
    let projection = everything();
    let mut json = Decoder::json(&projection);
    let columns = CsvColumns::in_schema_order(&schema());
    let mut csv = Decoder::csv(&projection, &columns);
    let mut check = |text_bytes: usize, expected: &str| {
        let text = "x".repeat(text_bytes);
        let json = verdict(&mut json, &projection, format!("{{\"t\":\"{text}\"}}").as_bytes());
        let escaped = format!("{{\"t\":\"\\u0078{}\"}}", &text[1..]);
        let mut thorough = Decoder::json(&projection);
        let escaped = verdict(&mut thorough, &projection, escaped.as_bytes());
        let csv = verdict(&mut csv, &projection, format!("{text},,,,,").as_bytes());
        for verdict in [json, escaped, csv] {
            assert_eq!(verdict.replace(&text, "…"), expected);
        }
    };
    check(TEXT_BYTES_MAX, "t=\"…\"");
    check(TEXT_BYTES_MAX + 1, "t:too_long");
    check(RECORD_BYTES_MAX, "rejected: TooLarge");
    let exactly = format!("{{\"extra\":\"{}\"}}", "x".repeat(RECORD_BYTES_MAX - 12));
    assert_eq!(exactly.len(), RECORD_BYTES_MAX);
    assert_eq!(verdict(&mut json, &projection, exactly.as_bytes()), "all missing");
}

#[test]
fn deep_nesting_is_no_flaw_of_a_record() {
    let depth = RECORD_BYTES_MAX / 4;
    let record = format!("{{\"u\":8,\"extra\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let projection = everything();
    let verdict = verdict(&mut Decoder::json(&projection), &projection, record.as_bytes());
    assert_eq!(verdict, "u=8");
}

/// The choice of columns, and so of loaded metrics, never changes a record's verdict.
#[test]
fn unwanted_columns_are_scanned_all_the_same() {
    let nothing = Projection::new(&schema(), &[]);
    let mut json = Decoder::json(&nothing);
    for record in [
        &br#"{"t":"\ud83d"}"#[..],
        br#"{"t":"\q"}"#,
        br#"{"t":[01]}"#,
        br#"{"t":1.}"#,
        br#"{"t":[1}"#,
        br#"{"t":{"a":"\udead"}}"#,
    ] {
        assert_eq!(verdict(&mut json, &nothing, record), "rejected: NotJson");
    }
    let mut csv = Decoder::csv(&nothing, &CsvColumns::in_schema_order(&schema()));
    assert_eq!(verdict(&mut csv, &nothing, b"\"x,8,,,,"), "rejected: NotCsv");
}

#[test]
fn a_header_says_which_column_is_which_field() {
    let columns = CsvColumns::from_header(&[" u", "other", "t "], &schema()).unwrap();
    assert_eq!(columns.missing(&schema()), ["i", "f", "b", "at"]);
    let projection = everything();
    let mut decoder = Decoder::csv(&projection, &columns);
    assert_eq!(verdict(&mut decoder, &projection, b"8,?,x"), "t=\"x\" u=8");
    let too_long = verdict(&mut decoder, &projection, b"8,?,x,");
    assert_eq!(too_long, "rejected: FieldCount { expected: 3, found: 4 }");
}
