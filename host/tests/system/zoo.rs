//! Hostile plugins, each beside the four metrics of every pipeline: what each one does is contained
//! and named, the four metrics are exact, and memory stays within what the plugin may have.
//!
//! What the program says of each kind stands in `zoo/*.txt`, one paragraph for each.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use expect_test::{ExpectFile, expect_file};
use serde_json::Value;

use crate::events::event;
use crate::memory_limit::run_to_end;
use crate::process::Ended;
use crate::workplace::{METRICS, Settings, Workplace, plugin, root};

const RECORDS: u64 = 20_000;

/// What the guest may have.
const GUEST_MB: u64 = 32;
const GUEST_BYTES: u64 = GUEST_MB << 20;

/// As much time as no act needs on any machine, except for those that never end.
const TIME_MAX: &str = "10s";

/// What a pipeline with a guest may have more than without: its memory twice, and what the host
/// needs for its code and its results.
const MORE_BYTES: u64 = ((2 * GUEST_MB) + 64) << 20;

/// No guest may hold a run back longer, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// The most that a guest has the program say: 64 lines of 4 KiB at once, then four a second.
const SAID_BYTES_MAX: usize = 400 << 10;

/// As much of a line as is compared.
const SHOWN_CHARS: usize = 400;

/// The part of the built component that stands for a schema of any kind.
const BAIT: &[u8] = b"\"$comment\":\"hostile\"";

/// A guest and what it is to do.
struct Guest {
    name: String,
    plugin: PathBuf,
    config: String,
    time_max: &'static str,
    /// The folder of compiled code; `None` means the user's own.
    cache: Option<PathBuf>,
}

impl Guest {
    fn of(call: &str, act: &str) -> Self {
        Self {
            name: format!("{call} {act}"),
            plugin: plugin("hostile"),
            config: format!("call = \"{call}\"\nact = \"{act}\"\nat = 20\n"),
            time_max: if act == "loop" { "300ms" } else { TIME_MAX },
            cache: None,
        }
    }

    /// A component that was written by hand.
    fn made(name: &str, plugin: PathBuf) -> Self {
        let (name, config) = (name.to_owned(), String::new());
        Self { name, plugin, config, time_max: TIME_MAX, cache: None }
    }
}

fn place(guest: Option<&Guest>) -> Workplace {
    let place = Workplace::new(&Settings::file("unused".as_ref()));
    let records: Vec<u8> = (0..RECORDS)
        .flat_map(|number| {
            // Every tenth is of the day before, so it is late.
            let day = if number % 10 == 9 { "10" } else { "11" };
            let (action, age) = ((number % 4).to_string(), (number % 9).to_string());
            let mut record = event(&[("day", day), ("action", &action), ("age_range", &age)]);
            record.push(b'\n');
            record
        })
        .collect();
    let records = place.write("records.jsonl", &records);
    let settings = Settings {
        workers: "1".to_owned(),
        batch: (10, 500, "10ms"),
        checkpoint_every: "100ms",
        ..Settings::file(&records)
    };
    let mut text = settings.text();
    if let Some(Guest { plugin, config, time_max, .. }) = guest {
        write!(
            text,
            "[[metric]]\nid = \"guest\"\nplugin = \"{}\"\nmemory_max = \"{GUEST_MB}MiB\"\n\
             time_max = \"{time_max}\"\nwindows = [\"cumulative\", \"1d\"]\n",
            plugin.display()
        )
        .expect("a string takes all");
        if !config.is_empty() {
            write!(text, "[metric.config]\n{config}").expect("a string takes all");
        }
    }
    place.set_text(&text);
    place
}

/// Runs to the end of the records, and returns how that went and the most memory that it took.
fn run(place: &Workplace, cache: Option<&Path>) -> (Ended, u64) {
    let mut command = place.command("run");
    command.envs(cache.map(|folder| ("STREAMGAUGE_CACHE", folder)));
    run_to_end(command.args(["--until-end", "--json"]), PATIENCE)
}

/// The four metrics of a result.
fn four(result: &Value) -> Vec<&Value> {
    METRICS
        .iter()
        .flat_map(|id| [&result["metrics"][id], &result["metric_accounting"][id]])
        .collect()
}

/// The result without a guest, and the memory that it took.
static ALONE: LazyLock<(Value, u64)> = LazyLock::new(|| {
    let (ended, peak) = run(&place(None), None);
    (ended.json(), peak)
});

