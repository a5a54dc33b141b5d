//! `streamgauge plugin build`: the component of the plugin in a folder, by the compiler of its
//! language, held against the contract.

mod before;
mod built;
mod javascript;
mod language;
mod python;
mod rust;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use self::built::Built;
use self::language::Language;
use super::compiling::Compiling;
use super::wasi::{INERT, needs_inert};
use crate::cli::failure::Failure;
use crate::cli::output::tell;
use crate::cli::output::write_whole;
use crate::run::compiler;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::Runtime;

/// Build the component of a plugin and check it against the contract.
#[derive(Args, Debug)]
pub(super) struct BuildArgs {
    /// The plugin's folder; the present folder by default.
    #[arg(default_value = ".")]
    folder: PathBuf,

    #[command(flatten)]
    tests: UnitTests,

    #[command(flatten)]
    compiling: Compiling,
}

/// What becomes of the unit tests before a build.
#[derive(Args, Debug)]
pub(super) struct UnitTests {
    /// Build without the unit tests, which come first for Python and JavaScript.
    #[arg(long = "skip-tests")]
    pub(super) are_skipped: bool,
}

pub(super) fn build(args: &BuildArgs) -> Result<(), Failure> {
    let folder = &args.folder;
    let Some(language) = Language::of(folder) else {
        return Err(Failure::usage(format!(
            "folder {} is not a plugin: it has no {}\n\
             hint: name the plugin's folder; `streamgauge plugin new NAME` makes one",
            folder.display(),
            language::MARKS
        )));
    };
    if !args.tests.are_skipped {
        before::run_unit_tests(language, folder)?;
    }
    let built = language.compile(folder)?;
    let component = placed(folder, &built)?;
    let runtime = compiler::runtime();
    let settings = MetricSettings::alone(&component, json!({}));
    check(&runtime, &args.compiling.within(settings))?;
    // `plugin dev` reads this line.
    tell(format_args!("{}", component.display()));
    if needs_inert(&runtime, &component) {
        tell(format_args!("its [[metric]] needs the line `{INERT}`"));
    }
    Ok(())
}

/// Copies the component to the plugin's folder, under the plugin's name.
fn placed(folder: &Path, built: &Built) -> Result<PathBuf, Failure> {
    let component = folder.join(format!("{}.wasm", built.name));
    write_whole(&component, |part| fs::copy(&built.artifact, part).map(drop))?;
    Ok(component)
}

/// Accepts a plugin that only lacks its configuration: the component is in order.
fn check(runtime: &Runtime, settings: &MetricSettings) -> Result<(), Failure> {
    match runtime.load(settings) {
        Ok(_) => Ok(()),
        Err(error) if error.is_of_config() => Ok(()),
        Err(error) => Err(Failure::failed(format!("{error}\nhint: {}", error.hint()))),
    }
}
