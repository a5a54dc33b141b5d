//! Values and words that would play with a terminal: shown, but as what they are.

use serde_json::Value;

use crate::events::event;
use crate::process::finish;
use crate::result::counts;
use crate::workplace::{Workplace, plugin};

/// Clears the screen, sets the title of the window, turns the writing, and begins a line of the
/// program's.
const TRICK: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}evil\nerror: all is lost\u{9b}0m";

fn is_trick(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}'
}

#[test]
fn values_of_records_play_no_tricks_on_a_terminal_and_stay_exact_as_json() {
    let value = Value::from(TRICK).to_string();
    let record = event(&[("province", &value)]);
    let metric = format!(
        "[[metric]]\nid = \"p\"\nplugin = \"{}\"\n[metric.config]\ntype = \"text\"\n\
         [metric.columns]\nvalue = \"province\"\n",
        plugin("count_by").display()
    );
    let place = Workplace::of_records(&[record], &metric);
    for command in ["replay events.jsonl", "explain 0@0"] {
        let shown = finish(&mut place.command(command)).ok();
        for text in [&shown.stdout, &shown.stderr] {
            assert!(!text.contains(is_trick), "{command}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("error:")), "{command}: {text}");
        }
        assert!(shown.stdout.contains("\\u202eevil"), "{command}: {}", shown.stdout);
    }
    let result = finish(&mut place.command("replay events.jsonl --json")).ok();
    assert!(!result.stdout.contains(is_trick), "{:?}", result.stdout);
    assert_eq!(counts(&result.json(), "p", "total").into_keys().collect::<Vec<_>>(), [TRICK]);
    let explained = finish(&mut place.command("explain 0@0 --json")).json();
    assert!(explained.to_string().contains(&value), "{explained}");
}
