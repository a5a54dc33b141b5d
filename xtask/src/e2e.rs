//! The tests behind the feature `e2e`, in whichever packages they are. Such a test needs the built
//! components, and mostly the built host or a real broker.

use std::{collections::BTreeSet, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::{
    kafka, setup,
    workspace::{Packages, Target, Workspace},
};

/// The feature of a package that its targets of this kind require.
const FEATURE: &str = "e2e";

/// Every test behind the feature.
pub(crate) fn tests(packages: &Packages) -> Result<Vec<Target>> {
    let tests = packages.tests_requiring(FEATURE);
    ensure!(!tests.is_empty(), "no test requires the feature `{FEATURE}`");
    Ok(tests)
}

/// The test of this name.
pub(crate) fn test(packages: &Packages, name: &str) -> Result<Target> {
    let mut tests = tests(packages)?.into_iter();
    let found = tests.find(|test| test.name == name);
    found.with_context(|| format!("no test `{name}` requires the feature `{FEATURE}`"))
}

/// Turns the feature on in every package that has such tests.
pub(crate) fn all_features(cargo: &mut Command, packages: &Packages) -> Result<()> {
    cargo.args(["--features", &features(&tests(packages)?)]);
    Ok(())
}

/// `cargo test` of these tests, with the places of everything.
pub(crate) fn behind_the_feature(workspace: &Workspace, tests: &[Target]) -> Result<Command> {
    let jars = kafka::provide_jars(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(arguments(tests));
    with_places(&mut cargo, workspace).env("STREAMGAUGE_KAFKA_LIB", jars);
    Ok(cargo)
}

/// The arguments of cargo for these tests, in one call.
pub(crate) fn arguments(tests: &[Target]) -> Vec<String> {
    let mut arguments = vec!["test".to_owned(), "--release".to_owned()];
    for package in packages(tests) {
        arguments.extend(["--package".to_owned(), package.to_owned()]);
    }
    arguments.extend(["--features".to_owned(), features(tests)]);
    let names: BTreeSet<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    for name in names {
        arguments.extend(["--test".to_owned(), name.to_owned()]);
    }
    arguments
}

/// Tells tests where the built host, the repository, the browser and the proxy are.
pub(crate) fn with_places<'a>(command: &'a mut Command, workspace: &Workspace) -> &'a mut Command {
    command.env("STREAMGAUGE_BIN", workspace.binary()).env("STREAMGAUGE_ROOT", workspace.root());
    if let Some(browser) = setup::chromium() {
        command.env("CHROMIUM", browser);
    }
    if let Some(proxy) = setup::nginx() {
        command.env("NGINX", proxy);
    }
    command
}

fn packages(tests: &[Target]) -> BTreeSet<&str> {
    tests.iter().map(|test| test.package.as_str()).collect()
}

fn features(tests: &[Target]) -> String {
    let of = |package| format!("{package}/{FEATURE}");
    packages(tests).into_iter().map(of).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn tests_of_several_packages_run_in_one_call() {
        let target = |package: &str, name: &str| Target {
            package: package.to_owned(),
            name: name.to_owned(),
            folder: PathBuf::new(),
        };
        let tests = [target("b", "system"), target("a", "laws"), target("a", "sandbox")];
        assert_eq!(
            arguments(&tests).join(" "),
            "test --release --package a --package b --features a/e2e,b/e2e \
             --test laws --test sandbox --test system"
        );
    }

    #[test]
    fn the_tests_that_commands_name_are_there() {
        let workspace = Workspace::find().expect("the tests run in a clone");
        let packages = workspace.packages().expect("cargo knows them");
        for name in [crate::torture::TEST, crate::mutants::TEST] {
            test(&packages, name).expect("a command needs it");
        }
    }
}
