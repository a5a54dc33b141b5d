//! Dirt in CSV records, and what becomes of it.

use expect_test::{Expect, expect};
use streamgauge_core::CsvColumns;

use super::{check, everything, schema, verdict};
use crate::Decoder;

fn check_csv(records: &[&[u8]], expected: &Expect) {
    let projection = everything();
    let mut decoder = Decoder::csv(&projection, &CsvColumns::in_schema_order(&schema()));
    check(records, expected, |record| verdict(&mut decoder, &projection, record));
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
fn a_header_says_which_column_is_which_field() {
    let columns = CsvColumns::from_header(&[" u", "other", "t "], &schema()).unwrap();
    assert_eq!(columns.missing(&schema()), ["i", "f", "b", "at"]);
    let projection = everything();
    let mut decoder = Decoder::csv(&projection, &columns);
    assert_eq!(verdict(&mut decoder, &projection, b"8,?,x"), "t=\"x\" u=8");
    let too_long = verdict(&mut decoder, &projection, b"8,?,x,");
    assert_eq!(too_long, "rejected: FieldCount { expected: 3, found: 4 }");
}
