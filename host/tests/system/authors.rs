//! What an author of a plugin meets: unit tests that come before a build, columns of every type in
//! every language, a state that is read by a newer version, and one component for two metrics.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::dev::{Dev, titles};
use crate::events::{counted, generated, lines};
use crate::guide::blocks;
use crate::languages::{INERT, assert_built, path, plugin_command};
use crate::process::finish;
use crate::result::{assert_same, counts, until_end};
use crate::workplace::{Workplace, plugin};

/// The page for authors in these languages.
const PAGE: &str = "python-and-javascript.md";

/// The records that are there before a plugin is upgraded, and those that come after.
const BEFORE: usize = 4000;
const AFTER: usize = 50;

/// `text` with `old` replaced, which is there.
#[track_caller]
fn changed(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "no {old:?} in\n{text}");
    text.replace(old, new)
}

#[test]
fn the_page_is_the_same_in_both_languages() {
    assert_eq!(blocks(PAGE), blocks("python-and-javascript.zh-CN.md"));
}

/// The compiler is not there, and is not missed.
#[test]
fn a_failing_unit_test_is_told_before_the_build() {
    let path = std::env::var("PATH").expect("cargo runs the tests with a PATH");
    for (lang, tests, compiler) in [
        ("python", "tests/test_metric.py", "componentize-py"),
        ("js", "metric.test.js", "componentize-qjs"),
    ] {
        let place = Workplace::of_records(&[], "");
        plugin_command(&place, &["new", "by-city", "--lang", lang], &path).ok();
        let file = place.path("by-city").join(tests);
        let text = fs::read_to_string(&file).expect("it was made");
        fs::write(&file, changed(&text, "\"2\"", "\"3\"")).expect("it is ours");
        let failed = plugin_command(&place, &["build", "by-city"], &path);
        assert_eq!(failed.code, Some(1), "{}", failed.stderr);
        for words in ["by_key", "a unit test of the plugin fails", "--skip-tests"] {
            let said = failed.stderr.replace("by key", "by_key");
            assert!(said.contains(words), "no {words:?} in\n{said}");
        }
        assert!(!failed.stderr.contains(compiler), "{}", failed.stderr);
        let skipped = plugin_command(&place, &["build", "by-city", "--skip-tests"], &path);
        assert!(skipped.stderr.contains(compiler), "{}", skipped.stderr);
    }
}

/// One row of every type and one of nulls, and what a plugin in `lang` sees of them.
fn columns(lang: &str, metric: (&str, &str), seen: [&str; 2]) {
    let place = Workplace::of_records(&[], "");
    plugin_command(&place, &["new", "columns", "--lang", lang], &path()).ok();
    place.write(&format!("columns/{}", metric.0), metric.1.as_bytes());
    let cases = format!(
        "[[case]]\nname = \"every type\"\nrows = '''\n\
         boolean,unsigned,integer,float,text,timestamp\n\
         true,4294967295,-9007199254740991,1.5,é,1700000000000\n\\N,\\N,\\N,\\N,\\N,\\N\n'''\n\
         result = '''\nseen,events\n{},1\n{},1\n'''\n",
        seen[0], seen[1]
    );
    place.write("columns/cases.toml", cases.as_bytes());
    plugin_command(&place, &["build", "columns", "--skip-tests"], &path()).ok();
    // The case alone, without costs: the laws of these languages are those of other tests.
    let test = ["test", "columns/columns.wasm", "--rounds", "1", "--json"];
    let tested = plugin_command(&place, &test, &path()).stdout;
    let tested: serde_json::Value = serde_json::from_str(&tested).expect("JSON");
    let checks = tested["checks"].as_array().expect("checks");
    let case = checks.iter().find(|check| check["name"] == "case \"every type\"");
    assert_eq!(case.expect("the case of the file")["holds"], true, "{tested:#}");
}

