//! State of an earlier version: an export that commit eb35dd9 wrote is taken back, and reading on
//! from there comes to the same bytes as reading everything now. The export is of the first 6,000
//! records of the generator below, with late ones, dirt, open, final and expired windows. Another
//! export, which commit 3b626e2 wrote, is of a state that began under the first revision of the
//! semantics, where it counts otherwise than today. A third one, of commit a11b11c, has the settings
//! of before there were fingerprints.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use streamgauge_core::{Marks, PartitionSnapshot, SEMANTICS};

use streamgauge_checkpoint::store::Export;

use crate::process::finish;
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{Settings, Workplace};

/// The export of an earlier version, written by `streamgauge state export`.
const KEPT: &str = "golden/before-crates.sgex";

/// The export of a state that began under the first revision of the semantics.
const FIRST_REVISION: &str = "golden/semantics-1.sgex";

/// The export of a state whose settings name every field, title and label.
const BEFORE_FINGERPRINTS: &str = "golden/before-fingerprints.sgex";

const READ_BEFORE: u64 = 6000;
const READ_NOW: u64 = 20_000;

fn settings(limit: u64) -> Settings {
    let source = format!(
        "[source.generator]\nrate = 10000\nseed = 13\npartitions = 3\nlate = 0.03\ndirt = 0.02\n\
         season = 15000\n\
         limit = {limit}\n"
    );
    Settings {
        source,
        of_metrics: "windows = [\"cumulative\", \"1d\", \"7d/1d\"]\nretention = \"3d\"\n"
            .to_owned(),
        ..Settings::file(Path::new("unused"))
    }
}

#[test]
fn state_of_an_earlier_version_is_read_and_continued() {
    let place = Workplace::new(&settings(READ_NOW));
    finish(place.command("state import").arg(kept())).ok();
    let continued = finish(place.command("run").args(["--until-end", "--json"])).json();
    let fresh = Workplace::new(&settings(READ_NOW));
    let whole = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    assert_eq!(book(&continued, "read"), READ_NOW);
    assert_same("continued and whole", &outside_run(whole), &outside_run(continued));
}

/// States and final panes of the same records are the same bytes as before.
#[test]
fn the_same_records_give_the_same_bytes_as_in_an_earlier_version() {
    let place = Workplace::new(&settings(READ_BEFORE));
    finish(place.command("run").args(["--until-end", "--json"])).ok();
    let file = place.path("now.sgex");
    finish(place.command("state export").arg(&file)).ok();
    let [kept, now] = [kept(), file].map(|file| bytes(&fs::read(file).expect("an export")));
    assert_eq!(kept.len(), now.len());
    for (kept, now) in kept.iter().zip(&now) {
        assert!(kept == now, "{} bytes before, {} bytes now", kept.len(), now.len());
    }
}

/// Every snapshot and every final pane of an export, but for what an earlier version did not keep.
fn bytes(export: &[u8]) -> Vec<Vec<u8>> {
    let export = Export::decode(export).expect("an intact export");
    let snapshots = export.checkpoint.partitions.iter().map(|snapshot| {
        let mut snapshot = PartitionSnapshot::clone(snapshot);
        (snapshot.state.semantics, snapshot.state.leap) = (SEMANTICS, None);
        snapshot.state.marks = Marks::default();
        snapshot.encode()
    });
    snapshots.chain(export.final_panes.iter().map(|pane| pane.encode())).collect()
}

/// The pipeline of the state that began under the first revision, over its file.
fn first_revision() -> Workplace {
    let place = Workplace::new(&Settings {
        source: "[source.file]\npath = \"events.jsonl\"\ntimestamp = \"2015-11-12T00:00:00Z\"\n"
            .to_owned(),
        schema: "ts = \"timestamp\"\naction = { type = \"unsigned\", max = 3 }\n".to_owned(),
        event_time: "field = \"ts\"\nunit = \"ms\"\n".to_owned(),
        metrics: vec!["behavior".to_owned()],
        of_metrics: "windows = [\"cumulative\", \"1h\"]\nretention = \"1h\"\n".to_owned(),
        ..Settings::file(Path::new("unused"))
    });
    place.write("events.jsonl", lines_of_first_revision(0..400).as_bytes());
    place
}

/// A record a minute; every twentieth is of 2099.
fn lines_of_first_revision(numbers: std::ops::Range<i64>) -> String {
    let mut lines = String::new();
    for n in numbers {
        let far = 4_070_908_800_000;
        let ts = if n % 20 == 19 { far } else { 1_447_207_200_000 + n * 60_000 };
        writeln!(lines, "{{\"ts\":{ts},\"action\":{}}}", n % 4).expect("a string takes any text");
    }
    lines
}

