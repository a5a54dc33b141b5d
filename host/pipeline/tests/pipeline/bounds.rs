//! The least and the most that each setting takes, and what is said about the next value outside.

use streamgauge_pipeline::{Diagnostics, Severity};

use super::{MINIMAL, minimal_with, parse, refused, valid};

const KAFKA: &str = "[source.kafka]\nbrokers = \"localhost:9092\"\ntopic = \"events\"\n";

/// Where a test writes its setting: in a table of its own, or in one that `MINIMAL` has.
fn with(table: &str, setting: &str) -> String {
    match table {
        "" => minimal_with("version = 1\n", &format!("version = 1\n{setting}\n")),
        "event_time" => minimal_with("year = 2015\n", &format!("year = 2015\n{setting}\n")),
        "source.kafka" => minimal_with(KAFKA, &format!("{KAFKA}{setting}\n")),
        "source.generator" => minimal_with(KAFKA, &format!("[source.generator]\n{setting}\n")),
        "metric" => format!("{MINIMAL}{setting}\n"),
        "panel" => format!("{MINIMAL}[[panel]]\nid = \"behavior\"\n{setting}\n"),
        _ => format!("{MINIMAL}[{table}]\n{setting}\n"),
    }
}

/// The only finding about a file, which is an error, with the text that it points at.
fn only(text: &str) -> (String, String) {
    let found: Diagnostics = refused(text);
    let [finding] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found}") };
    assert_eq!(finding.severity, Severity::Error);
    let place = finding.span.clone().expect("the setting is written");
    (finding.message.clone(), text[place].to_owned())
}

/// `inside` are taken; each of `outside` is refused with the range, at the value.
fn check(table: &str, key: &str, inside: [&str; 2], outside: &[&str], range: &str) {
    let path = match table {
        "" => key.to_owned(),
        "metric" => format!("metric[0].{key}"),
        _ => format!("{table}.{key}"),
    };
    let file = |value: &str| match (table, key) {
        // Each is held against the other, which has to leave room.
        ("batch", "min") => with(table, &format!("max = 65536\nmin = {value}")),
        ("batch", "max") => with(table, &format!("min = 1\nmax = {value}")),
        ("event_time", "year") => minimal_with("year = 2015", &format!("year = {value}")),
        _ => with(table, &format!("{key} = {value}")),
    };
    for value in inside {
        assert!(parse(&file(value)).is_ok(), "`{path} = {value}`: {}", refused(&file(value)));
    }
    for value in outside {
        let shown = value.trim_matches('"');
        let message = format!("`{path}` must be from {range}, not {shown}");
        assert_eq!(only(&file(value)), (message, (*value).to_owned()));
    }
}

#[test]
fn durations_have_a_least_and_a_most() {
    let year = ["\"31536000001ms\""];
    check("event_time", "bound", ["\"0s\"", "\"365d\""], &year, "0s to 365d");
    check("event_time", "future_skew", ["\"0s\"", "\"365d\""], &year, "0s to 365d");
    check("event_time", "future_skew", ["\"off\"", "\"5m\""], &year, "0s to 365d");
    let idle = ["\"999ms\"", "\"31536000001ms\""];
    check("event_time", "idle_after", ["\"1s\"", "\"365d\""], &idle, "1s to 365d");
    let summary = ["\"999ms\"", "\"86401s\""];
    check("lateness", "summary_every", ["\"1s\"", "\"1d\""], &summary, "1s to 1d");
    let delay = ["\"0ms\"", "\"60001ms\""];
    check("batch", "max_delay", ["\"1ms\"", "\"1m\""], &delay, "1ms to 60s");
    check("history", "keep", ["\"0s\"", "\"3660d\""], &["\"3661d\""], "0s to 3660d");
    let every = ["\"99ms\"", "\"3601s\""];
    check("checkpoint", "every", ["\"100ms\"", "\"1h\""], &every, "100ms to 1h");
    check("metric", "retention", ["\"0s\"", "\"3660d\""], &["\"87841h\""], "0s to 3660d");
    let time = ["\"0s\"", "\"60001ms\""];
    check("metric", "time_max", ["\"1ms\"", "\"1m\""], &time, "1ms to 60s");
    let compile = ["\"999ms\"", "\"3601s\""];
    check("metric", "compile_time_max", ["\"1s\"", "\"1h\""], &compile, "1s to 1h");
    let season = ["\"0ms\"", "\"8761h\""];
    check("source.generator", "season", ["\"1ms\"", "\"365d\""], &season, "1ms to 365d");
}