#[test]
fn a_plugin_in_python_sees_every_type_as_the_page_says() {
    let metric = r#"
from streamgauge_sdk import Counter, Descriptor, Metric, Output, export_metric

TYPES = ["boolean", "unsigned", "integer", "float", "text", "timestamp"]


@export_metric
class Columns(Metric[Counter]):
    def describe(self):
        made = Descriptor("columns", "0.1.0", ("列", "Columns"))
        for type in TYPES:
            made.input(type, type, nullable=True)
        made.output(Output.dimension("seen", ("见", "Seen")))
        return made.output(Output.measure("events", ("事件数", "Events")))

    def add(self, counter, batch):
        pick = lambda at: batch.text(at) if TYPES[at] == "text" else batch.numbers(at)
        for row in zip(*(pick(at) for at in range(len(TYPES)))):
            counter.record(" ".join(f"{type(value).__name__} {value}" for value in row))

    def result(self, counter):
        return counter.table()
"#;
    let row = "bool True int 4294967295 int -9007199254740991 float 1.5 str é int 1700000000000";
    columns("python", ("metric.py", metric), [&["NoneType None"; 6].join(" "), row]);
}

#[test]
fn a_plugin_in_javascript_sees_every_type_as_the_page_says() {
    let metric = r#"
import { Descriptor, Metric, Output } from "./vendor/streamgauge-sdk/index.js";

const TYPES = ["boolean", "unsigned", "integer", "float", "text", "timestamp"];

export default class Columns extends Metric {
  describe() {
    const made = new Descriptor("columns", "0.1.0", ["列", "Columns"]);
    TYPES.forEach((type) => made.input(type, type, { nullable: true }));
    made.output(Output.dimension("seen", ["见", "Seen"]));
    return made.output(Output.measure("events", ["事件数", "Events"]));
  }

  add(counter, batch) {
    const pick = (type, at) => (type === "text" ? batch.text(at) : batch.numbers(at));
    const columns = TYPES.map(pick);
    const shown = (value) => `${value === null ? "" : typeof value} ${value}`;
    for (let row = 0; row < batch.rows; row++) {
      counter.record(columns.map((column) => shown(column.at(row)).trim()).join(" "));
    }
  }

  result(counter) {
    return counter.table();
  }
}
"#;
    let row = "boolean true number 4294967295 number -9007199254740991 number 1.5 string é \
               number 1700000000000";
    columns("js", ("metric.js", metric), [row, &["null"; 6].join(" ")]);
}

/// The plugin of the page in the folder `purchases` of `place`.
fn plugin_of_the_page(place: &Workplace, lang: &str) -> String {
    let fence = if lang == "python" { "python " } else { "js " };
    plugin_command(place, &["new", "purchases", "--lang", lang], &path()).ok();
    let mut metric = String::new();
    for (words, body) in blocks(PAGE) {
        let Some(file) = words.strip_prefix(fence) else { continue };
        place.write(&format!("purchases/{file}"), body.as_bytes());
        if file.starts_with("metric.") && !file.contains("test") {
            metric = body;
        }
    }
    let cases = blocks("writing-a-metric.md").into_iter();
    let cases = cases.filter(|(words, _)| words.ends_with("purchases/cases.toml"));
    cases.for_each(|(_, body)| drop(place.write("purchases/cases.toml", body.as_bytes())));
    metric
}

/// The plugin of the page is built as version 1 and counts; version 2 reads its state and counts on,
/// to the same as version 2 alone; version 1 counts anew then. `older` makes version 1 of 2.
fn a_newer_version_counts_on(lang: &str, file: &str, older: impl Fn(&str) -> String) {
    // Most windows get no further row, so that their state is not made anew by a row.
    let metrics = format!(
        "[[metric]]\nid = \"purchases\"\nplugin = \"purchases/purchases.wasm\"\n{INERT}\
         windows = [\"cumulative\", \"1d\"]\nretention = \"400d\"\n"
    );
    let records = generated(BEFORE + AFTER, 31, 0.0);
    let place = Workplace::of_records(&records[..BEFORE], &metrics);
    let metric = plugin_of_the_page(&place, lang);
    let file = format!("purchases/{file}");
    let build = |text: &str, options: &[&str]| {
        place.write(&file, text.as_bytes());
        let built =
            plugin_command(&place, &[&["build", "purchases"], options].concat(), &path()).ok();
        assert_built(&built, "purchases/purchases.wasm");
        fs::read(place.path("purchases/purchases.wasm")).expect("it was built")
    };
    let first = build(&older(&metric), &["--skip-tests"]);
    until_end(&place);

    let second = build(&metric, &[]);
    let test = ["test", "purchases/purchases.wasm", "--rounds", "20"];
    plugin_command(&place, &test, &path()).ok();
    place.write("events.jsonl", &lines(&records));
    finish(place.command("check").arg("--offline")).ok();
    let upgraded = until_end(&place);
    assert_eq!(upgraded["accounting"]["read"], records.len(), "{}", upgraded["accounting"]);
    finish(&mut place.command("verify")).ok();
    assert_same("over a restart", &until_end(&place), &upgraded);
    let fresh = Workplace::of_records(&records, &metrics);
    fs::create_dir(fresh.path("purchases")).expect("the folder can be written to");
    fresh.write("purchases/purchases.wasm", &second);
    assert_same("of version 2 alone", &until_end(&fresh), &upgraded);

    // Version 1 does not read that state, so the metric is counted from the log.
    place.write("purchases/purchases.wasm", &first);
    finish(place.command("check").arg("--offline")).ok();
    fresh.write("purchases/purchases.wasm", &first);
    finish(&mut fresh.command("state reset")).ok();
    assert_same("of version 1 alone", &until_end(&fresh), &until_end(&place));
}

