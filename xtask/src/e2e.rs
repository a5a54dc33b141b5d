//! The tests that plain `cargo test` leaves out (`test = false`), in whichever packages they are.
//! Such a test needs the built components, and mostly the built host or a real broker.

use std::{collections::BTreeSet, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::{
    kafka, process, setup,
    workspace::{Packages, Target, Workspace},
};

/// All of them, by package and name.
pub(crate) fn tests(packages: &Packages) -> Result<Vec<Target>> {
    let tests = packages.tests_by_name();
    ensure!(!tests.is_empty(), "no test has `test = false` in its Cargo.toml");
    Ok(tests)
}

/// The test of this name.
pub(crate) fn test(packages: &Packages, name: &str) -> Result<Target> {
    let mut tests = tests(packages)?.into_iter();
    let found = tests.find(|test| test.name == name);
    found.with_context(|| format!("no test `{name}` has `test = false` in its Cargo.toml"))
}

/// `cargo test` of these tests, with the places of everything; the program is built before.
pub(crate) fn command(workspace: &Workspace, tests: &[Target]) -> Result<Command> {
    process::run(&mut workspace.build_of_program())?;
    let jars = kafka::provide_jars(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release"]).args(chosen(tests));
    with_places(&mut cargo, workspace).env("STREAMGAUGE_KAFKA_LIB", jars);
    Ok(cargo)
}

/// The arguments by which cargo takes these tests. All packages of the workspace are chosen, so
/// that nothing is compiled for them alone.
pub(crate) fn chosen(tests: &[Target]) -> Vec<&str> {
    let names: BTreeSet<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let arguments = names.into_iter().flat_map(|name| ["--test", name]);
    ["--workspace"].into_iter().chain(arguments).collect()
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
            chosen(&tests).join(" "),
            "--workspace --test laws --test sandbox --test system"
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
