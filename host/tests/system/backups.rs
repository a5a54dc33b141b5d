//! Copies of the state in another folder: one brings a damaged state back, a folder that cannot be
//! written to stops nothing, and what is over goes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::broker::Broker;
use crate::host::Host;
use crate::process::finish;
use crate::result::{assert_same, book, outside_run};
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

/// The settings with backups, every second.
fn with_backups(settings: &Settings) -> String {
    let backups = "[state.embedded]\nbackups = { dir = \"backups\", every = \"1s\", keep = 3 }\n";
    settings.text().replace("[state.embedded]\n", backups)
}

/// Events without an end.
fn generator() -> Settings {
    let source = "[source.generator]\nrate = 1000\nseed = 5\npartitions = 2\n".to_owned();
    Settings { source, checkpoint_every: "200ms", ..Settings::file(Path::new("unused")) }
}

/// The backups of a place, the newest first.
fn backups(place: &Workplace) -> Vec<Value> {
    let listed = finish(place.command("state list").arg("--json")).json();
    listed["backups"].as_array().expect("a list").clone()
}

#[test]
fn the_newest_backup_brings_a_damaged_state_back() {
    let broker = Broker::shared();
    let topic = unique("backups");
    let settings = Settings {
        checkpoint_every: "200ms",
        of_metrics: "windows = [\"cumulative\", \"1d\", \"7d/1d\"]\nretention = \"3d\"".to_owned(),
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings);
    place.set_text(&with_backups(&settings));
    let produce = |seed: &str| {
        let produce = ["--generate", "6000", "--seed", seed, "--partitions", "3", "--dirt", "0.01"];
        finish(place.command("produce").args(produce)).ok();
    };
    produce("1");
    let host = Host::start(&place);
    host.has_read(6000);
    // Looked at beside the run that has the state open.
    let kept = wait::until("a backup of all records", || {
        let newest = backups(&place).into_iter().next()?;
        let is_all = newest["covers"]["records"] == 6000 && newest["of_this_state"] == true;
        // It may have gone since then, as newer ones come every second.
        is_all.then(|| fs::read(newest["path"].as_str().expect("a path")).ok()).flatten()
    });
    let kept = place.write("kept.sgex", &kept);
    produce("2");
    host.has_read(12_000);
    let inspected = finish(place.command("state inspect").arg("--json")).json();
    assert!(inspected["checkpoints"][0]["damage"].is_null(), "{inspected}");
    host.kill();
    // What a crash leaves is read as well.
    let inspected = finish(place.command("state inspect").arg("--json")).json();
    assert!(inspected["checkpoints"][0]["damage"].is_null(), "{inspected}");

    let state = place.path("state/streamgauge.redb");
    let bytes = fs::read(&state).expect("the state is there");
    fs::write(&state, &bytes[..bytes.len() / 2]).expect("it can be written to");
    let ended = finish(place.command("run").arg("--until-end"));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let listed = finish(&mut place.command("state list")).ok().stdout;
    assert!(listed.contains("failed") || listed.contains("damaged"), "{listed}");
    assert!(listed.contains("records of 3 partitions up to 2015-"), "{listed}");
    finish(place.command("state import").arg("--replace").arg(&kept)).ok();
    let continued = finish(place.command("run").args(["--until-end", "--json"])).json();
    let fresh = Workplace::new(&settings);
    let whole = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    assert_eq!(book(&continued, "read"), 12_000);
    assert_same("from a backup and whole", &outside_run(whole), &outside_run(continued));
    finish(&mut place.command("verify")).ok();
}

#[test]
fn a_folder_that_takes_no_backup_is_a_warning_and_stops_nothing() {
    let settings = generator();
    let place = Workplace::new(&settings);
    place.set_text(&with_backups(&settings));
    let in_the_way = place.write("backups", b"no folder");
    let host = Host::start(&place);
    let warned = |status: &Value| {
        let warnings = status["warnings"].as_array().expect("warnings");
        warnings.iter().any(|warning| warning["code"] == "backup_failing")
    };
    host.status_when("the warning", warned);
    assert_eq!(host.get("/readyz").status, 200);
    assert!(host.metric("streamgauge_backup_failures_total") >= 1.0);
    assert_eq!(host.metric("streamgauge_backup_failing") as u64, 1);
    let stored = |status: &Value| status["checkpoint"]["at"].as_i64();
    let before = stored(&host.status()).expect("a checkpoint");
    host.status_when("the next checkpoint", |status| stored(status) > Some(before));

    fs::remove_file(in_the_way).expect("it can be removed");
    host.status_when("the end of the warning", |status| !warned(status));
    assert_eq!(host.metric("streamgauge_backup_failing") as u64, 0);
    assert!(host.metric("streamgauge_backups_total") >= 1.0);
    assert!(host.metric("streamgauge_backup_timestamp_seconds") > 1e9);
    assert_eq!(host.log().matches("no backup of the state").count(), 1, "{}", host.log());
    host.terminate().ok();
}

#[test]
fn no_more_backups_are_kept_than_the_pipeline_says_and_prune_says_so_first() {
    let settings = generator();
    let place = Workplace::new(&settings);
    place.set_text(&with_backups(&settings));
    let host = Host::start(&place);
    wait::until("the fourth backup", || {
        (host.metric("streamgauge_backups_total") >= 4.0).then_some(())
    });
    host.terminate().ok();
    assert_eq!(backups(&place).len(), 3);
    assert!(backups(&place).iter().all(|backup| backup["damage"].is_null()));
    let said = finish(&mut place.command("state prune")).ok().stdout;
    assert!(said.contains("nothing to remove"), "{said}");

    let fewer = with_backups(&settings).replace("keep = 3", "keep = 1");
    place.set_text(&fewer);
    let named = finish(&mut place.command("state prune")).ok().stdout;
    assert_eq!(named.matches(".sgex").count(), 2, "{named}");
    assert!(named.contains("would be removed") && named.contains("--yes"), "{named}");
    assert_eq!(backups(&place).len(), 3);
    let newest = backups(&place)[0]["path"].clone();
    finish(place.command("state prune").arg("--yes")).ok();
    let left = backups(&place);
    assert_eq!((left.len(), &left[0]["path"]), (1, &newest));

    // Damage of a backup is found by looking.
    let path = PathBuf::from(newest.as_str().expect("a path"));
    let mut bytes = fs::read(&path).expect("a backup");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("it can be written to");
    assert!(backups(&place)[0]["damage"].is_string());
    let said = finish(&mut place.command("state list")).ok().stdout;
    assert!(said.contains("DAMAGED: "), "{said}");
}
