//! The developer's programs among the examples of the host's crates, found by their names.

use std::path::PathBuf;

use anyhow::Result;

use crate::{process, workspace::Workspace};

/// The measurement of `cargo xtask bench columns`.
pub(crate) const COLUMN_COSTS: &str = "column_costs";

/// The work that `cargo xtask bench instructions` counts.
pub(crate) const INSTRUCTIONS: &str = "instructions";

/// The measurement of `cargo xtask bench plugins`.
pub(crate) const PLUGIN_COSTS: &str = "plugin_costs";

/// Builds an example and gives its program.
pub(crate) fn build(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    // Fails early, and by name, where there is none.
    workspace.packages()?.example(name)?;
    let mut cargo = workspace.cargo();
    // Of the whole workspace: with the features of one package alone, half of it is compiled anew.
    process::run(cargo.args(["build", "--release", "--workspace", "--example", name]))?;
    Ok(workspace.target().join("release/examples").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_there() {
        let workspace = Workspace::find().expect("the tests run in a clone");
        let packages = workspace.packages().expect("cargo knows them");
        for name in [COLUMN_COSTS, INSTRUCTIONS, PLUGIN_COSTS] {
            packages.example(name).expect("a command needs it");
        }
    }
}
