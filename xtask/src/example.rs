//! The developer's programs among the examples of the host's crates, found by their names.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    process,
    workspace::{Target, Workspace},
};

/// The loop that only counts messages, the yardstick of `cargo xtask bench`.
pub(crate) const BARE_CONSUMER: &str = "bare_consumer";

/// The work that `cargo xtask bench instructions` counts.
pub(crate) const INSTRUCTIONS: &str = "instructions";

/// The producer of `cargo xtask bench latency`.
pub(crate) const STEADY_PRODUCER: &str = "steady_producer";

/// The measurement of `cargo xtask bench plugins`.
pub(crate) const PLUGIN_COSTS: &str = "plugin_costs";

/// Builds an example and gives its program.
pub(crate) fn build(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let example = workspace.packages()?.example(name)?;
    process::run(&mut cargo(workspace, "build", &example))?;
    Ok(workspace.target().join("release/examples").join(name))
}

/// `cargo run` of an example; its own arguments can be added.
pub(crate) fn run(workspace: &Workspace, name: &str) -> Result<Command> {
    let example = workspace.packages()?.example(name)?;
    let mut cargo = cargo(workspace, "run", &example);
    cargo.args(["--quiet", "--"]);
    Ok(cargo)
}

fn cargo(workspace: &Workspace, verb: &str, example: &Target) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args([verb, "--release", "--package", &example.package, "--example", &example.name]);
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_there() {
        let workspace = Workspace::find().expect("the tests run in a clone");
        let packages = workspace.packages().expect("cargo knows them");
        for name in [BARE_CONSUMER, INSTRUCTIONS, PLUGIN_COSTS, STEADY_PRODUCER] {
            packages.example(name).expect("a command needs it");
        }
    }
}
