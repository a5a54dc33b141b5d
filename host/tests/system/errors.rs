//! Every mistake that a person can make, and everything that can be missing: the message names the
//! place and the remedy, and the exit code tells whose turn it is.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use crate::broker::{Broker, free_port};
use crate::events::{event, lines};
use crate::process::finish;
use crate::workplace::{SCHEMA, Settings, Workplace, unique};

/// One row of a table: a command, the exit code, and words that the error output must have.
struct Row<'a> {
    command: Command,
    code: i32,
    words: &'a [&'a str],
}

#[track_caller]
fn check(row: Row<'_>) {
    let Row { mut command, code, words } = row;
    let ended = finish(&mut command);
    eprintln!("{command:?}: {:?}\n{}", ended.code, ended.stderr.trim_end());
    assert_eq!(ended.code, Some(code), "{command:?}\n{}\n{}", ended.stdout, ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "no {word:?} in\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

/// A mistake in the pipeline, which `check` and `run` report with the same words.
fn check_pipeline(text: &str, words: &[&str]) {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    place.set_text(text);
    for subcommand in ["check", "run", "run --until-end"] {
        check(Row { command: place.command(subcommand), code: 2, words });
    }
}

#[test]
fn faults_of_the_pipeline_are_named_with_their_place() {
    let settings = Settings::kafka("127.0.0.1:1", "events");
    let good = settings.text();
    let line_of = |word: &str| {
        let number = good.lines().position(|line| line.contains(word)).expect("the line") + 1;
        format!("pipeline.toml:{number}")
    };
    let bound = line_of("bound = ");
    check_pipeline(
        &good.replace("bound = \"300s\"", "buond = \"300s\""),
        &["buond", "bound", &bound],
    );
    let plugin = line_of("gender.wasm");
    check_pipeline(&good.replace("gender.wasm", "gendre.wasm"), &["gendre.wasm", &plugin, "hint"]);
    // The pipeline has one line fewer before that line.
    let number = good.lines().position(|line| line.contains("province.wasm")).expect("the line");
    let place = format!("pipeline.toml:{number}");
    let lacking = Settings { schema: SCHEMA.replace("province = \"text\"\n", ""), ..settings };
    check_pipeline(&lacking.text(), &["metric `province`", &place, "[schema]", "hint"]);
    let wrong = Settings {
        schema: SCHEMA.replace("province = \"text\"", "province = \"unsigned\""),
        ..lacking
    };
    check_pipeline(&wrong.text(), &["metric `province`", "unsigned", "text", "[schema]", "hint"]);
}

#[test]
fn every_fault_is_named_at_once() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let text = Settings::kafka("127.0.0.1:1", "events").text();
    let text = text.replace("bound = \"300s\"", "buond = \"300s\"").replace("max = 3", "max = -3");
    place.set_text(&text.replace("every = \"5s\"", "every = \"5 parsecs\""));
    let words = ["buond", "-3", "parsecs"];
    check(Row { command: place.command("check"), code: 2, words: &words });
    let mut command = place.command("check");
    let ended = finish(command.arg("--json"));
    let found: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(found["ok"], false);
    assert!(found["diagnostics"].as_array().is_some_and(|list| list.len() >= 3), "{found}");
}

#[test]
fn what_is_missing_outside_is_named() {
    let address = format!("127.0.0.1:{}", free_port());
    let mut settings = Settings::kafka(&address, "events");
    settings.source = settings.source.replace("format = ", "give_up_after = \"1s\"\nformat = ");
    let place = Workplace::new(&settings);
    let rows: [(&str, &[&str]); 3] =
        [("check", &[]), ("produce", &["--generate", "10"]), ("run", &["--until-end"])];
    for (subcommand, arguments) in rows {
        let mut command = place.command(subcommand);
        command.args(arguments);
        check(Row { command, code: 3, words: &[&address, "hint"] });
    }
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let listen = taken.local_addr().expect("an address").to_string();
    let mut command = place.command("run");
    command.args(["--listen", &listen]);
    check(Row { command, code: 3, words: &[&listen, "another process", "hint", "--listen"] });
    let mut command = place.command("demo");
    command.args(["--listen", &listen]);
    check(Row { command, code: 3, words: &[&listen, "hint"] });
}

#[test]
fn a_page_is_not_open_to_everyone_by_oversight() {
    let settings = Settings::kafka("127.0.0.1:1", "events").text();
    let text = format!("{settings}\n[server]\nlisten = \"0.0.0.0:0\"\n");
    let at = format!("pipeline.toml:{}", text.lines().count());
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    place.set_text(&text);
    let words: &[&str] = &["0.0.0.0:0", &at, "hint", "token", "public = true"];
    for subcommand in ["check", "run", "demo"] {
        check(Row { command: place.command(subcommand), code: 2, words });
    }
    place.set_text(&settings);
    for subcommand in ["run", "demo"] {
        let mut command = place.command(subcommand);
        command.args(["--listen", "0.0.0.0:0"]);
        check(Row { command, code: 2, words: &["0.0.0.0:0", "hint", "token", "--public"] });
    }
}

#[test]
fn a_missing_topic_is_named() {
    let broker = Broker::shared();
    let topic = unique("missing");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let rows: [(&str, &[&str]); 3] =
        [("check", &[]), ("produce", &["--generate", "10"]), ("run", &["--until-end"])];
    for (subcommand, arguments) in rows {
        let mut command = place.command(subcommand);
        command.args(arguments);
        check(Row { command, code: 3, words: &[&topic, "--partitions"] });
    }
    broker.create_topic(&topic, 1);
    finish(&mut place.command("check")).ok();
}

#[test]
fn wrong_arguments_are_named() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let file = place.write("events.jsonl", &lines(&[event(&[])]));
    let file = file.to_str().expect("a temporary path is text");
    let rows: [(&str, &[&str], &[&str]); 7] = [
        ("replay", &["nowhere.jsonl"], &["nowhere.jsonl"]),
        ("replay", &["events.xlsx"], &["events.xlsx", ".csv", ".jsonl"]),
        ("replay", &[file, "--key", "usr_id"], &["usr_id", "user_id", "hint"]),
        ("produce", &["nowhere.csv"], &["nowhere.csv"]),
        ("produce", &[file, "--key", "usr_id"], &["usr_id", "user_id", "hint"]),
        ("produce", &["--generate", "many"], &["many", "100000"]),
        ("run", &["--json"], &["--until-end"]),
    ];
    for (subcommand, arguments, words) in rows {
        let mut command = place.command(subcommand);
        command.args(arguments);
        check(Row { command, code: 2, words });
    }
}