#[test]
fn a_newer_version_in_python_counts_on_from_older_state() {
    a_newer_version_counts_on("python", "metric.py", |metric| {
        let rows = "json.dumps([[province, *counts[province]] for province in sorted(counts)])";
        let metric = changed(metric, rows, "json.dumps(counts, sort_keys=True)");
        changed(&metric, "state_version = 2", "state_version = 1")
    });
}

#[test]
fn a_newer_version_in_javascript_counts_on_from_older_state() {
    a_newer_version_counts_on("js", "metric.js", |metric| {
        let entries = "Object.fromEntries(this.rows(counts).map(([key, ...of]) => [key, of]))";
        let rows = "JSON.stringify(this.rows(counts))";
        let metric = changed(metric, rows, &format!("JSON.stringify({entries})"));
        changed(&metric, "stateVersion = 2", "stateVersion = 1")
    });
}

/// Two metrics of one component, by the columns that they read and by their configurations.
#[test]
fn two_metrics_share_one_component() {
    let records = generated(2000, 7, 0.0);
    let count_by = |id: &str, field: &str| {
        let plugin = plugin("count_by");
        let plugin = plugin.display();
        format!(
            "[[metric]]\nid = \"{id}\"\nplugin = \"{plugin}\"\ncolumns = {{ value = \"{field}\" }}\n\
             config = {{ type = \"text\", title = \"by {field}\" }}\n"
        )
    };
    let by_city = |id: &str, more: &str| {
        format!("[[metric]]\nid = \"{id}\"\nplugin = \"by-city/by-city.wasm\"\n{more}")
    };
    let merchants = "[metric.columns]\nprovince = \"merchant_id\"\n";
    let metrics = [
        count_by("items", "item_id"),
        count_by("categories", "cat_id"),
        by_city("cities", ""),
        by_city("merchants", merchants),
    ];
    let place = Workplace::of_records(&records, &metrics.concat());
    let command = |arguments: &[&str]| plugin_command(&place, arguments, &path()).ok();
    command(&["new", "by-city"]);
    let mut dev = Command::new(streamgauge_tests::program());
    dev.args(["plugin", "dev", "by-city"]).current_dir(place.path(""));
    let dev = Dev::start(&mut dev);
    let shown = titles(&dev.shown(1));
    assert_eq!(shown, ["\"by item_id\"", "\"by cat_id\"", "\"by-city\"", "\"by-city\""]);
    dev.0.terminate();

    command(&["lock"]);
    finish(place.command("check").args(["--offline", "--locked"])).ok();
    let result = until_end(&place);
    let replayed = finish(place.command("replay events.jsonl").arg("--json")).json();
    for (id, field) in
        [("items", "item_id"), ("categories", "cat_id"), ("merchants", "merchant_id")]
    {
        assert_eq!(counts(&result, id, "total"), counted(&records, field), "{id}");
        assert_eq!(counts(&replayed, id, "total"), counted(&records, field), "{id}");
    }
    assert_ne!(counts(&result, "cities", "total"), counts(&result, "merchants", "total"));
    assert!(Path::new(&place.path("by-city/by-city.wasm")).is_file());
}
