//! Escapes and repeated keys of JSON. A verdict depends neither on whether the value is wanted nor
//! on which way through the decoder the record takes.

use streamgauge_core::{Projection, Row};

use super::{everything, schema, verdict};
use crate::Decoder;

/// The verdict on a string with this content between its quotes, which is wanted in one record and
/// stands in a key, in a list or in a field that nobody knows in others.
fn check(content: &str, expected: Option<&str>) {
    let projection = everything();
    let mut decoder = Decoder::json(&projection);
    let shown = match expected {
        Some("") => "all missing".to_owned(),
        Some(text) => format!("t={text:?}"),
        None => "rejected: NotJson".to_owned(),
    };
    let wanted = format!("{{\"t\":\"{content}\"}}");
    assert_eq!(verdict(&mut decoder, &projection, wanted.as_bytes()), shown, "{wanted}");
    let nothing = Projection::new(&schema(), &[]);
    for record in [
        wanted,
        format!("{{\"extra\":\"{content}\"}}"),
        format!("{{\"extra\":[1,\"{content}\"]}}"),
        format!("{{\"extra {content}\":1}}"),
    ] {
        let mut row = Row::default();
        let read = Decoder::json(&nothing).decode(record.as_bytes(), &mut row).is_ok();
        assert_eq!(read, expected.is_some(), "{record}");
    }
}

#[test]
fn every_escape_of_json_is_read_and_no_other() {
    for (content, text) in [
        (r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t"),
        (r#"\"\\\/"#, "\"\\/"),
        (r"a\u0000b", "a\0b"),
        (r"\u00E9\u00e9", "éé"),
        (r"\uFFFF\ufeff", "\u{ffff}\u{feff}"),
        // What stands after an escaped backslash is no escape.
        (r"\\u0041", "\\u0041"),
        (r"\\ud800", "\\ud800"),
        (r"\\\\", "\\\\"),
        ("\u{7f}\u{80}\u{2028}", "\u{7f}\u{80}\u{2028}"),
        ("", ""),
    ] {
        check(content, Some(text));
    }
    for content in [
        r"\a", r"\'", r"\x41", r"\0", r"\U0041", r"\u", r"\u12", r"\u00g0", r"\u+123", r"\u{41}",
        r"\", "\u{0}", "\t", "\n", "\u{1f}",
    ] {
        check(content, None);
    }
}

#[test]
fn surrogates_are_characters_in_pairs_only() {
    check(r"\ud800\udc00", Some("\u{10000}"));
    check(r"\uDBFF\uDFFF", Some("\u{10ffff}"));
    check(r"\ud83d\ude00\ud83d\ude00", Some("😀😀"));
    // The neighbours of the surrogates stand alone.
    check(r"\ud7ff\ue000", Some("\u{d7ff}\u{e000}"));
    for content in [
        r"\ud800",
        r"\udbffx",
        r"\udc00",
        r"\udfff\ud800",
        r"\ud800\ud800\udc00",
        r"\ud800\n\udc00",
        r"\ud800 \udc00",
        r"\ud800\\udc00",
        r"\ud800\u0041",
        r"\ud800\ue000",
        r"\\\ud800",
        r"\ud83d\ude00\ude00",
    ] {
        check(content, None);
    }
}

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    let projection = everything();
    for (record, expected) in [
        (r#"{"t":"long enough","t":"x"}"#, r#"t="x""#),
        (r#"{"t":"x","u":8,"t":"a longer text"}"#, r#"t="a longer text" u=8"#),
        (r#"{"t":"x","\u0074":"y"}"#, r#"t="y""#),
        (r#"{"\u0074":"y","t":"x"}"#, r#"t="x""#),
        (r#"{"t":"x","t":[1],"t":2.50}"#, r#"t="2.50""#),
        (r#"{"t":"x","t":[1]}"#, "t:wrong_type"),
        (r#"{"i":"x","i":" ","u":1}"#, "u=1"),
        (r#"{"u":13,"u":12}"#, "u=12"),
        // Another spelling is another key.
        (r#"{"u":8,"U":9," u":10,"u ":11,"":12}"#, "u=8"),
        (r#"{"u":8,"u\u0000":9}"#, "u=8"),
    ] {
        let mut decoder = Decoder::json(&projection);
        for time in ["learning", "knowing"] {
            let found = verdict(&mut decoder, &projection, record.as_bytes());
            assert_eq!(found, expected, "{time} {record}");
        }
    }
}

#[test]
fn more_members_than_are_remembered_are_read_all_the_same() {
    let projection = everything();
    let mut decoder = Decoder::json(&projection);
    for wanted in [0, 1022, 1023, 1024, 1025, 1099] {
        let members: Vec<String> = (0..1100)
            .map(|i| if i == wanted { "\"u\":8".to_owned() } else { format!("\"k{i}\":{i}") })
            .collect();
        let record = format!("{{{}}}", members.join(","));
        for _ in 0..2 {
            assert_eq!(verdict(&mut decoder, &projection, record.as_bytes()), "u=8", "{wanted}");
        }
    }
}

/// What stands between two values is compared in words, up to 32 bytes: here the key is at each of
/// them, and enough follows for words to be compared.
#[test]
fn keys_far_from_the_value_before_are_not_taken_for_each_other() {
    let projection = everything();
    let mut decoder = Decoder::json(&projection);
    for spaces in 0..48 {
        let (space, tail) = (" ".repeat(spaces), "x".repeat(64));
        for (key, expected) in [("u", "u=8 b=true"), ("i", "i=8 b=true"), ("x", "b=true")] {
            let record = format!("{{\"b\":true,{space}\"{key}\":8,\"tail\":\"{tail}\"}}");
            let found = verdict(&mut decoder, &projection, record.as_bytes());
            assert_eq!(found, expected, "{spaces} spaces");
        }
    }
}
