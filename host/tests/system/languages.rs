//! Plugins in Python and JavaScript: they count the same as their twins in Rust, over restarts and
//! dirt; anybody can make, build and run such a plugin; and an error says what to do.
//!
//! `cargo xtask test` provides the compilers below `target/tools` and the components.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::broker::Broker;
use crate::events::{counted, event, generated, lines};
use crate::host::Host;
use crate::process::{Ended, finish};
use crate::result::{assert_balanced, assert_same, book, counts, outside_run};
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, root, unique};

/// Each metric in Rust with its twin: component and id.
const TWINS: [(&str, &str); 2] = [("province", "province-py"), ("behavior", "behavior-js")];

const RECORDS: usize = 20_000;

/// The line that the twins need.
pub(crate) const INERT: &str = "wasi = \"inert\"\n";

/// A metric of the built component `id`, with further lines.
fn metric(id: &str, more: &str) -> String {
    format!("[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\n{more}", plugin(id).display())
}

/// The four metrics, each with these further lines.
fn twins(more: &str) -> String {
    TWINS.iter().fold(String::new(), |mut text, (one, other)| {
        let inert = format!("{INERT}{more}");
        write!(text, "{}{}", metric(one, more), metric(other, &inert)).expect("a text grows");
        text
    })
}

/// `PATH` with the compilers before all else.
pub(crate) fn path() -> String {
    let tools = ["target/tools/python/bin", "target/tools/js/node_modules/.bin"];
    let mut path = String::new();
    for folder in tools.map(|tools| root().join(tools)) {
        assert!(folder.is_dir(), "no {}; hint: `cargo xtask test`", folder.display());
        write!(path, "{}:", folder.display()).expect("a text grows");
    }
    path + &std::env::var("PATH").expect("cargo runs the tests with a PATH")
}

/// `streamgauge plugin …` in the folder of `place`, with this `PATH`.
pub(crate) fn plugin_command(place: &Workplace, arguments: &[&str], path: &str) -> Ended {
    let mut command = Command::new(streamgauge_tests::program());
    command.arg("plugin").args(arguments).current_dir(place.path("")).env("PATH", path);
    finish(&mut command)
}

/// The twins say the same, window by window and row by row.
#[track_caller]
fn assert_twins(result: &Value) {
    for (one, other) in TWINS {
        let of = |id: &str| &result["metrics"][id];
        assert!(of(one)[0]["total"].as_array().is_some_and(|rows| !rows.is_empty()), "{one}");
        assert_same(&format!("{one} and {other}"), of(one), of(other));
        let books = |id: &str| &result["metric_accounting"][id];
        assert_same(&format!("the books of {one} and {other}"), books(one), books(other));
    }
}

#[test]
fn twins_say_the_same_over_a_restart() {
    let broker = Broker::shared();
    let topic = unique("twins");
    broker.create_topic(&topic, 2);
    let records = generated(RECORDS, 23, 0.02);
    let (first, second) = records.split_at(RECORDS / 2);
    let send = |records: &[Vec<u8>]| {
        for (partition, half) in (0..).zip(records.chunks(records.len().div_ceil(2))) {
            broker.send(&topic, partition, half.iter().map(Vec::as_slice));
        }
    };
    let settings =
        Settings { checkpoint_every: "300ms", ..Settings::kafka(&broker.address(), &topic) };
    let windows = "windows = [\"cumulative\", \"1d\"]\nretention = \"400d\"\n";
    let text = settings.clone().with_metrics(&twins(windows));
    let place = Workplace::new(&settings);
    place.set_text(&text);

    send(first);
    let host = Host::start(&place);
    host.has_read(first.len() as u64);
    host.terminate();
    send(second);
    let run = |place: &Workplace| finish(place.command("run").args(["--until-end", "--json"]));
    let result = run(&place).json();
    assert_eq!(book(&result, "read"), records.len() as u64);
    assert!(book(&result, "late") > 100 && book(&result, "rejected") > 10, "{result}");
    assert_twins(&result);

    let fresh = Workplace::new(&settings);
    fresh.set_text(&text);
    let uninterrupted = run(&fresh).json();
    assert_same("restarted and not", &outside_run(uninterrupted), &outside_run(result));
}

#[test]
fn twins_of_cumulative_metrics_keep_balanced_books() {
    let place = Workplace::of_records(&generated(RECORDS, 29, 0.02), &twins(""));
    let mut replay = place.command("replay events.jsonl");
    let result = finish(replay.args(["--json", "--partitions", "3", "--key", "user_id"])).json();
    assert_balanced(&result);
    assert_twins(&result);
}

