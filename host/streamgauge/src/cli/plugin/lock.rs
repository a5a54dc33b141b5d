//! `streamgauge plugin lock`: writes the SHA-256 of each metric's component into the pipeline file.
//!
//! Only `sha256` lines change; comments, order and spaces stay as they are. Invariant: the file is
//! replaced as a whole, and only by a text that reads as the same pipeline with the new pins.

use std::fs;
use std::path::Path;

use clap::Args;
use streamgauge_core::digest_of;

use crate::cli::config::Config;
use crate::cli::failure::Failure;
use crate::cli::output::tell;
use crate::cli::output::write_whole;
use streamgauge_pipeline::{Document, Pipeline};
use streamgauge_plugin::read_component;

/// Pin every plugin of the pipeline: write the SHA-256 of the plugin's present file.
#[derive(Args, Debug)]
pub(super) struct LockArgs {
    #[command(flatten)]
    config: Config,
}

impl LockArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

/// The pin of a metric's present component.
struct Pin {
    metric: String,
    sha256: String,
    is_new: bool,
}

pub(super) fn lock(args: &LockArgs) -> Result<(), Failure> {
    let path = &args.config.config;
    let (pipeline, document) = load(path)?;
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::failed(format!("{} could not be read: {error}", path.display()))
    })?;
    let pins = pipeline
        .metrics
        .iter()
        .map(|metric| {
            let bytes = read_component(&metric.plugin).map_err(|error| {
                let file = metric.plugin.display();
                Failure::usage(format!(
                    "plugin {file} of metric `{}` could not be read: {error}\n\
                     hint: build it first, or correct the path",
                    metric.id
                ))
            })?;
            let sha256 = digest_of(&bytes).to_string();
            let is_new = metric.sha256.as_ref() != Some(&sha256);
            Ok(Pin { metric: metric.id.clone(), sha256, is_new })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let locked = pinned(&text, &document, &pins);
    if locked != text {
        check(&locked, path, &pins)?;
        write_whole(path, |part| {
            fs::write(part, &locked)?;
            fs::set_permissions(part, fs::metadata(path)?.permissions())
        })?;
    }
    for pin in &pins {
        let state = if pin.is_new { "pinned" } else { "as before" };
        tell(format_args!("metric `{}`: sha256 {} ({state})", pin.metric, pin.sha256));
    }
    Ok(())
}

/// Secrets need not be there: nothing runs.
fn load(path: &Path) -> Result<(Pipeline, Document), Failure> {
    Ok(Pipeline::load_with(path, &|_| Some(String::new()))?)
}

/// `text` with the pins, written from the end of `text` to its start so that places stay true.
fn pinned(text: &str, document: &Document, pins: &[Pin]) -> String {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut text = text.to_owned();
    for (index, pin) in pins.iter().enumerate().rev() {
        if let Some(span) = document.span(&format!("metric[{index}].sha256")) {
            text.replace_range(mark + span.start..mark + span.end, &format!("\"{}\"", pin.sha256));
        } else if let Some(span) = document.span(&format!("metric[{index}].plugin")) {
            let after = mark + span.end;
            let line_end = text[after..].find('\n').map_or(text.len(), |length| after + length);
            let newline = if text[..line_end].ends_with('\r') { "\r\n" } else { "\n" };
            let line_end = line_end - (newline.len() - 1);
            text.insert_str(line_end, &format!("{newline}sha256 = \"{}\"", pin.sha256));
        }
    }
    text
}

/// Reads a text that was edited by places once more, before the text replaces a file.
fn check(text: &str, path: &Path, pins: &[Pin]) -> Result<(), Failure> {
    let read = Pipeline::parse_with(text, path, &|_| Some(String::new()));
    let fits = read.is_ok_and(|(pipeline, _)| {
        let found = pipeline.metrics.iter().map(|metric| metric.sha256.as_deref());
        found.eq(pins.iter().map(|pin| Some(pin.sha256.as_str())))
    });
    if fits {
        return Ok(());
    }
    let lines: Vec<String> =
        pins.iter().map(|pin| format!("  {}: sha256 = \"{}\"", pin.metric, pin.sha256)).collect();
    Err(Failure::failed(format!(
        "{} writes its metrics in a form that cannot be edited here\nhint: add to each\n{}",
        path.display(),
        lines.join("\n")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "version = 1\nname = \"t\"\n[source.generator]\n[schema]\nmonth = \"unsigned\"\n\
        day = \"unsigned\"\n[event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n";

    fn lock_text(metrics: &str, digits: &[&str]) -> String {
        let text = format!("{HEAD}{metrics}");
        let bare = text.trim_start_matches('\u{feff}');
        let (_, document) = Pipeline::parse(bare, Path::new("p.toml")).expect("it is valid");
        let pin =
            |digit: &&str| Pin { metric: String::new(), sha256: digit.repeat(64), is_new: true };
        let pins: Vec<Pin> = digits.iter().map(pin).collect();
        let locked = pinned(&text, &document, &pins);
        check(&locked, Path::new("p.toml"), &pins).expect("it reads as meant");
        locked[HEAD.len()..].to_owned()
    }

    #[test]
    fn a_pin_follows_its_plugin_and_replaces_an_older_one() {
        let (a, b, old) = ("a".repeat(64), "b".repeat(64), "0".repeat(64));
        let metrics = format!(
            "[[metric]]\nid = \"x\" # first\nplugin = \"x.wasm\"  # here\n\n\
             [[metric]]\nsha256 = '{old}'  # pinned\nid = \"y\"\nplugin = \"y.wasm\""
        );
        let expected = format!(
            "[[metric]]\nid = \"x\" # first\nplugin = \"x.wasm\"  # here\nsha256 = \"{a}\"\n\n\
             [[metric]]\nsha256 = \"{b}\"  # pinned\nid = \"y\"\nplugin = \"y.wasm\""
        );
        assert_eq!(lock_text(&metrics, &["a", "b"]), expected);
    }

    #[test]
    fn line_ends_and_a_missing_last_one_are_kept() {
        let metrics = "[[metric]]\r\nid = \"x\"\r\nplugin = \"x.wasm\"\r\n";
        let locked = lock_text(metrics, &["c"]);
        let pin = "c".repeat(64);
        assert!(locked.ends_with(&format!("\"x.wasm\"\r\nsha256 = \"{pin}\"\r\n")), "{locked:?}");
        let locked = lock_text("[[metric]]\nid = \"x\"\nplugin = \"x.wasm\"", &["c"]);
        assert!(locked.ends_with(&format!("\"x.wasm\"\nsha256 = \"{pin}\"")), "{locked:?}");
    }

    #[test]
    fn a_form_that_cannot_be_edited_is_left_alone() {
        let inline = "[[metric]]\nid = \"x\"\nplugin = \"x.wasm\"\n";
        let pins = [Pin { metric: "x".to_owned(), sha256: "d".repeat(64), is_new: true }];
        let text = format!("{HEAD}{inline}");
        let refused = check(&text, Path::new("p.toml"), &pins).expect_err("it has no pin");
        assert!(refused.message.contains("cannot be edited"), "{}", refused.message);
    }
}
