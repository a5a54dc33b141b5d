//! Standard output: a reader that goes away changes nothing, and a full disk is a failure with words,
//! for every command that prints.

use std::fs::OpenOptions;
use std::process::{Command, Output, Stdio};

use crate::events::{event, lines};
use crate::workplace::{Settings, Workplace, plugin};

/// Where the output of a command goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    /// To a pipe whose reader is gone.
    Nowhere,
    /// To a disk without room.
    ToFullDisk,
}

/// A folder in which every command of [`commands`] has something to print.
fn workplace() -> Workplace {
    let place = Workplace::new(&Settings::file("events.jsonl".as_ref()));
    place.write("events.jsonl", &lines(&[event(&[]), event(&[]), b"no record".to_vec()]));
    run(&place, "run --until-end", Stdio::null());
    place
}

fn run(place: &Workplace, arguments: &str, output: Stdio) -> Output {
    let mut command = Command::new(streamgauge_tests::program());
    command.args(arguments.split(' ')).current_dir(place.path("")).env_remove("STREAMGAUGE_LOG");
    command.stdin(Stdio::null()).stdout(output).stderr(Stdio::piped());
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Commands of every kind, each with its usual exit code. The names of new plugins differ by `time`.
fn commands(time: usize) -> Vec<(String, i32)> {
    let component = plugin("behavior");
    let component = component.display();
    let good = [
        "--help",
        "--version",
        "plugin lock --help",
        "check -c pipeline.toml",
        "check --json",
        "verify",
        "verify --json",
        "explain 0@0",
        "explain 0@0 --json",
        "state inspect",
        "state inspect --json",
        "state list",
        "state list --json",
        "state prune",
        "replay events.jsonl",
        "replay events.jsonl --json",
        "run --until-end",
        "run --until-end --json",
        "demo --attached own --listen 127.0.0.1:0",
        "plugin lock",
    ]
    .map(str::to_owned);
    let of_plugins = [
        format!("plugin inspect {component}"),
        format!("plugin inspect {component} --json"),
        format!("plugin test {component} --rounds 2"),
        format!("plugin test {component} --rounds 2 --json"),
        format!("plugin new fresh-{time}"),
        format!("state export exported-{time}"),
        "state reset".to_owned(),
    ];
    let good = good.into_iter().chain(of_plugins).map(|arguments| (arguments, 0));
    good.chain([("check --json --config elsewhere.toml".to_owned(), 2)]).collect()
}

#[track_caller]
fn check(place: &Workplace, arguments: &str, usual: i32, leads: Leads) {
    let output = match leads {
        Leads::Nowhere => Stdio::from(std::io::pipe().expect("a pipe").1),
        Leads::ToFullDisk => {
            Stdio::from(OpenOptions::new().write(true).open("/dev/full").expect("it is there"))
        }
    };
    let ended = run(place, arguments, output);
    let said = String::from_utf8_lossy(&ended.stderr);
    let is_lost = leads == Leads::ToFullDisk && usual == 0;
    let expected = if is_lost { 1 } else { usual };
    assert_eq!(ended.status.code(), Some(expected), "{arguments}, {leads:?}: {said}");
    assert!(!said.contains("panicked"), "{arguments}, {leads:?}: {said}");
    let words = "could not be written: No space left on device";
    assert_eq!(said.matches(words).count(), usize::from(is_lost), "{arguments}, {leads:?}: {said}");
}

/// `check … | head` and `plugin lock > /dev/full` ended with a panic, and later `check > /dev/full`
/// was "ok" with nothing printed.
#[test]
fn lost_output_is_no_panic_and_a_full_disk_is_a_failure() {
    for (time, leads) in [Leads::Nowhere, Leads::ToFullDisk].into_iter().enumerate() {
        let place = workplace();
        for (arguments, usual) in commands(time) {
            check(&place, &arguments, usual, leads);
        }
    }
}

/// The work of a command whose output is lost is done all the same.
#[test]
fn lost_output_undoes_nothing() {
    let place = workplace();
    check(&place, "plugin lock", 0, Leads::ToFullDisk);
    let text = std::fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    assert_eq!(text.matches("sha256 = ").count(), 4, "{text}");
    check(&place, "check --locked", 0, Leads::Nowhere);
}
