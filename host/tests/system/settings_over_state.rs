//! Settings that the state depends on: a change over existing state is refused, and both ways out
//! lead to the right result.

use serde_json::Value;

use crate::events::{generated, lines};
use crate::process::finish;
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{Settings, Workplace};

const SEED: u64 = 30;
const RECORDS: usize = 3000;

fn until_end(place: &Workplace, arguments: &[&str]) -> Value {
    let mut command = place.command("run");
    outside_run(finish(command.args(["--until-end", "--json"]).args(arguments)).json())
}

/// Every command that would resume from the state names the setting that does not fit, with these
/// words.
fn assert_refused(place: &Workplace, words: &[&str]) {
    for subcommand in ["check", "run", "run --until-end"] {
        let ended = finish(&mut place.command(subcommand));
        eprintln!("{subcommand}: {}", ended.stderr.trim_end());
        assert_eq!(ended.code, Some(2), "{}\n{}", ended.stdout, ended.stderr);
        for word in words.iter().chain(&["run --rebuild --config /", "state reset --config /"]) {
            assert!(ended.stderr.contains(word), "no {word:?} in\n{}", ended.stderr);
        }
    }
}

/// A file with late records, and a pipeline that has read that file with two metrics.
fn read_before() -> (tempfile::TempDir, Settings, Workplace) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&generated(RECORDS, SEED, 0.01))).expect("a file");
    let mut settings = Settings::file(&file);
    settings.metrics.truncate(2);
    let place = Workplace::new(&settings);
    let result = until_end(&place, &[]);
    eprintln!("seed {SEED}: {}", result["accounting"]);
    assert_eq!(book(&result, "read"), RECORDS as u64);
    (folder, settings, place)
}

#[test]
fn a_changed_bound_is_refused_until_the_state_is_rebuilt() {
    let (_folder, settings, place) = read_before();
    let letters = place.dead_letters();
    let changed = Settings { bound: "2000h", ..settings.clone() };
    place.set(&changed);
    let line = changed.text().lines().position(|line| line.starts_with("bound")).expect("bound");
    let at = format!("pipeline.toml:{}", line + 1);
    assert_refused(&place, &["event_time.bound", "300s", "2000h", &at]);

    // With the former settings the pipeline resumes as if nothing had been.
    place.set(&settings);
    let again = until_end(&place, &[]);
    assert_eq!(book(&again, "read"), RECORDS as u64);

    place.set(&changed);
    let rebuilt = until_end(&place, &["--rebuild"]);
    assert!(book(&rebuilt, "late") < book(&again, "late"), "{rebuilt}");
    assert_same("rebuilt and new", &until_end(&Workplace::new(&changed), &[]), &rebuilt);
    assert_eq!(place.dead_letters(), letters, "each letter is there once");
    assert_same("and it goes on from there", &rebuilt, &until_end(&place, &[]));
}

#[test]
fn state_reset_begins_anew() {
    let (_folder, settings, place) = read_before();
    let changed = Settings { bound: "10s", ..settings };
    place.set(&changed);
    let reset = finish(&mut place.command("state reset")).ok();
    assert!(reset.stdout.contains("removed"), "{}", reset.stdout);
    let reset = finish(&mut place.command("state reset")).ok();
    assert!(reset.stdout.contains("no state"), "{}", reset.stdout);
    let result = until_end(&place, &[]);
    assert_same("reset and new", &until_end(&Workplace::new(&changed), &[]), &result);
}
