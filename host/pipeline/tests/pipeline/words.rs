//! Words with a slip of the pen, and what they were meant to be: whoever follows the suggestion has
//! a file that is valid.

use proptest::prelude::*;
use streamgauge_pipeline::{Diagnostic, nearest};

use super::{DEFAULT, MINIMAL, minimal_with, parse, refused, valid};

/// The word of a finding's "did you mean".
fn meant(finding: &Diagnostic) -> Option<&str> {
    finding.label.as_deref()?.strip_prefix("did you mean `")?.strip_suffix("`?")
}

/// The places of all keys and table names of the default pipeline that are not the user's own.
fn keys() -> Vec<std::ops::Range<usize>> {
    let (_, document) = valid(DEFAULT);
    let line_starts = DEFAULT.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let mut table = "";
    let mut found = Vec::new();
    for (start, line) in line_starts {
        if line.starts_with('[') {
            table = line.trim_matches(['[', ']', '\n']);
        }
        let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let is_own = matches!(table, "schema" | "source.kafka.librdkafka" | "labels.action")
            || table.starts_with("metric.co");
        if !is_own {
            found.push(start..start + key.len());
        }
    }
    assert!(found.len() >= 30, "{found:?}");
    assert!(document.key_span("workers").is_some_and(|span| found.contains(&span)));
    found
}

#[test]
fn two_letters_of_any_key_in_the_wrong_order_are_told_from_the_key() {
    for place in keys() {
        let key = &DEFAULT[place.clone()];
        let (first, second, rest) = (&key[..1], &key[1..2], &key[2..]);
        if first == second {
            continue;
        }
        let slip = format!("{second}{first}{rest}");
        let text = format!("{}{slip}{}", &DEFAULT[..place.start], &DEFAULT[place.end..]);
        let found = refused(&text);
        let finding = found.iter().find(|d| d.span == Some(place.clone()));
        let finding = finding.unwrap_or_else(|| panic!("nothing about `{slip}`:\n{found}"));
        assert!(finding.message.starts_with(&format!("unknown key `{slip}` ")), "{found}");
        assert_eq!(meant(finding), Some(key), "{found}");
    }
}

/// The file of a wrong `word` is refused at the word, with a suggestion that makes it valid.
fn check(file: impl Fn(&str) -> String, word: &str, suggestion: &str) {
    let text = file(word);
    let found = refused(&text);
    let [finding] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found}") };
    assert_eq!(&text[finding.span.clone().expect("the word")], format!("\"{word}\""));
    assert_eq!(meant(finding), Some(suggestion), "{found}");
    assert!(parse(&file(suggestion)).is_ok(), "{}", refused(&file(suggestion)));
}

#[test]
fn types_have_the_names_of_other_systems_for_a_suggestion() {
    let file = |word: &str| minimal_with("ts = \"integer\"", &format!("ts = \"{word}\""));
    for (word, suggestion) in [
        ("string", "text"),
        ("str", "text"),
        ("double", "float"),
        ("number", "float"),
        ("uint", "unsigned"),
        ("long", "integer"),
        ("datetime", "timestamp"),
        ("int", "integer"),
        ("bool", "boolean"),
        ("Text", "text"),
    ] {
        check(file, word, suggestion);
    }
}

