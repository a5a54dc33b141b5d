//! Findings, their places, and files that cannot be read.

use std::fs;
use std::path::Path;

use streamgauge_pipeline::{Diagnostic, Pipeline};

use super::{DEFAULT, MINIMAL, minimal_with, refused, valid};

#[test]
fn later_checks_can_point_at_any_setting() {
    let (_, document) = valid(DEFAULT);
    let at = |span: std::ops::Range<usize>| &document.text()[span];
    let value = |setting| document.span(setting).map(at);
    assert_eq!(value("metric[1].plugin"), Some("\"target/plugins/age.wasm\""));
    assert_eq!(value("metric[3]"), Some("[[metric]]"));
    assert_eq!(value("source.kafka.librdkafka.\"fetch.queue.backoff.ms\""), Some("\"2\""));
    assert_eq!(value("metric[5]"), None);
    assert_eq!(document.key_span("event_time.bound").map(at), Some("bound"));
    assert_eq!(at(document.place("metric[2].columns")), "[[metric]]");
    assert_eq!(document.place("metric[2].columns"), document.span("metric[2]").expect("there"));
    assert_eq!(at(document.place("event_time.field")), "[event_time]");
    assert_eq!(document.place("nowhere.at.all"), 0..0);
    let (_, document) = valid(MINIMAL);
    let mut found = document.diagnostics();
    let place = document.place("metric[0].plugin");
    found.push(Diagnostic::error("the plugin was not found").at(place).help("build it"));
    let shown = found.render(false);
    assert!(shown.contains("--> conf/pipeline.toml:16:10"), "{shown}");
}

#[test]
fn places_are_lines_and_characters_from_one() {
    let found = refused(&minimal_with("name = \"测试\"", "\"名称\" = \"测试\" # 注\nname = 1"));
    let json = found.to_json();
    assert_eq!(json[0]["message"], "unknown key `名称` at the top");
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&2.into(), &1.into()));
    assert_eq!(json[1]["severity"], "error");
    assert_eq!(json[1]["file"], "conf/pipeline.toml");
    assert_eq!((&json[1]["line"], &json[1]["column"]), (&3.into(), &8.into()));
    // With a byte order mark and the line ends of Windows the places are the same.
    let windows = format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n")).replace("2015", "\"年\"");
    let json = refused(&windows).to_json();
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&13.into(), &8.into()));
}

#[test]
fn files_that_cannot_be_read_are_findings_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let message = |path: &Path| {
        let found = Pipeline::load(path).expect_err("no pipeline");
        assert!(found.to_string().contains("--config PATH"), "{found}");
        found.iter().next().expect("a finding").message.clone()
    };
    let missing = folder.path().join("missing.toml");
    assert_eq!(message(&missing), "the pipeline file was not found");
    assert!(message(folder.path()).starts_with("the pipeline file could not be read: "));
    let file = folder.path().join("pipeline.toml");
    fs::write(&file, b"version = 1\nname = \"\xcc\xd4\xb1\xa6\"\n").expect("a file");
    assert_eq!(message(&file), "the pipeline file is not UTF-8");
    let json = Pipeline::load(&file).expect_err("not UTF-8").to_json();
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&2.into(), &9.into()));
    fs::write(&file, "# large\n".repeat(1 << 18)).expect("a file");
    assert_eq!(message(&file), "the pipeline file is larger than 1048576 bytes");
}
