//! Dirt in JSON records, and what becomes of it.

use expect_test::{Expect, expect};

use super::{check, everything, verdict};
use crate::Decoder;

/// Decodes the records one after the other, each after one that leaves something to remember.
fn check_json(records: &[&[u8]], expected: &Expect) {
    let projection = everything();
    let mut decoder = Decoder::json(&projection);
    check(records, expected, |record| verdict(&mut decoder, &projection, record));
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