/// The new plugin of another language, built, counts in a pipeline what it is to count.
pub(crate) fn counts_by_city(place: &Workplace) {
    let records = generated(2000, 7, 0.0);
    let events = place.write("events.jsonl", &lines(&records));
    let metric = format!("[[metric]]\nid = \"x\"\nplugin = \"by-city/by-city.wasm\"\n{INERT}");
    place.set_text(&Settings::file(&events).with_metrics(&metric));
    let result = finish(place.command("replay events.jsonl").arg("--json")).json();
    let mut expected = BTreeMap::new();
    for (province, events) in counted(&records, "province") {
        *expected.entry(province.trim_end_matches('市').to_owned()).or_insert(0) += events;
    }
    assert_eq!(counts(&result, "x", "total"), expected);
}

/// The host reports the exception that the metric in Python raises, and all metrics continue.
pub(crate) fn an_exception_leaves_the_record_out(place: &Workplace) {
    place.write("events.jsonl", &lines(&[event(&[("province", "\"Atlantis\"")])]));
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    place.set_text(&format!("{text}{}", metric("province", "")));
    let host = Host::start(place);
    wait::until("the record to be left out", || {
        host.log().contains("leaves record 0@0 out, at which its plugin crashes").then_some(())
    });
    assert!(host.log().contains("ValueError: no such city"), "{}", host.log());
    host.has_read(1);
    host.terminate();
}

/// A build says where the component is, and the line that a pipeline needs for it.
#[track_caller]
pub(crate) fn assert_built(built: &Ended, component: &str) {
    for words in [component, INERT.trim()] {
        assert!(built.stdout.contains(words), "no {words:?} in\n{}", built.stdout);
    }
}

/// The tests of a new plugin run, it is built, and it counts in a pipeline.
#[test]
fn a_new_plugin_in_javascript_works_as_it_is() {
    let place = Workplace::of_records(&[], "");
    let made = plugin_command(&place, &["new", "by-city", "--lang", "js"], &path()).ok();
    assert!(made.stdout.contains(INERT.trim()), "{}", made.stdout);
    let mut unit = Command::new("node");
    finish(unit.arg("--test").current_dir(place.path("by-city"))).ok();
    let built = plugin_command(&place, &["build", "by-city"], &path()).ok();
    assert_built(&built, "by-city/by-city.wasm");
    counts_by_city(&place);

    let source = place.path("by-city/metric.js");
    fs::write(source, "not (a program").expect("it is writable");
    // Without them the compiler says it; with them the unit tests do.
    let broken = plugin_command(&place, &["build", "by-city", "--skip-tests"], &path());
    assert_eq!(broken.code, Some(1), "{}", broken.stderr);
    for words in ["metric.js", "the plugin does not compile"] {
        assert!(broken.stderr.contains(words), "no {words:?} in\n{}", broken.stderr);
    }
}

#[test]
fn a_missing_compiler_is_named_with_the_command_that_brings_it() {
    let place = Workplace::of_records(&[], "");
    // A folder with nothing but what the search for the compiler needs.
    let only_node = place.path("node-only");
    fs::create_dir(&only_node).expect("the folder can be written to");
    let node = only_node.join("node");
    fs::write(&node, "#!/bin/sh\n").expect("the folder can be written to");
    fs::set_permissions(&node, Permissions::from_mode(0o755)).expect("it is ours");
    let only_node = only_node.display().to_string();
    for (lang, path, words) in [
        ("python", "", "cd py && python3 -m venv .venv && .venv/bin/pip install componentize-py=="),
        ("js", "", "hint: install Node.js"),
        ("js", &only_node, "cd js && npm install"),
        ("rust", "", "hint: install Rust with rustup"),
    ] {
        let name = if lang == "python" { "py" } else { lang };
        // The second time, the folder is there already.
        let _ = plugin_command(&place, &["new", name, "--lang", lang], "");
        let ended = plugin_command(&place, &["build", name], path);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
    }
}

#[test]
fn a_runtime_without_its_wasi_is_told_at_its_place() {
    for (_, twin) in TWINS {
        let place = Workplace::of_records(&[], &metric(twin, ""));
        let ended = finish(place.command("check").arg("--offline"));
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
        let line = |line: &str| line.starts_with("plugin = ");
        let number = text.lines().position(line).expect("the line") + 1;
        for words in [&format!("pipeline.toml:{number}:"), INERT.trim()] {
            assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
        }
    }
}
