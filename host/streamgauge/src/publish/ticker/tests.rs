//! Sentences: what they say of a record, of which records there are any, and how many.

use std::path::Path;

use streamgauge_core::RecordTime;
use streamgauge_outbox::{RECENT_BYTES_MAX, RecentRecords};

use super::*;

const PIPELINE: &str = r#"
version = 1
name = "t"
[source.kafka]
brokers = "a:1"
topic = "events"
format = "json"
[schema]
ts = "timestamp"
user = "text"
action = "unsigned"
price = "float"
[event_time]
field = "ts"
unit = "ms"
[[metric]]
id = "m"
plugin = "m.wasm"
[labels.action]
"2" = { zh = "购买", en = "bought" }
"#;

fn pipeline(more: &str) -> Pipeline {
    let parsed = Pipeline::parse(&format!("{PIPELINE}{more}"), Path::new("pipeline.toml"));
    parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false))).0
}

fn follow(ticker: &mut Ticker, pipeline: &Pipeline) {
    ticker.follow(pipeline, &pipeline.labels);
}

fn ticker(more: &str) -> Ticker {
    let mut ticker = Ticker::default();
    follow(&mut ticker, &pipeline(more));
    ticker
}

const TEXT: &str =
    "[ticker]\ntext = { zh = \"{user}{action}\", en = \"{user} {action} {price}\" }\n";

fn record(offset: i64, text: &str) -> RecentRecord {
    RecentRecord {
        partition: 0,
        offset,
        time: RecordTime(offset),
        event_time: Some(EventTime(1000 + offset)),
        delay: None,
        record_bytes: text.len() as u32,
        record: text.as_bytes()[..text.len().min(RECENT_BYTES_MAX)].to_vec(),
    }
}

fn worker(records: impl IntoIterator<Item = RecentRecord>) -> Vec<Arc<WorkerReport>> {
    let mut recent = RecentRecords::default();
    recent.extend(records);
    vec![Arc::new(WorkerReport { records: recent, ..WorkerReport::default() })]
}

fn said(ticker: &Ticker) -> Vec<String> {
    let lines = ticker.lines();
    lines.lines.iter().map(|line| format!("{} {}", line.at, line.text["en"])).collect()
}

fn bought(offset: i64) -> RecentRecord {
    record(offset, &format!("{{\"user\":\"u{offset}\",\"action\":2,\"price\":1.5}}"))
}

#[test]
fn a_record_is_said_in_each_language_with_the_labels_of_its_values() {
    let mut ticker = ticker(TEXT);
    assert_eq!(ticker.fields().expect("there are some").fields, ["user", "action", "price"]);
    let other = record(8, r#"{"user":"乙","action":3,"price":2}"#);
    ticker.look(&worker([bought(7), other]), Instant::now());
    let lines = ticker.lines();
    let text = |i: usize, language: &str| lines.lines[i].text[language].clone();
    assert_eq!((text(0, "zh"), text(0, "en")), ("u7购买".to_owned(), "u7 bought 1.5".to_owned()));
    assert_eq!((text(1, "zh"), text(1, "en")), ("乙3".to_owned(), "乙 3 2".to_owned()));
    assert_eq!(lines.lines[1].at, 1008);
}

#[test]
fn a_record_that_was_late_is_cut_or_lacks_a_value_is_no_sentence() {
    let mut ticker = ticker(TEXT);
    let late = RecentRecord { delay: Some(5), ..bought(1) };
    let without = record(2, r#"{"user":"u","price":1}"#);
    let wrong = record(3, r#"{"user":"u","action":-1,"price":1}"#);
    let no_json = record(4, "user");
    let long = "x".repeat(RECENT_BYTES_MAX);
    let cut = record(5, &format!("{{\"user\":\"u\",\"action\":2,\"price\":1,\"x\":\"{long}\"}}"));
    let timeless = RecentRecord { event_time: None, ..bought(6) };
    ticker.look(&worker([late, without, wrong, no_json, cut, timeless]), Instant::now());
    assert_eq!(said(&ticker), [""; 0]);
}

#[test]
fn a_long_value_is_shortened_and_stays_on_its_line() {
    let mut ticker = ticker(TEXT);
    let long = format!("{}\\n{}", "字".repeat(30), "字".repeat(30));
    let text = format!("{{\"user\":\"{long}\",\"action\":2,\"price\":1}}");
    ticker.look(&worker([record(1, &text)]), Instant::now());
    let (before, after) = ("字".repeat(30), "字".repeat(8));
    assert_eq!(said(&ticker), [format!("1001 {before} {after}… bought 1")]);
}

#[test]
fn no_record_is_said_twice_and_few_at_a_time() {
    let mut ticker = ticker(TEXT);
    let (start, step) = (Instant::now(), LOOK_EVERY);
    ticker.look(&worker((1..=30).map(bought)), start);
    assert_eq!(said(&ticker).len(), TICKER_NEW_MAX, "the newest of them");
    assert_eq!(said(&ticker)[3], "1030 u30 bought 1.5");
    ticker.look(&worker((1..=31).map(bought)), start + step / 2);
    assert_eq!(ticker.lines().made(), 4, "it is too early");
    ticker.look(&worker((1..=31).map(bought)), start + step);
    assert_eq!(ticker.lines().made(), 5);
    for i in 2..6 {
        ticker.look(&worker((1..=100 * i).map(bought)), start + step * i as u32);
    }
    let lines = ticker.lines();
    assert_eq!((lines.made(), lines.lines.len()), (21, TICKER_LINES_MAX));
    // A topic that was created anew begins at 0.
    ticker.look(&worker([bought(0)]), start + step * 6);
    assert_eq!(ticker.lines().made(), 21, "what was looked at last is higher");
    ticker.look(&worker([bought(1)]), start + step * 7);
    assert_eq!(said(&ticker).last().map(String::as_str), Some("1001 u1 bought 1.5"));
}

#[test]
fn other_settings_begin_anew_and_none_is_said_where_records_are_not_shown() {
    let mut ticker = ticker(TEXT);
    ticker.look(&worker([bought(1), bought(2)]), Instant::now());
    follow(&mut ticker, &pipeline(&format!("{TEXT}[publish]\nevery = \"50ms\"\n")));
    assert_eq!(said(&ticker).len(), 2, "another setting is none of the ticker's");
    follow(&mut ticker, &pipeline("[ticker]\ntext = \"{user}\"\n"));
    assert_eq!((said(&ticker).len(), ticker.lines().made()), (0, 2), "pages count on");
    follow(&mut ticker, &pipeline(&format!("{TEXT}[server]\nshow_records = false\n")));
    ticker.look(&worker([bought(9)]), Instant::now() + LOOK_EVERY * 9);
    assert_eq!((ticker.fields(), said(&ticker).len()), (None, 0));
}

#[test]
fn a_moment_is_said_as_one_and_csv_is_read_in_the_order_of_the_schema() {
    let csv = PIPELINE.replace("format = \"json\"", "format = \"csv\"");
    let text = format!("{csv}[ticker]\ntext = \"{{ts}} {{user}}\"\n");
    let parsed = Pipeline::parse(&text, Path::new("pipeline.toml"));
    let (pipeline, _) = parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    let mut ticker = Ticker::default();
    follow(&mut ticker, &pipeline);
    ticker.look(&worker([record(1, "1447171200000,u1,2,1.5")]), Instant::now());
    assert_eq!(said(&ticker), ["1001 2015-11-11T00:00:00+08:00 u1"]);
}
