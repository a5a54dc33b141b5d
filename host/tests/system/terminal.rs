//! Commands that read a log to its end, watched on a terminal.

use std::path::Path;
use std::process::Command;

use crate::process::finish;
use crate::workplace::{Settings, Workplace};

/// All that a command writes to a terminal of its own.
fn on_terminal(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let mut script = Command::new("script");
    script
        .args(["-qec", &words.join(" "), "/dev/null"])
        .env("TERM", "xterm")
        .env_remove("STREAMGAUGE_LOG");
    if let Some(folder) = command.get_current_dir() {
        script.current_dir(folder);
    }
    finish(&mut script).ok().stdout
}

#[test]
fn how_far_a_command_is_stands_on_a_terminal_until_it_ends() {
    let place = Workplace::new(&Settings::file(Path::new("events.jsonl")));
    let events = crate::events::generated(20_000, 9, 0.0);
    place.write("events.jsonl", &crate::events::lines(&events));
    let mut replay = place.command("replay");
    replay.arg(place.path("events.jsonl"));
    for (command, shown, result) in [
        (place.command("run --until-end"), " records read, ", "consumed in "),
        (replay, " records read, ", "consumed in "),
        (place.command("verify"), " of 20,000 offsets, ", "every digest equal"),
        (place.command("explain 0@19999"), " of 19,999 offsets, ", "partition 0, offset 19999"),
    ] {
        let written = on_terminal(&command);
        let last = written.rfind(shown).unwrap_or_else(|| panic!("{command:?}: {written}"));
        // The line is taken away, and then the result comes.
        let after = written[last..].split_once("\x1b[2K").map(|(_, after)| after);
        assert!(after.is_some_and(|after| after.contains(result)), "{command:?}: {written}");
    }
    let ended = finish(&mut place.command("verify")).ok();
    assert!(!ended.stderr.contains("offsets"), "without a terminal: {}", ended.stderr);
}
