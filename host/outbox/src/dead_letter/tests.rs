//! Letters as lines of JSON: the reason, the place, and the bytes as they were.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expect_test::{Expect, expect};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use streamgauge_core::{Field, FieldType, RecordTime, Schema};

use super::*;

const META: RecordMeta =
    RecordMeta { offset: 42, time: RecordTime(1_447_171_200_000), cursor: 4711 };

fn projection() -> Projection {
    let field = |name: &str| Field {
        name: name.to_owned(),
        field_type: FieldType::Unsigned,
        max: None,
        required: true,
    };
    let schema = Schema::new(vec![field("month"), field("action")]).expect("a schema");
    Projection::new(&schema, &[])
}

fn origin() -> Origin {
    Origin { source: "taobao".to_owned(), zone: chrono_tz::UTC, edition: 2 }
}

fn check(letter: &DeadLetter<'_>, expected: &Expect) {
    let line = letter.to_line(&origin());
    let line = String::from_utf8(line).expect("a line is UTF-8");
    assert_eq!(line.find('\n'), Some(line.len() - 1), "one line: {line}");
    expected.assert_eq(&line);
}

fn rejected<'a>(rejection: &Rejection, value: Option<&'a [u8]>) -> DeadLetter<'a> {
    let projection = projection();
    let letter = DeadLetter::rejected(3, META, rejection, &projection, None);
    let detail = letter.detail.map(|detail| Cow::Owned(detail.into_owned()));
    let reason = Cow::Owned(letter.reason.into_owned());
    DeadLetter { value: value.map(Cow::Borrowed), metric: None, reason, detail, ..letter }
}

#[test]
fn a_rejected_record_is_kept_as_text() {
    let value = "{\"province\": \"广东\",\n".as_bytes();
    check(
        &rejected(&Rejection::NotJson, Some(value)),
        &expect![[r#"
        {"source":"taobao","partition":3,"offset":42,"timestamp":1447171200000,"verdict":"rejected","metric":null,"reason":"not_json","detail":null,"value":"{\"province\": \"广东\",\n"}
    "#]],
    );
}

#[test]
fn bytes_that_are_no_text_are_kept_as_base64() {
    check(
        &rejected(&Rejection::NotUtf8, Some(b"\xff\xfe\0")),
        &expect![[r#"
        {"source":"taobao","partition":3,"offset":42,"timestamp":1447171200000,"verdict":"rejected","metric":null,"reason":"not_utf8","detail":null,"value_base64":"//4A"}
    "#]],
    );
}

#[test]
fn a_record_without_bytes_is_told_from_an_empty_one() {
    check(
        &rejected(&Rejection::Empty, None),
        &expect![[r#"
        {"source":"taobao","partition":3,"offset":42,"timestamp":1447171200000,"verdict":"rejected","metric":null,"reason":"empty","detail":null}
    "#]],
    );
    check(
        &rejected(&Rejection::Empty, Some(b"")),
        &expect![[r#"
        {"source":"taobao","partition":3,"offset":42,"timestamp":1447171200000,"verdict":"rejected","metric":null,"reason":"empty","detail":null,"value":""}
    "#]],
    );
}

#[test]
fn the_detail_names_fields_and_numbers() {
    let detail = |rejection| rejected(&rejection, None).detail;
    let counts = Rejection::FieldCount { expected: 11, found: 3 };
    assert_eq!(detail(counts).as_deref(), Some("3 fields instead of 11"));
    assert_eq!(detail(Rejection::RequiredMissing(1)).as_deref(), Some("action"));
    let invalid = Rejection::RequiredInvalid(0, Flaw::OutOfRange);
    assert_eq!(detail(invalid).as_deref(), Some("month: out_of_range"));
    assert_eq!(detail(Rejection::TooLarge), None);
}

#[test]
fn a_record_that_a_metric_leaves_out_names_it_and_the_field() {
    let missing = DeadLetter::excluded(3, META, "gender", "gender", Gap::Missing, b"{}");
    check(
        &missing,
        &expect![[r#"
        {"source":"taobao","partition":3,"offset":42,"timestamp":1447171200000,"verdict":"excluded","metric":"gender","reason":"missing","detail":"gender","value":"{}"}
    "#]],
    );
    let flaw = Gap::Invalid(Flaw::Fraction);
    let invalid = DeadLetter::excluded(3, META, "gender", "gender", flaw, b"{}");
    assert_eq!((&*invalid.reason, invalid.verdict()), ("fraction", "excluded"));
}

#[test]
fn a_record_that_a_plugin_refuses_has_its_words() {
    let words = "price \"-1\"\nis below 0";
    check(
        &DeadLetter::refused(3, META, "prices", words, b"{}"),
        &expect![[r#"
        {"source":"taobao","partition":3,"offset":42,"timestamp":1447171200000,"verdict":"excluded","metric":"prices","reason":"refused_by_plugin","detail":"price \"-1\"\nis below 0","value":"{}"}
    "#]],
    );
}

#[test]
fn letters_of_one_record_have_keys_of_their_own() {
    let key = |letter: DeadLetter<'_>| letter.key(&origin());
    let left_out =
        |metric: &'static str| DeadLetter::excluded(3, META, metric, "gender", Gap::Missing, b"{}");
    assert_eq!(key(rejected(&Rejection::NotJson, None)), "taobao/3/42/");
    assert_eq!(key(left_out("gender")), "taobao/3/42/gender");
    assert_eq!(key(left_out("age")), "taobao/3/42/age");
}

#[test]
fn a_header_is_empty_where_the_line_has_no_text() {
    let headers = |letter: &DeadLetter<'_>| {
        let pairs = letter.headers(&origin()).into_iter();
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        headers(&rejected(&Rejection::NotUtf8, Some(b"\xff"))),
        "source=taobao partition=3 offset=42 verdict=rejected metric= reason=not_utf8 detail= \
         edition=2"
    );
    let refused = DeadLetter::refused(3, META, "prices", "below 0", b"{}");
    assert_eq!(
        headers(&refused),
        "source=taobao partition=3 offset=42 verdict=excluded metric=prices \
         reason=refused_by_plugin detail=below 0 edition=2"
    );
}

#[test]
fn the_record_of_a_topic_is_the_original_and_none_where_there_was_none() {
    assert_eq!(rejected(&Rejection::NotUtf8, Some(b"\xff")).payload(), Some(&b"\xff"[..]));
    assert_eq!(rejected(&Rejection::Empty, Some(b"")).payload(), Some(&b""[..]));
    assert_eq!(rejected(&Rejection::Empty, None).payload(), None);
}

proptest! {
    #[test]
    fn a_line_is_one_line_that_gives_record_and_words_back(
        value in prop_oneof![vec(any::<u8>(), 0..40), ".{0,20}".prop_map(String::into_bytes)],
        words in any::<String>(),
    ) {
        let letter = DeadLetter::refused(3, META, "prices", &words, &value);
        let line = letter.to_line(&origin());
        prop_assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        let line: Value = serde_json::from_slice(&line).expect("a line is JSON");
        prop_assert_eq!(line["detail"].as_str(), Some(&*words));
        let found = match (line["value"].as_str(), line["value_base64"].as_str()) {
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, Some(text)) => STANDARD.decode(text).expect("base64"),
            both => panic!("{both:?}"),
        };
        prop_assert_eq!(found, value);
    }
}
