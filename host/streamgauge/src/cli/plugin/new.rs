//! `streamgauge plugin new`: a plugin that builds and tests anywhere, unchanged.
//!
//! The program carries the SDKs, the contract and the locked versions of their dependencies, so the
//! new folder depends on nothing of this project outside the folder's own `vendor/`.

mod files;
mod lang;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use self::lang::Lang;
use super::wasi::INERT;
use crate::cli::failure::Failure;
use crate::cli::output::tell;

/// The longest name of a plugin, in characters.
const NAME_CHARS_MAX: usize = 64;

/// Make a new plugin: a folder that builds and tests as it is, with one function to change.
#[derive(Args, Debug)]
pub(super) struct NewArgs {
    /// The plugin's name: lower-case letters, digits and `-`; also the name of the folder.
    #[arg(value_parser = parse_name)]
    name: String,

    /// The language of the plugin's source.
    #[arg(long, value_enum, default_value = "rust")]
    lang: Lang,

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
    for (path, text) in files::of(args.lang, &args.name) {
        write(&folder.join(&path), text.as_bytes()).map_err(|error| {
            Failure::failed(format!(
                "{} could not be written: {error}",
                folder.join(&path).display()
            ))
        })?;
    }
    print_next_steps(args, &folder);
    Ok(())
}

fn print_next_steps(args: &NewArgs, folder: &Path) {
    let (name, shown) = (&args.name, folder.display());
    tell(format_args!("{shown}: a new plugin. Begin with {}, then", args.lang.beginning()));
    tell(format_args!("  cd {shown}"));
    for command in args.lang.commands() {
        tell(format_args!("  {command}"));
    }
    tell(format_args!("  streamgauge plugin dev"));
    tell(format_args!(
        "which builds, tests and shows it at every save. For good, the component of"
    ));
    tell(format_args!("  streamgauge plugin build"));
    tell(format_args!("and in pipeline.toml, with the path from there:"));
    tell(format_args!("  [[metric]]\n  id = \"{name}\"\n  plugin = \"{shown}/{name}.wasm\""));
    if args.lang.has_runtime() {
        tell(format_args!("  {INERT}"));
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-');
    if starts && text.chars().all(legal) && text.len() <= NAME_CHARS_MAX {
        return Ok(text.to_owned());
    }
    Err(format!("up to {NAME_CHARS_MAX} lower-case letters, digits and `-`, a letter first"))
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
    fn a_name_is_that_of_a_folder_and_a_package() {
        assert!(parse_name("top-items2").is_ok());
        for wrong in ["", "Top", "2x", "-x", "x-", "a b", "../x", "x_y", &"x".repeat(65)] {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }
}