/// Under the first revision the records of 2099 had a window. The state is read and continued, and
/// `verify` names the revision beside what differs.
#[test]
fn a_state_of_the_first_revision_is_continued_and_verify_says_so() {
    let place = first_revision();
    finish(place.command("state import").arg(golden(FIRST_REVISION))).ok();
    let verified = |code| {
        let ended = finish(&mut place.command("verify"));
        assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
        let json: Value =
            serde_json::from_str(&finish(place.command("verify").arg("--json")).stdout)
                .expect("JSON");
        (ended.stdout, json["partitions"][0]["semantics"].clone())
    };
    let (said, semantics) = verified(1);
    assert!(said.contains("began under revision 1 of the semantics"), "{said}");
    assert!(said.contains("metric behavior (digest)"), "{said}");
    assert_eq!(semantics, 1);

    let more = lines_of_first_revision(0..500);
    place.write("events.jsonl", more.as_bytes());
    let run = |how: &str| finish(place.command(how).args(["--until-end", "--json"])).json();
    let continued = run("run");
    assert_eq!(book(&continued, "read"), 500);
    let hours = |result: &Value| {
        result["metric_accounting"]["behavior"]["windows"]["1h"]["unplaced"].clone()
    };
    // The window of 2099 that was opened under the first revision takes further records.
    assert_eq!(hours(&continued), 0);
    assert_eq!(verified(1).1, 1);

    let rebuilt = run("run --rebuild");
    assert_eq!((book(&rebuilt, "read"), hours(&rebuilt)), (500, 25.into()));
    let (said, semantics) = verified(0);
    assert!(!said.contains("revision"), "{said}");
    assert_eq!(semantics, SEMANTICS);
}

/// The pipeline of the state that was stored before there were fingerprints.
fn before_fingerprints() -> Settings {
    Settings {
        source: "[source.file]\npath = \"events.jsonl\"\ntimestamp = \"2015-11-12T00:00:00Z\"\n"
            .to_owned(),
        schema: "ts = { type = \"timestamp\", required = true }\nnote = \"text\"\n\
                 user = { type = \"text\", required = true }\n\
                 action = { type = \"unsigned\", max = 3 }\n"
            .to_owned(),
        event_time: "field = \"ts\"\nunit = \"ms\"\n".to_owned(),
        metrics: vec!["count_by".to_owned()],
        of_metrics: "windows = [\"1h\", \"cumulative\"]\nretention = \"1h\"\n\
                     [metric.columns]\nvalue = \"action\"\n\
                     [metric.config]\ntype = \"unsigned\"\ntitle = \"T\"\ntop = 3\n\
                     labels = { 2 = \"buy\", 0 = \"click\" }\n"
            .to_owned(),
        ..Settings::file(Path::new("unused"))
    }
}

/// A record a minute; some have no user, some an action that is too large.
fn lines_before_fingerprints(count: i64) -> String {
    let line = |n: i64| {
        let ts = 1_447_207_200_000 + n * 60_000;
        let user = if n % 7 == 0 { "" } else { ",\"user\":\"u\"" };
        format!("{{\"ts\":{ts},\"note\":\"n{n}\"{user},\"action\":{}}}\n", n % 5)
    };
    (0..count).map(line).collect()
}

/// What changes no count may be edited over such a state as over one of today.
#[test]
fn a_state_of_before_fingerprints_is_continued_under_edits_that_change_no_count() {
    let settings = before_fingerprints();
    let edited = Settings {
        schema: settings.schema.replace("note = \"text\"\n", "") + "more = \"float\"\n",
        of_metrics: settings.of_metrics.replace("title = \"T\"\ntop = 3\n", "title = \"U\"\n"),
        ..settings.clone()
    };
    let place = Workplace::new(&settings);
    place.write("events.jsonl", lines_before_fingerprints(500).as_bytes());
    finish(place.command("state import").arg(golden(BEFORE_FINGERPRINTS))).ok();

    let lower = Settings { schema: settings.schema.replace("max = 3", "max = 2"), ..settings };
    place.set(&lower);
    finish(place.command("check").arg("--offline")).ok();
    let refused = finish(&mut place.command("verify"));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let words = "metric `count_by`: `columns.value` was \"action, unsigned, max = 3\"";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert_eq!(refused.stderr.matches("when the state was written").count(), 1);

    place.set(&edited);
    let continued = finish(place.command("run").args(["--until-end", "--json"])).json();
    let fresh = Workplace::new(&edited);
    fresh.write("events.jsonl", lines_before_fingerprints(500).as_bytes());
    let whole = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    assert_eq!(book(&continued, "read"), 500);
    assert_same("continued and whole", &outside_run(whole), &outside_run(continued));
    let verified = finish(&mut place.command("verify")).ok();
    assert!(verified.stdout.contains("every digest equal"), "{}", verified.stdout);
}

fn kept() -> PathBuf {
    golden(KEPT)
}

fn golden(file: &str) -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    assert!(kept.is_file(), "{} is part of the repository", kept.display());
    kept
}
