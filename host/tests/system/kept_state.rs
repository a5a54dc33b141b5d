//! State of an earlier version: an export that commit eb35dd9 wrote is taken back, and reading on
//! from there comes to the same bytes as reading everything now. The export is of the first 6,000
//! records of the generator below, with late ones, dirt, open, final and expired windows.

use std::fs;
use std::path::{Path, PathBuf};

use streamgauge_checkpoint::store::Export;

use crate::process::finish;
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{Settings, Workplace};

/// The export of an earlier version, written by `streamgauge state export`.
const KEPT: &str = "golden/before-crates.sgex";

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

/// Every snapshot and every final pane of an export.
fn bytes(export: &[u8]) -> Vec<Vec<u8>> {
    let export = Export::decode(export).expect("an intact export");
    let snapshots = export.checkpoint.partitions.iter().map(|snapshot| snapshot.encode());
    snapshots.chain(export.final_panes.iter().map(|pane| pane.encode())).collect()
}

fn kept() -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT);
    assert!(kept.is_file(), "{} is part of the repository", kept.display());
    kept
}
