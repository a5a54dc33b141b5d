//! One set of rows in every notation that real files have: nothing is rejected, and the results
//! are the same down to the digests.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value};

use crate::broker::Broker;
use crate::events::{counted, generated, lines};
use crate::process::finish;
use crate::result::{assert_balanced, assert_same, book, counts, outside_run};
use crate::workplace::{Settings, Workplace, unique};

const SEED: u64 = 2661;
const ROWS: usize = 4000;

type Event = Map<String, Value>;

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A row of CSV: months and days in two digits, brands such as `2661.0`, empty or `NaN`.
fn csv_row(number: usize, event: &Event) -> String {
    let cell = |(name, value): (&String, &Value)| match (name.as_str(), number % 3) {
        ("month" | "day", 0 | 1) => format!("{:02}", value.as_u64().expect("a number")),
        ("brand_id", 1) => String::new(),
        ("brand_id", 2) => "NaN".to_owned(),
        ("province", 2) => format!("\"{}\"", text(value)),
        _ => text(value),
    };
    event.iter().map(cell).collect::<Vec<_>>().join(",")
}

/// A JSON object: `\u` escapes, numbers in strings and with a zero fraction, a bare `NaN`.
fn json_row(number: usize, event: &Event) -> String {
    let field = |(name, value): (&String, &Value)| {
        let value = match (name.as_str(), number % 3) {
            ("brand_id", 1) => "\"\"".to_owned(),
            ("brand_id", 2) => "NaN".to_owned(),
            ("month" | "day", 1) => format!("\"{:02}\"", value.as_u64().expect("a number")),
            ("action" | "gender", 2) => format!("{value}.0"),
            ("province", 0 | 1) => escaped(&text(value)),
            _ => value.to_string(),
        };
        format!("\"{name}\": {value}")
    };
    format!("{{{}}}", event.iter().map(field).collect::<Vec<_>>().join(", "))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::from("\"");
    for unit in text.encode_utf16() {
        write!(escaped, "\\u{unit:04x}").expect("writing to a string never fails");
    }
    escaped.push('"');
    escaped
}

/// The files, each with the arguments that `replay` needs for that file.
fn files(place: &Workplace, events: &[Event]) -> Vec<PathBuf> {
    let rows = |row: fn(usize, &Event) -> String| -> Vec<String> {
        events.iter().enumerate().map(|(number, event)| row(number, event)).collect()
    };
    let body = lines(&rows(csv_row));
    let names: Vec<&str> = events[0].keys().map(String::as_str).collect();
    let with_header = format!("\u{feff}{}\r\n{}", names.join(","), String::from_utf8_lossy(&body));
    vec![
        place.write("header.csv", with_header.as_bytes()),
        place.write("no-header.csv", &body),
        place.write("rows.jsonl", &lines(&rows(json_row))),
    ]
}

#[test]
fn csv_and_json_are_the_same() {
    let broker = Broker::shared();
    let records = generated(ROWS, SEED, 0.0);
    let event = |record: &Vec<u8>| serde_json::from_slice(record).expect("a clean record is JSON");
    let events: Vec<Event> = records.iter().map(event).collect();
    let topic = unique("from-csv");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let files = files(&place, &events);
    let replay = |file: &PathBuf| {
        outside_run(finish(place.command("replay").arg(file).arg("--json")).json())
    };
    let first = replay(&files[0]);
    eprintln!("seed {SEED}: {}", first["accounting"]);
    assert_eq!((book(&first, "read"), book(&first, "rejected")), (ROWS as u64, 0));
    assert_eq!(book(&first, "event_time_fallback"), 0);
    assert_balanced(&first);
    assert_eq!(counts(&first, "province", "total"), counted(&records, "province"));
    for books in first["metric_accounting"].as_object().expect("books").values() {
        assert_eq!(books["excluded"], 0, "{books}");
    }
    for file in &files[1..] {
        assert_same(&file.display().to_string(), &first, &replay(file));
    }

    let produce = finish(place.command("produce").arg(&files[0]).args(["--partitions", "1"]));
    produce.ok();
    let consumed = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_same("produced from CSV", &first, &outside_run(consumed));
}

/// The same records from a file, a packed file, standard input and a pipe. No broker is needed.
#[test]
fn replay_reads_packed_files_standard_input_and_pipes() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let file = place.write("events.jsonl", &lines(&generated(500, SEED, 0.01)));
    let gzip = Command::new("gzip").arg("--keep").arg(&file).status().expect("gzip is there");
    assert!(gzip.success());
    let replay = |shell: &str| {
        let program = streamgauge_tests::program();
        let script = shell.replace("REPLAY", &format!("{program} replay --json"));
        let mut command = Command::new("sh");
        finish(command.args(["-c", &script]).current_dir(place.path("")))
    };
    let whole = outside_run(replay("REPLAY events.jsonl").json());
    assert_eq!(book(&whole, "read"), 500);
    for shell in [
        "REPLAY events.jsonl.gz",
        "REPLAY - --format json < events.jsonl",
        "cat events.jsonl.gz | REPLAY --format json -",
        "mkfifo pipe.jsonl; cat events.jsonl > pipe.jsonl & REPLAY pipe.jsonl",
        "mv events.jsonl events.log; REPLAY events.log --format json",
    ] {
        assert_same(shell, &whole, &outside_run(replay(shell).json()));
    }
    for (shell, words) in [
        ("REPLAY - < events.log", "`--format`"),
        ("REPLAY events.log", "`--format`"),
        ("REPLAY - - --format json < events.log", "once only"),
    ] {
        let ended = replay(shell);
        assert_eq!(ended.code, Some(2), "{shell}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{shell}: {}", ended.stderr);
    }
}
