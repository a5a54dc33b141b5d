//! `cargo xtask mutants`: the tests must notice a broken engine. Each patch in `mutants`,
//! beside the test of the laws, breaks one law as an honest mistake could; with each of them that
//! test must fail.
//!
//! The sources are copied into `target/mutants`, so nothing of the clone is touched. The build
//! products of the copy are kept from run to run, and begin as a copy of the clone's own, so that
//! only the workspace is compiled anew.

mod scratch;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};

use self::scratch::Scratch;
use crate::{
    build, e2e, process, setup,
    step::{seconds, step},
    workspace::{Target, Workspace},
};

/// The test target that must notice.
pub(crate) const TEST: &str = "laws";

/// The folder of the patches, in the package of the test.
const PATCHES: &str = "mutants";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the patches with this in their name.
    only: Option<String>,
}

/// One way to break the engine.
struct Mutant {
    path: PathBuf,
    name: String,
    /// The broken law, in the words of the patch.
    about: String,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    let test = e2e::test(&workspace.packages()?, TEST)?;
    let mutants = mutants(&test.folder.join(PATCHES), args.only.as_deref())?;
    ensure!(!mutants.is_empty(), "no such patch in {PATCHES} of {}", test.package);
    step("plugins", || build::plugins(workspace))?;
    let scratch = step("a copy of the sources", || Scratch::of(workspace))?;
    step("the sources as they are", || {
        let failed = failed_tests(&scratch, &test)?;
        ensure!(failed.is_empty(), "{TEST} fails without a mutant: {}", failed.join(", "));
        Ok(())
    })?;
    let mut survivors = Vec::new();
    for mutant in &mutants {
        let begun = Instant::now();
        println!("{}: {}", mutant.name, mutant.about);
        let failed = scratch.with_patch(&mutant.path, || failed_tests(&scratch, &test))?;
        let took = seconds(begun.elapsed());
        if failed.is_empty() {
            println!("  NOT CAUGHT by {TEST}, after {took}");
            survivors.push(mutant.name.as_str());
        } else {
            println!("  caught by {} after {took}", failed.join(", "));
        }
    }
    ensure!(survivors.is_empty(), "no test failed with {}", survivors.join(", "));
    println!("each of {} mutants was caught", mutants.len());
    Ok(())
}

/// The patches in `folder` by name.
fn mutants(folder: &Path, only: Option<&str>) -> Result<Vec<Mutant>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut mutants = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_wanted = only.is_none_or(|only| name.contains(only));
        if path.extension().is_some_and(|extension| extension == "patch") && is_wanted {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("could not read {}", path.display()))?;
            mutants.push(Mutant { about: about(&text), path, name });
        }
    }
    mutants.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(mutants)
}

/// The words before the first file of a patch, on one line.
fn about(patch: &str) -> String {
    let words = patch.lines().take_while(|line| !line.starts_with("--- ")).map(str::trim);
    words.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The tests of [`TEST`] that fail on the copied sources, which must compile.
fn failed_tests(scratch: &Scratch, test: &Target) -> Result<Vec<String>> {
    let run = || {
        let mut cargo = scratch.cargo();
        cargo.args(["test", "--release"]).args(e2e::chosen(std::slice::from_ref(test)));
        cargo
    };
    process::run_quietly(run().arg("--no-run")).context("the sources do not compile")?;
    let (is_good, said) = process::said(&mut run())?;
    let failed = failures(&said);
    if !is_good && failed.is_empty() {
        bail!("{TEST} did not run\n{said}");
    }
    Ok(failed)
}

/// The names of failed tests in what cargo prints.
fn failures(said: &str) -> Vec<String> {
    let failed = |line: &str| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(name.to_owned())
    };
    said.lines().filter_map(failed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_says_what_it_breaks_before_its_first_file() {
        let patch = "One thing\nis broken.\n\n--- a/x.rs\n+++ b/x.rs\n@@ -1 +1 @@\n-a\n+b\n";
        assert_eq!(about(patch), "One thing is broken.");
    }

    #[test]
    fn every_patch_fits_the_sources() {
        let workspace = Workspace::find().expect("the tests run in a clone");
        let packages = workspace.packages().expect("cargo knows them");
        let test = e2e::test(&packages, TEST).expect("it is there");
        let found = mutants(&test.folder.join(PATCHES), None).expect("the patches are there");
        assert!(found.len() >= 3);
        for mutant in found {
            let mut git = std::process::Command::new("git");
            git.current_dir(workspace.root()).args(["apply", "--check"]).arg(&mutant.path);
            process::run_quietly(&mut git).unwrap_or_else(|error| {
                panic!("{} does not fit any more, write it anew: {error:#}", mutant.name)
            });
        }
    }

    #[test]
    fn failed_tests_are_read_from_what_cargo_prints() {
        let said = "running 2 tests\ntest one ... ok\ntest law::two ... FAILED\n\nfailures:\n";
        assert_eq!(failures(said), ["law::two"]);
        assert!(failures("error: could not compile").is_empty());
    }
}