/// A line that is the same in each run: without its time, folders, places, and large counts.
fn steady(line: &str, place: &Workplace) -> String {
    let folder = place.path("").display().to_string();
    let line = line.replace(folder.trim_end_matches('/'), "…");
    let line = line.replace(&root().display().to_string(), "…");
    let line = without_limit(&without_temporary(&line));
    let line = match line.split_once("Z ") {
        Some((time, rest)) if time.starts_with("20") => rest.trim_start(),
        _ => &line,
    };
    let (mut text, mut number) = (String::new(), String::new());
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let is_place = text.ends_with("0@") && !number.is_empty();
        let is_count = number.len() > 3 && number != GUEST_BYTES.to_string();
        text.push_str(if is_count || is_place { "N" } else { &number });
        number.clear();
        text.push(c);
    }
    match text.trim_end().char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => text[..end].to_owned() + "…",
        None => text.trim_end().to_owned(),
    }
}

/// Without the names that temporary folders get.
fn without_temporary(line: &str) -> String {
    let begin = format!("{}/.tmp", env::temp_dir().display());
    let mut parts = line.split(&begin);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "…" + part.find('/').map_or("", |end| &part[end..]))
}

/// Without the limit of a compilation that is met first: it depends on the machine.
fn without_limit(line: &str) -> String {
    let line = match line.split_once(" was not compiled: over its limit of ") {
        Some((component, _)) => format!("{component} was not compiled: over a limit of it"),
        None => line.to_owned(),
    };
    ["memory", "time"].iter().fold(line, |line, limit| {
        line.replace(&format!("`compile_{limit}_max`"), "`compile_…_max`")
            .replace(&format!("`--compile-{limit}-max`"), "`--compile-…-max`")
    })
}

/// What the program says of the guest.
fn met(guest: &Guest) -> String {
    let place = place(Some(guest));
    let (ended, peak) = run(&place, guest.cache.as_deref());
    let (alone, alone_peak) = &*ALONE;
    let name = &guest.name;
    let said = &ended.stderr;
    assert!(
        peak <= alone_peak + MORE_BYTES,
        "{name}: {} MB, and {} MB without it",
        peak >> 20,
        alone_peak >> 20
    );
    assert!(said.len() <= SAID_BYTES_MAX, "{name}: {} bytes are said", said.len());
    assert!(!said.chars().any(is_treacherous), "{name}: {said:?}");
    assert_ne!(ended.code, None, "{name}: it was killed: {said}");
    let mut text = format!("{name}: exit code {}\n", ended.code.unwrap_or_default());
    if let Ok(result) = serde_json::from_str::<Value>(&ended.stdout) {
        assert_eq!(four(&result), four(alone), "{name}");
        assert_eq!(result["accounting"], alone["accounting"], "{name}");
        let is_stopped = said.contains("metric `guest` stopped at ");
        writeln!(
            text,
            "  the four metrics are exact{}",
            if is_stopped { ", it is stopped" } else { "" }
        )
        .expect("a string takes all");
    }
    let lines: BTreeSet<String> = said
        .lines()
        .filter(|line| {
            line.contains("guest")
                || line.contains("hostile")
                || line.contains("hint:")
                || line.starts_with("error: ")
        })
        // How many they are, and whether a short run is long enough for a look at the shares,
        // depends on how fast the machine is.
        .filter(|line| !line.contains(" lines before this one are left out"))
        .filter(|line| !line.contains(" leaves out most of its rows "))
        .map(|line| steady(line, &place))
        .collect();
    for line in lines {
        writeln!(text, "  {line}").expect("a string takes all");
    }
    text
}