#[test]
fn numbers_and_sizes_have_a_least_and_a_most() {
    check("", "workers", ["1", "1024"], &["0", "1025", "-1"], "1 to 1024");
    check("event_time", "year", ["1", "9999"], &["0", "10000"], "1 to 9999");
    check("batch", "min", ["1", "65536"], &["0", "65537"], "1 to 65536");
    check("batch", "max", ["1", "65536"], &["0", "65537"], "1 to 65536");
    let open = ["0", "100001"];
    check("metric", "max_open_windows", ["1", "100000"], &open, "1 to 100000");
    let memory = ["\"2097151B\"", "\"4294967297B\""];
    let compile = ["\"63MiB\"", "\"65GiB\""];
    check("metric", "compile_memory_max", ["\"64MiB\"", "\"64GiB\""], &compile, "64MiB to 64GiB");
    check("metric", "memory_max", ["\"2MiB\"", "\"4GiB\""], &memory, "2MiB to 4GiB");
    let snapshot = ["\"0B\"", "\"4294967297B\""];
    check("metric", "snapshot_max", ["\"1B\"", "\"4GiB\""], &snapshot, "1B to 4GiB");
    check("server", "max_hz", ["0.1", "50"], &["0.09", "50.5", "-1"], "0.1 to 50");
    let last = u64::MAX.to_string();
    let (beyond, all) = (["-1", "18446744073709551616"], format!("0 to {last}"));
    let generator = "source.generator";
    check(generator, "seed", ["0", &last], &beyond, &all);
    check(generator, "limit", ["1", &last], &["0"], &format!("1 to {last}"));
    check(generator, "season", ["1", &last], &["0"], &format!("1 to {last}"));
    check(generator, "partitions", ["1", "1024"], &["0", "1025"], "1 to 1024");
    check(generator, "rate", ["0.1", "1e9"], &["0.05", "1000000001"], "0.1 to 1000000000");
    for share in ["late", "dirt"] {
        check(generator, share, ["0", "1.0"], &["-0.1", "1.25"], "0 to 1");
    }
    for people in ["users", "items"] {
        let most = ["0", "100000001"];
        check(generator, people, ["1", "100_000_000"], &most, "1 to 100000000");
    }
    let field =
        |max: &str| minimal_with("\"integer\"", &format!("{{ type = \"unsigned\", max = {max} }}"));
    valid(&field("0"));
    let (message, place) = only(&field("4294967296"));
    assert_eq!(message, "`schema.ts.max` must be from 0 to 4294967295, not 4294967296");
    assert_eq!(place, "4294967296");
}

#[test]
fn the_order_of_a_panel_is_bounded_on_both_sides() {
    for order in ["-1000000", "1000000"] {
        let (pipeline, _) = valid(&with("panel", &format!("order = {order}")));
        assert_eq!(pipeline.metrics[0].panels[0].order, order.parse().ok());
    }
    for order in ["-1000001", "1000001", "170141183460469231731687303715884105727"] {
        let (message, place) = only(&with("panel", &format!("order = {order}")));
        assert_eq!(
            (message.as_str(), place.as_str()),
            ("`panel[0].order` is too far from 0", order)
        );
    }
}

