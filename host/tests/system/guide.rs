//! docs/writing-a-metric.md, executed: the files of the guide are written and the commands run, in
//! the order of the page. The guide's `plugin dev` runs too, under a hand that makes mistakes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::dev::{Dev, titles};
use crate::process::finish;
use crate::wait;
use crate::workplace::{Settings, Workplace, root};

/// A fenced block: the words behind the fence, and the text of the block.
pub(crate) type Block = (String, String);

pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join("docs").join(page)).expect("the page");
    let mut pieces = text.split("```");
    // Text and blocks take turns, and a page begins with text.
    let mut blocks = Vec::new();
    while let (Some(_), Some(block)) = (pieces.next(), pieces.next()) {
        let (fence, body) = block.split_once('\n').expect("a block has lines");
        blocks.push((fence.to_owned(), body.to_owned()));
    }
    blocks
}

/// A folder with a pipeline of the four metrics, for `plugin dev` to serve on a free port.
fn workplace() -> Workplace {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    place.set_text(&format!("{text}\n"));
    place
}

fn streamgauge(place: &Workplace, arguments: &str) -> Command {
    let mut command = Command::new(streamgauge_tests::program());
    command.args(arguments.split(' ')).current_dir(place.path(""));
    command
}

#[test]
fn the_guide_is_the_same_in_both_languages() {
    assert_eq!(blocks("writing-a-metric.md"), blocks("writing-a-metric.zh-CN.md"));
}

#[test]
fn the_guide_leads_to_a_panel() {
    let place = workplace();
    let mut panels = Vec::new();
    for (fence, body) in blocks("writing-a-metric.md") {
        match fence.split_once(' ').unwrap_or((fence.as_str(), "")) {
            ("sh", "") => body.lines().for_each(|line| {
                let arguments = line.strip_prefix("streamgauge ").expect("our own commands");
                finish(&mut streamgauge(&place, arguments)).ok();
            }),
            ("sh", "until on the page") => {
                let arguments = body.trim().strip_prefix("streamgauge ").expect("our own command");
                let dev = Dev::start(&mut streamgauge(&place, arguments));
                panels = titles(&dev.shown(1));
                dev.0.terminate();
            }
            ("toml", "pipeline.toml") => {
                let path = place.path("pipeline.toml");
                let text = fs::read_to_string(&path).expect("it is there");
                fs::write(path, text + &body).expect("it can be written");
            }
            ("rust" | "toml", file) => {
                fs::write(place.path(file), body).expect("the folder was made by the guide");
            }
            ("text", "") => {}
            other => panic!("the guide has a block of another kind: {other:?}"),
        }
    }
    assert!(panels.contains(&"\"Share of purchases by province\"".to_owned()), "{panels:?}");
}

/// The steps of a new user.
#[test]
fn a_change_is_on_the_page_and_a_mistake_is_not() {
    let place = workplace();
    finish(&mut streamgauge(&place, "plugin new by-city")).ok();
    let before = tree(&place.path(""));
    let source = place.path("by-city/src/lib.rs");
    let text = fs::read_to_string(&source).expect("it was made");
    let begun = Instant::now();
    let dev = Dev::start(&mut streamgauge(&place, "plugin dev by-city"));
    // The pipeline does not name the plugin, so the plugin is shown alone.
    assert_eq!(titles(&dev.shown(1)), ["\"by-city\""]);
    eprintln!("on the page after {:.1} s", begun.elapsed().as_secs_f64());
    assert!(dev.0.stdout().contains("plugin = \""), "{}", dev.0.stdout());

    fs::write(&source, format!("{text}\nthis is not Rust\n")).expect("it is ours");
    wait::until("the mistake", || dev.0.stderr().contains("does not compile").then_some(()));
    assert_eq!(titles(&dev.shown(1)), ["\"by-city\""]);

    let titled = text
        .replace(r#"let title = ("by-city", "by-city");"#, r#"let title = ("城市", "Cities");"#);
    assert_ne!(titled, text);
    fs::write(&source, titled).expect("it is ours");
    assert_eq!(titles(&dev.shown(2)), ["\"Cities\""]);

    let pipeline = place.path("pipeline.toml");
    let lines = "[[metric]]\nid = \"by-city\"\nplugin = \"by-city/by-city.wasm\"\n";
    let written = fs::read_to_string(&pipeline).expect("it is there");
    fs::write(&pipeline, written + lines).expect("it is ours");
    assert_eq!(titles(&dev.shown(3)).len(), 5);
    // Any port was asked for, and whoever looks at the page goes on looking.
    assert_eq!((dev.shown(2), dev.shown(3)), (dev.shown(1), dev.shown(1)));
    let said = dev.0.terminate().stdout;
    assert_eq!(said.matches("] built ").count(), 3, "one build for each change:\n{said}");
    // Nothing else was touched, but for the state that a demo does not leave.
    let outside = |path: &&PathBuf| !path.starts_with(place.path("by-city"));
    let after = tree(&place.path(""));
    assert_eq!(
        after.iter().filter(outside).collect::<Vec<_>>(),
        before.iter().filter(outside).collect::<Vec<_>>()
    );
}

/// Every file below `folder`, sorted.
fn tree(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").flatten().map(|entry| entry.path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| tree(folder)));
    files.sort();
    files
}
