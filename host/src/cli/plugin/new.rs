//! `streamgauge plugin new`: a plugin that builds and tests as it is, anywhere.
//!
//! The program carries the SDK, the contract and the locked versions of what they need, so the new
//! folder depends on nothing of this project but its own `vendor/`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use rust_embed::RustEmbed;

use super::Failure;

/// The contract.
const CONTRACT: &str = include_str!("../../../../plugins/wit/metric.wit");

/// The versions with which the SDK was tested; cargo drops those that a plugin does not need.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// The longest name of a plugin, in characters.
const NAME_CHARS_MAX: usize = 64;

/// What packages of this project take from its workspace, as text for a package alone.
const FROM_WORKSPACE: [(&str, &str); 5] = [
    ("rust-version.workspace = true", "rust-version = \"1.95\""),
    ("version.workspace = true", concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"")),
    ("edition.workspace = true", "edition = \"2024\""),
    ("license.workspace = true", "license = \"Apache-2.0\""),
    ("[lints]\nworkspace = true\n", ""),
];

#[derive(RustEmbed)]
#[folder = "../plugins/sdk"]
struct Sdk;

#[derive(RustEmbed)]
#[folder = "../plugins/templates/rust"]
struct Template;

/// Make a new plugin: a folder that builds and tests as it is, with one function to change.
#[derive(Args, Debug)]
pub(super) struct NewArgs {
    /// Its name: lower-case letters, digits and `-`; also that of the folder.
    #[arg(value_parser = parse_name)]
    name: String,

    /// Where the folder is made.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    r#in: PathBuf,
}

pub(super) fn new(args: &NewArgs) -> Result<(), Failure> {
    let folder = args.r#in.join(&args.name);
    fs::create_dir(&folder).map_err(|error| {
        let hint = "choose another name, or another place with `--in FOLDER`";
        Failure::usage(format!(
            "folder {} could not be made: {error}\nhint: {hint}",
            folder.display()
        ))
    })?;
    for (path, text) in files(&args.name) {
        write(&folder.join(&path), text.as_bytes()).map_err(|error| {
            Failure::failed(format!(
                "{} could not be written: {error}",
                folder.join(&path).display()
            ))
        })?;
    }
    let (name, shown) = (&args.name, folder.display());
    println!("{shown}: a new plugin. Begin with key_of in src/lib.rs, then");
    println!("  cd {shown}");
    println!("  cargo test");
    println!("  streamgauge plugin build");
    println!("and in pipeline.toml, with the path from there:");
    println!("  [[metric]]\n  id = \"{name}\"\n  plugin = \"{shown}/{name}.wasm\"");
    Ok(())
}

fn parse_name(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-');
    if starts && text.chars().all(legal) && text.len() <= NAME_CHARS_MAX {
        return Ok(text.to_owned());
    }
    Err(format!("up to {NAME_CHARS_MAX} lower-case letters, digits and `-`, a letter first"))
}

/// Every file of the plugin `name`: its path in the folder, and its text.
fn files(name: &str) -> Vec<(String, String)> {
    let text = |file: rust_embed::EmbeddedFile| {
        String::from_utf8(file.data.into_owned()).expect("the carried files are texts")
    };
    let own = Template::iter().map(|path| {
        let template = text(Template::get(&path).expect("it was listed"));
        let path = path.trim_end_matches(".template").replace("cargo-config", ".cargo/config");
        (path, template.replace("{{name}}", name).replace("{{Type}}", &type_name(name)))
    });
    let is_needed = |path: &str| path.starts_with("src/") || path.starts_with("examples/");
    let sdk = Sdk::iter().filter(|path| is_needed(path)).map(|path| {
        let source = text(Sdk::get(&path).expect("it was listed"));
        (format!("vendor/streamgauge-sdk/{path}"), source)
    });
    let manifest = text(Sdk::get("Cargo.toml").expect("the SDK has a manifest"));
    let rest = [
        ("vendor/streamgauge-sdk/Cargo.toml", alone(&manifest)),
        ("vendor/wit/metric.wit", CONTRACT.to_owned()),
        ("Cargo.lock", LOCK.to_owned()),
        (".gitignore", format!("target/\n{name}.wasm\n")),
    ];
    own.chain(sdk).chain(rest.map(|(path, text)| (path.to_owned(), text))).collect()
}

/// A manifest without the workspace that it came from.
fn alone(manifest: &str) -> String {
    let said = FROM_WORKSPACE
        .iter()
        .fold(manifest.to_owned(), |text, (from, alone)| text.replace(from, alone));
    said.replace("publish.workspace = true", "publish = false")
}

/// `top-items` as the name of a type: `TopItems`.
fn type_name(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(capital).collect()
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_folder_a_package_and_a_type() {
        assert_eq!(type_name("top-items"), "TopItems");
        assert_eq!(type_name("x"), "X");
        assert!(parse_name("top-items2").is_ok());
        for wrong in ["", "Top", "2x", "-x", "x-", "a b", "../x", "x_y", &"x".repeat(65)] {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_of_the_workspace_is_left_in_what_is_written() {
        for (path, text) in files("top-items") {
            let is_source = path.starts_with("vendor/streamgauge-sdk/src/");
            let left = ["workspace = true", "{{"].iter().find(|left| text.contains(**left));
            assert!(is_source || left.is_none(), "{path} has {left:?}");
        }
    }
}