/// Changes what a terminal shows otherwise than by a letter.
fn is_treacherous(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn check(guests: &[Guest], expected: &ExpectFile) {
    let said: Vec<String> = guests.iter().map(met).collect();
    expected.assert_eq(&said.join("\n"));
}

fn each(calls: &[&str], acts: &[&str]) -> Vec<Guest> {
    calls.iter().flat_map(|call| acts.iter().map(|act| Guest::of(call, act))).collect()
}

#[test]
fn that_crash_never_end_or_hoard_in_any_call() {
    let calls = ["create", "add", "merge", "snapshot", "restore", "result"];
    let guests = each(&calls, &["panic", "loop", "allocate", "recurse"]);
    check(&guests, &expect_file!["zoo/calls.txt"]);
}

#[test]
fn that_say_too_much_or_what_they_must_not() {
    let acts = ["log-lines", "log-bytes", "log-control", "error", "error-bytes", "error-control"];
    check(&each(&["add", "result", "merge"], &acts), &expect_file!["zoo/words.txt"]);
}

#[test]
fn that_refuse_rows_or_give_what_is_none() {
    let acts = [
        "refuse-all",
        "refuse-first",
        "refuse-none",
        "refuse-foreign",
        "refuse-twice",
        "refuse-bytes",
        "refuse-control",
        "leak",
        "slow",
    ];
    let mut guests = each(&["add"], &acts);
    let acts = ["columns", "lengths", "types", "duplicates", "rows", "key-bytes", "control"];
    guests.extend(each(&["result"], &acts));
    guests.extend(each(&["snapshot"], &["bytes"]));
    check(&guests, &expect_file!["zoo/results.txt"]);
}

#[test]
fn that_do_not_even_start() {
    let mut guests = each(&["open", "describe"], &["panic", "loop", "allocate", "recurse"]);
    guests.extend(each(&["open"], &["error", "error-bytes", "error-control"]));
    guests.extend(each(&["describe"], &["bytes", "control", "labels", "outputs", "views"]));
    check(&guests, &expect_file!["zoo/start.txt"]);
}

/// The built component with this part of its schema.
fn with_schema(folder: &Path, name: &str, fragment: &str) -> Guest {
    let mut bytes = fs::read(plugin("hostile")).expect("it is built");
    let found = bytes.windows(BAIT.len()).position(|window| window == BAIT).expect("its bait");
    assert!(bytes[found..].iter().skip(BAIT.len()).take_while(|b| **b == b' ').count() > 8000);
    assert!(fragment.len() < 8192, "it has no room");
    let put = &mut bytes[found..found + BAIT.len().max(fragment.len())];
    put.fill(b' ');
    put[..fragment.len()].copy_from_slice(fragment.as_bytes());
    let path = folder.join(format!("{}.wasm", name.replace(' ', "-")));
    fs::write(&path, bytes).expect("the folder can be written to");
    let guest = Guest::made(&format!("schema {name}"), path);
    Guest { config: "bait = \"x\"\n".to_owned(), ..guest }
}

/// Thirty definitions, each of which asks the next one twice: a billion checks.
fn doubled(count: usize) -> String {
    let mut text = "\"allOf\":[{\"$ref\":\"#/properties/bait/$defs/d0\"}],\"$defs\":{".to_owned();
    for n in 0..count {
        let next = format!("{{\"$ref\":\"#/properties/bait/$defs/d{}\"}}", n + 1);
        write!(text, "\"d{n}\":{{\"allOf\":[{next},{next}]}},").expect("a string takes all");
    }
    write!(text, "\"d{count}\":{{\"type\":\"string\"}}}}").expect("a string takes all");
    text
}

#[test]
fn whose_schema_is_a_trap() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let guest = |name, fragment: &str| with_schema(folder.path(), name, fragment);
    let nested = format!("{}\"type\":\"string\"{}", "\"not\":{".repeat(700), "}".repeat(700));
    let guests = [
        guest("with doubled references", &doubled(30)),
        guest("with a circle", "\"$ref\":\"#/properties/bait\""),
        guest("with deep nesting", &nested),
        guest("with a slow pattern", "\"pattern\":\"^(([a-z])+.)+[A-Z]([a-z])+$\""),
        guest("with a huge pattern", "\"pattern\":\"(a{1,1000}){1,1000}\""),
        guest("elsewhere", "\"$ref\":\"http://127.0.0.1:9/schema.json\""),
        guest("in a file", "\"$ref\":\"file:///etc/passwd\""),
        guest("that is none", "\"type\":7"),
        guest("that is no JSON", "\"type\":"),
    ];
    check(&guests, &expect_file!["zoo/schema.txt"]);
}

#[test]
fn that_are_a_trap_as_files() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // What was compiled once, under whichever limits, is not compiled again.
    let cache = folder.path().join("cache");
    let guest = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(format!("{}.wasm", name.replace(' ', "-")));
        fs::write(&path, bytes).expect("the folder can be written to");
        Guest { cache: Some(cache.clone()), ..Guest::made(&format!("file {name}"), path) }
    };
    let module = |name: &str, text: &str| {
        let bytes = wat::parse_str(format!("(component (core module {text}))"));
        guest(name, &bytes.expect("the text is in order"))
    };
    let body = "(block local.get 0 i32.const 3 i32.mul local.set 0)";
    let built = fs::read(plugin("hostile")).expect("it is built");
    let started = "(component (core module $m (func $f (loop br 0)) (start $f)) \
                   (core instance (instantiate $m)))";
    let memories = "(component (core module $m (memory 400)) ".to_owned()
        + &"(core instance (instantiate $m)) ".repeat(20)
        + ")";
    let guests = [
        module("of many functions", &"(func (param i32) local.get 0 drop)".repeat(400_000)),
        module("of a huge function", &format!("(func (param i32) {})", body.repeat(200_000))),
        module("of a huge table", "(table 10000000 funcref)"),
        module("of deep blocks", &format!("(func {}{})", "(block ".repeat(1500), ")".repeat(1500))),
        guest("that loops at its start", &wat::parse_str(started).expect("it is in order")),
        guest("of many memories", &wat::parse_str(memories).expect("it is in order")),
        guest("that is cut", &built[..built.len() / 2]),
        guest("that is empty", b""),
        guest("of a module", &wat::parse_str("(module)").expect("it is in order")),
        guest("of another contract", &wat::parse_str("(component)").expect("it is in order")),
    ];
    check(&guests, &expect_file!["zoo/files.txt"]);
}
