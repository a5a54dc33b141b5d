//! Settings that the state depends on: a change over existing state is refused, and both ways out
//! lead to the right result.

use crate::events::{generated, lines};
use crate::process::finish;
use crate::result::{assert_same, book, until_end, until_end_with};
use crate::workplace::{Settings, Workplace};

const SEED: u64 = 30;
const RECORDS: usize = 3000;

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
    let result = until_end(&place);
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
    let again = until_end(&place);
    assert_eq!(book(&again, "read"), RECORDS as u64);

    place.set(&changed);
    let rebuilt = until_end_with(&place, &["--rebuild"]);
    assert!(book(&rebuilt, "late") < book(&again, "late"), "{rebuilt}");
    assert_same("rebuilt and new", &until_end(&Workplace::new(&changed)), &rebuilt);
    assert_eq!(place.dead_letters(), letters, "each letter is there once");
    assert_same("and it goes on from there", &rebuilt, &until_end(&place));
}

/// The metric is counted from the log anew, in the background.
const BUILT: Option<&str> = Some("built");

/// Each edit of one line with what `check` says of it over the state: nothing, or the words of a
/// refusal. The first and the last run come to the same result.
#[test]
fn an_edit_that_changes_no_count_is_taken_and_another_names_its_part() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&generated(RECORDS, SEED, 0.01))).expect("a file");
    let mut settings = Settings::file(&file);
    settings.metrics = vec!["count_by".to_owned()];
    settings.of_metrics =
        "windows = [\"1d\", \"cumulative\"]\n[metric.columns]\nvalue = \"action\"\n\
                           [metric.config]\ntype = \"unsigned\"\ntitle = \"T\"\ntop = 3\n"
            .to_owned();
    let place = Workplace::new(&settings);
    let before = until_end(&place);
    let text = settings.text();
    let edits = [
        ("brand_id = \"text\"\n", "", None),
        ("item_id = \"text\"\n", "item_id = \"integer\"\nmore = \"float\"\n", None),
        ("max = 8 }", "max = 7 }", None),
        ("title = \"T\"\ntop = 3\n", "top = 4\ntitle = \"U\"\nchart = \"pie\"\n", None),
        ("\"Asia/Shanghai\"", "\"PRC\"", None),
        ("[\"1d\", \"cumulative\"]", "[\"cumulative\", \"24h\"]", None),
        ("name = \"系统测试\"\nworkers = \"auto\"", "name = \"n\"\nworkers = 2", None),
        ("max = 3 }", "max = 4 }", BUILT),
        ("value = \"action\"", "value = \"gender\"", BUILT),
        ("[\"1d\", ", "[\"1h\", \"1d\", ", BUILT),
        ("\"cumulative\"]\n", "\"cumulative\"]\nretention = \"2d\"\n", BUILT),
        (
            "user_id = \"text\"",
            "user_id = { type = \"text\", required = true }",
            Some("`schema.user_id` was not set"),
        ),
        ("\"Asia/Shanghai\"", "\"UTC\"", Some("`event_time.zone` was \"Asia/Shanghai (offsets")),
    ];
    let mut taken = text.clone();
    for (old, new, refusal) in edits {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        place.set_text(&text.replace(old, new));
        let ended = finish(place.command("check").arg("--offline"));
        match refusal {
            BUILT => assert_eq!(ended.code, Some(0), "{old} → {new}\n{}", ended.stderr),
            None => {
                assert_eq!(ended.code, Some(0), "{old} → {new}\n{}", ended.stderr);
                taken = taken.replace(old, new);
            }
            Some(words) => {
                assert_eq!(ended.code, Some(2), "{old} → {new}\n{}", ended.stdout);
                assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
            }
        }
    }
    // All that were taken at once; the read count does not change, so nothing was read again.
    place.set_text(&taken);
    let after = until_end(&place);
    assert_eq!(after["accounting"], before["accounting"]);
    assert_eq!(after["at"], before["at"]);
    finish(&mut place.command("verify")).ok();
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
    let result = until_end(&place);
    assert_same("reset and new", &until_end(&Workplace::new(&changed)), &result);
}
