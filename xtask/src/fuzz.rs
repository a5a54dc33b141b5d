//! `cargo xtask fuzz`: the fuzz targets of host/tests/fuzz, each for some minutes, from the seeds kept
//! there and from the inputs of the tests.
//!
//! Fuzzing alone needs `cargo-fuzz`, so that tool is not part of the set-up. The
//! address sanitizer stays off: the code under test has no `unsafe`, and with it librdkafka does
//! not link.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{process, step::step, workspace::Workspace};

/// What the targets do, and their seeds.
const FUZZ: &str = "host/tests/fuzz";

/// The package of the targets, which is none of the workspace.
const TARGETS: &str = "host/tests/fuzz/targets";

/// The longest input, in bytes: all that matters fits, and short inputs are fast.
const INPUT_BYTES_MAX: u32 = 4096;

/// The longest component: the metrics of the product fit.
const COMPONENT_BYTES_MAX: u32 = 128 << 10;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this target; may be given several times.
    #[arg(long, value_name = "TARGET")]
    only: Vec<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 10)]
    minutes: u32,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    ensure!(
        process::probe("cargo", &["fuzz", "--version"]).is_some(),
        "fuzzing needs cargo-fuzz\n  hint: `cargo install cargo-fuzz --locked`"
    );
    let targets = targets(workspace.root())?;
    for name in &args.only {
        ensure!(
            targets.contains(name),
            "there is no target `{name}`\n  hint: {}",
            targets.join(", ")
        );
    }
    let is_meant = |target: &&String| args.only.is_empty() || args.only.contains(target);
    for target in targets.iter().filter(is_meant) {
        step(&format!("{target} for {} minutes", args.minutes), || run(workspace, target, args))?;
    }
    Ok(())
}

/// Every target, by the name of its file.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(TARGETS).join("fuzz_targets");
    let entries = fs::read_dir(folder).context("could not read the folder of fuzz targets")?;
    let named = |entry: fs::DirEntry| {
        entry.path().file_stem().map(|stem| stem.to_string_lossy().into_owned())
    };
    let mut targets: Vec<String> = entries.flatten().filter_map(named).collect();
    targets.sort();
    Ok(targets)
}

fn run(workspace: &Workspace, target: &str, args: &Args) -> Result<()> {
    let fuzz = workspace.root().join(TARGETS);
    let corpus = fuzz.join("corpus").join(target);
    fs::create_dir_all(&corpus).context("could not make the folder of inputs")?;
    for seeds in seeds(workspace.root(), target) {
        copy_files(&seeds, &corpus)?;
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"]).arg(&fuzz);
    cargo.arg(target).arg(&corpus).arg("--").arg(format!("-max_total_time={}", args.minutes * 60));
    let bytes_max = if target == "component" { COMPONENT_BYTES_MAX } else { INPUT_BYTES_MAX };
    cargo.arg(format!("-max_len={bytes_max}")).arg("-print_final_stats=1");
    process::run(cargo.current_dir(workspace.root()))
}

/// Folders whose files are inputs to begin with.
fn seeds(root: &Path, target: &str) -> Vec<PathBuf> {
    let mut seeds = match target {
        "pipeline" => of_tests(root, "invalid"),
        "snapshot" => of_tests(root, "golden"),
        "component" => vec![root.join("target/plugins")],
        _ => Vec::new(),
    };
    if target == "pipeline" {
        seeds.push(root.to_owned());
    }
    seeds.push(root.join(FUZZ).join("seeds").join(target));
    seeds.retain(|folder| folder.is_dir());
    seeds
}

/// The folders `tests/NAME` of the host's crates.
fn of_tests(root: &Path, name: &str) -> Vec<PathBuf> {
    let host = root.join("host");
    let crates = fs::read_dir(&host).into_iter().flatten().flatten().map(|entry| entry.path());
    crates.chain([host]).map(|folder| folder.join("tests").join(name)).collect()
}

/// Copies the files of one folder into another.
fn copy_files(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).context("could not read a folder of inputs")?;
    for entry in entries.flatten() {
        let path = entry.path();
        let is_input = path.extension().is_none_or(|e| e != "rs" && e != "err" && e != "redb");
        let is_short =
            entry.metadata().is_ok_and(|about| about.len() <= COMPONENT_BYTES_MAX.into());
        if path.is_file() && is_input && is_short {
            let name = format!("seed-{}", entry.file_name().to_string_lossy());
            fs::copy(&path, to.join(name)).context("could not copy an input")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_inputs_to_begin_with() {
        let workspace = Workspace::find().expect("the tests run in a clone");
        for target in targets(workspace.root()).expect("the folder is there") {
            let found = seeds(workspace.root(), &target);
            let is_own = |folder: &&PathBuf| *folder != workspace.root();
            assert!(found.iter().any(|folder| is_own(&folder)), "{target} has none: {found:?}");
        }
    }
}
