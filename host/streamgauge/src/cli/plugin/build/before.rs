//! The unit tests of a plugin, run before its component is built.
//!
//! A component of Python takes half a minute, its unit tests a fraction of a second. Rust is left
//! out: its tests are compiled for another target, which takes longer than the component.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::language::Language;
use super::tool::{absolute, on_path};
use crate::cli::failure::Failure;

/// The exit code of Python's `unittest` where there are no tests.
const NO_TESTS: i32 = 5;

/// Runs the unit tests of the plugin in `folder`; their words are shown where one fails.
pub(super) fn run_unit_tests(language: Language, folder: &Path) -> Result<(), Failure> {
    let Some((program, arguments)) = command(language, folder)? else { return Ok(()) };
    let mut tests = Command::new(&program);
    // Python would leave its cache in the plugin's folder.
    tests.args(arguments).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
    let ended = tests.output().map_err(|error| {
        Failure::failed(format!("`{}` could not be started: {error}", program.display()))
    })?;
    if ended.status.success() || ended.status.code() == Some(NO_TESTS) {
        return Ok(());
    }
    show(&ended);
    Err(Failure::failed(
        "a unit test of the plugin fails, so nothing was built\n\
         hint: its words stand above; `--skip-tests` builds without unit tests",
    ))
}

/// The program and its arguments; `None` means that the language has no tests to run first, or that
/// the program is not there: the compiler needs no Python.
fn command(
    language: Language,
    folder: &Path,
) -> Result<Option<(PathBuf, &'static [&'static str])>, Failure> {
    Ok(match language {
        Language::Rust => None,
        Language::Python => {
            let own = absolute(&folder.join(".venv/bin/python"))?;
            let python = if own.is_file() { Some(own) } else { on_path("python3") };
            python.map(|python| (python, ["-m", "unittest"].as_slice()))
        }
        Language::JavaScript => on_path("node").map(|node| (node, ["--test"].as_slice())),
    })
}

/// The words go to standard error: the output is the component's path.
fn show(ended: &Output) {
    let mut terminal = std::io::stderr().lock();
    // A terminal that is gone needs no words.
    let _ = terminal.write_all(&ended.stdout).and_then(|()| terminal.write_all(&ended.stderr));
}