#[test]
fn a_number_that_no_type_holds_is_too_large_and_not_a_crash() {
    let digits = "9".repeat(60);
    let (message, place) = only(&with("", &format!("workers = {digits}")));
    assert_eq!((message.as_str(), place), ("`workers` is too large a number", digits));
    for number in ["inf", "-inf", "nan", "1e400"] {
        let (message, place) = only(&with("server", &format!("max_hz = {number}")));
        assert_eq!((message.as_str(), place.as_str()), ("`server.max_hz` must be finite", number));
    }
    let (message, _) = only(&with("event_time", "bound = \"99999999999999999999d\""));
    assert_eq!(message, "`event_time.bound` is too large");
}

/// The longest that is taken, and the same with one character more.
fn check_length(file: impl Fn(&str) -> String, character: &str, most: usize, message: &str) {
    valid(&file(&character.repeat(most)));
    let long = character.repeat(most + 1);
    let found = only(&file(&long)).0;
    assert_eq!(found.replace(&long, "…"), message);
}

#[test]
fn texts_have_a_longest_length_in_characters() {
    let name = |text: &str| minimal_with("name = \"测试\"", &format!("name = \"{text}\""));
    check_length(name, "测", 200, "`name` must have at most 200 characters");
    let group = |text: &str| with("source.kafka", &format!("group = \"{text}\""));
    let message = "`source.kafka.group` must have at most 4096 characters";
    check_length(group, "组", 4096, message);
    let topic = |text: &str| minimal_with("\"events\"", &format!("\"{text}\""));
    check_length(topic, "t", 249, "`source.kafka.topic` is not a name for a topic: `…`");
    let id = |text: &str| minimal_with("\"behavior\"", &format!("\"{text}\""));
    check_length(id, "i", 64, "`metric[0].id` is not an id: `…`");
    let field = |text: &str| minimal_with("ts = ", &format!("\"{text}\" = "));
    check_length(field, "列", 128, "`schema.\"…\"` has more than 128 characters");
}

#[test]
fn a_line_of_text_is_neither_empty_nor_more_than_a_line() {
    for (text, problem) in [
        ("\"\"", "must not be empty"),
        ("\" \\t\u{3000}\"", "must not be empty"),
        ("\"a\\nb\"", "must not have control characters or line breaks"),
        ("\"a\\u0000\"", "must not have control characters or line breaks"),
        ("\"a\\u0085b\"", "must not have control characters or line breaks"),
    ] {
        let (message, place) = only(&with("source.kafka", &format!("group = {text}")));
        assert_eq!(message, format!("`source.kafka.group` {problem}"), "{text}");
        assert_eq!(place, text);
    }
}

#[test]
fn lists_have_a_longest_length() {
    let origins = |count: usize| {
        let list = vec!["\"https://gauge.example\""; count].join(", ");
        with("server", &format!("allow_origins = [{list}]"))
    };
    assert_eq!(valid(&origins(64)).0.server.allow_origins.len(), 64);
    assert_eq!(only(&origins(65)).0, "`server.allow_origins` must have at most 64 origins");

    let windows = |count: usize| {
        let list: Vec<String> = (1..=count).map(|days| format!("\"{days}d\"")).collect();
        with("metric", &format!("windows = [{}]", list.join(", ")))
    };
    assert_eq!(valid(&windows(16)).0.metrics[0].windows.len(), 16);
    assert_eq!(only(&windows(17)).0, "`metric[0].windows` has 17 windows, more than 16");

    let metrics = |count: usize| {
        let further: Vec<String> = (1..count)
            .map(|i| format!("[[metric]]\nid = \"m{i}\"\nplugin = \"m.wasm\"\n"))
            .collect();
        format!("{MINIMAL}{}", further.concat())
    };
    assert_eq!(valid(&metrics(256)).0.metrics.len(), 256);
    assert_eq!(only(&metrics(257)).0, "`metric` has 257 metrics, more than 256");
}