#[test]
fn zones_are_suggested_by_what_people_call_them() {
    let file =
        |word: &str| minimal_with("year = 2015\n", &format!("year = 2015\nzone = \"{word}\"\n"));
    for (word, suggestion) in [
        ("Asia/Beijing", "Asia/Shanghai"),
        ("beijing", "Asia/Shanghai"),
        ("CHINA", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("Europe/Berln", "Europe/Berlin"),
        ("America/New-York", "America/New_York"),
    ] {
        check(file, word, suggestion);
    }
    let found = refused(&file("Mars/Olympus_Mons"));
    let finding = found.iter().next().expect("a finding");
    assert_eq!((found.len(), meant(finding)), (1, None), "{found}");
    let hint = "write a name such as \"Asia/Shanghai\", \"Europe/Berlin\" or \"UTC\"";
    assert_eq!(finding.help.as_deref(), Some(hint));
}

#[test]
fn words_of_settings_are_suggested() {
    let in_kafka = |key: &'static str| {
        move |word: &str| {
            let settings = format!("topic = \"events\"\n{key} = \"{word}\"");
            minimal_with("topic = \"events\"", &settings)
        }
    };
    check(in_kafka("start"), "latset", "latest");
    check(in_kafka("start"), "Earliest", "earliest");
    check(in_kafka("on_gap"), "stopp", "stop");
    check(in_kafka("format"), "jsonl", "json");
    let appended = |table: &'static str, key: &'static str| {
        move |word: &str| format!("{MINIMAL}{table}\n{key} = \"{word}\"\n")
    };
    check(appended("[lateness]", "clock"), "processing-time", "processing");
    check(appended("[[panel]]\nid = \"behavior\"", "chart"), "hbars", "hbar");
    check(appended("[[panel]]\nid = \"behavior\"", "size"), "Wide", "wide");
    check(appended("", "wasi"), "inret", "inert");
}

proptest! {
    /// Nothing is suggested but one of the words, and nothing but the word itself where it is there.
    #[test]
    fn a_known_word_is_suggested_for_itself_however_it_is_written(
        known in prop::collection::btree_set("[a-z]{1,6}(_[a-z]{1,6})?", 1..8),
        written in "[a-zA-Z_浙-]{0,14}",
        index in any::<prop::sample::Index>(),
    ) {
        let words: Vec<&str> = known.iter().map(String::as_str).collect();
        if let Some(word) = nearest(&written, words.iter().copied()) {
            prop_assert!(words.contains(&word));
        }
        let one = words[index.index(words.len())];
        prop_assert_eq!(nearest(one, words.iter().copied()), Some(one));
        let shouted = one.to_uppercase().replace('_', "-");
        prop_assert_eq!(nearest(&shouted, words.iter().copied()), Some(one));
        prop_assert_eq!(nearest(&written, []), None);
    }
}

/// `GMT+8` was `GMT+0`, `CST` was `CET` and `Z` was New Zealand.
#[test]
fn what_is_no_zone_leads_to_the_zone_that_is_meant() {
    let file = |zone: &str| minimal_with("year = 2015", &format!("year = 2015\nzone = \"{zone}\""));
    for (word, zone) in [
        ("GMT+8", "Asia/Shanghai"),
        ("UTC+08:00", "Asia/Shanghai"),
        ("+0800", "Asia/Shanghai"),
        ("CST", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("China/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("Z", "UTC"),
        ("utc", "UTC"),
        ("GMT-5", "Etc/GMT+5"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("PST", "America/Los_Angeles"),
    ] {
        let found = refused(&file(word));
        let [finding] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found}") };
        assert_eq!(meant(finding), Some(zone), "{found}");
        valid(&file(zone));
    }
    for word in ["XYZ", "EST5", "+99:00"] {
        let found = refused(&file(word));
        let [finding] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found}") };
        assert_eq!((meant(finding), finding.help.is_some()), (None, true), "{found}");
    }
}

#[test]
fn a_zone_whose_sign_reads_the_other_way_round_is_warned_of() {
    let warned = |zone: &str| {
        let with = format!("year = 2015\nzone = \"{zone}\"");
        valid(&minimal_with("year = 2015", &with)).1.warnings().to_string()
    };
    let words = warned("Etc/GMT+8");
    assert!(words.contains("8 h behind UTC") && words.contains("\"Asia/Shanghai\""), "{words}");
    for zone in ["Etc/GMT-8", "Etc/GMT+0", "Asia/Shanghai"] {
        assert_eq!(warned(zone), "", "{zone}");
    }
}
