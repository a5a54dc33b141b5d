//! `run --last-good`: what a state was made from is kept, so a pipeline whose file or plugin is broken
//! runs on.

use std::fs;

use crate::events::{generated, lines};
use crate::host::Host;
use crate::process::finish;
use crate::result::{assert_same, book, until_end, until_end_with};
use crate::workplace::{Settings, Workplace, plugin};

const SEED: u64 = 16;

/// A copy of a component in the folder of `place`, and the text of a pipeline that reads it.
fn with_own_plugin(place: &Workplace, text: &str, name: &str) -> String {
    let own = place.path(&format!("{name}.wasm"));
    fs::copy(plugin(name), own).expect("a component can be copied");
    let shared = plugin(name).display().to_string();
    assert!(text.contains(&shared), "no metric of {name}");
    text.replace(&shared, &format!("{name}.wasm"))
}

#[test]
fn a_pipeline_whose_files_are_broken_runs_on_as_it_was_taken_over_last() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    let records = generated(5000, SEED, 0.01);
    fs::write(&file, lines(&records[..3000])).expect("a file");
    let mut settings = Settings::file(&file);
    settings.metrics.truncate(2);
    let place = Workplace::new(&settings);
    let text = with_own_plugin(&place, &settings.text(), "behavior");
    let text = with_own_plugin(&place, &text, "age");
    place.set_text(&text);
    let nothing = finish(place.command("run").args(["--until-end", "--last-good"]));
    assert_eq!(nothing.code, Some(1), "{}", nothing.stderr);
    assert!(nothing.stderr.contains("nothing is kept"), "{}", nothing.stderr);
    let first = until_end(&place);
    assert_eq!(book(&first, "read"), 3000);
    // Once more without a change: the same is kept, and nothing else.
    until_end(&place);
    let kept = fs::read_dir(place.path("state/kept")).expect("a folder").count();
    assert_eq!(kept, 3, "a text and two components");

    // The text is no pipeline any more, and a plugin is gone.
    place.set_text(&text.replace("max = 8192", "max = 0"));
    fs::remove_file(place.path("behavior.wasm")).expect("it is ours");
    let broken = finish(&mut place.command("run"));
    assert_eq!(broken.code, Some(2), "{}", broken.stderr);
    assert!(broken.stderr.contains("run --last-good --config /"), "{}", broken.stderr);
    fs::write(&file, lines(&records)).expect("a longer file");
    let host = Host::start_with(&place, &["--last-good"]);
    let status = host.has_read(5000);
    let warnings = status["warnings"].as_array().expect("warnings");
    let told = warnings.iter().find(|warning| warning["code"] == "reload_refused");
    let told = told.unwrap_or_else(|| panic!("no warning in {status}"));
    assert!(told["args"]["place"].as_str().expect("a place").contains("pipeline.toml:"), "{told}");
    assert!(host.log().contains("runs as it was taken over at"), "{}", host.log());
    // The file is mended and the plugin is back: they are taken over as ever.
    fs::copy(plugin("behavior"), place.path("behavior.wasm")).expect("a component can be copied");
    place.set_text(&text.replace("系统测试", "改好了"));
    host.status_when("the mended file", |status| {
        let happened = status["happened"].as_array().into_iter().flatten();
        happened.into_iter().any(|moment| moment["what"] == "reloaded")
    });
    host.terminate().ok();

    // Neither file nor plugins are there at all.
    fs::remove_file(place.path("pipeline.toml")).expect("it is ours");
    fs::remove_file(place.path("behavior.wasm")).expect("it is ours");
    fs::remove_file(place.path("age.wasm")).expect("it is ours");
    let result = until_end_with(&place, &["--last-good"]);
    let fresh = Workplace::new(&settings);
    assert_same("from what is kept and fresh", &until_end(&fresh), &result);
}
