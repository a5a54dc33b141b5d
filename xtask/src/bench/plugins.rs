//! `cargo xtask bench plugins`: the cost of a row in each metric. An example of the host's crates
//! measures; here is the list of components that it is given.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{build, example, process, setup, step::step, workspace::Workspace};

/// The metrics that come with the product, in the order of the table.
const LIBRARY: [&str; 10] = [
    "behavior",
    "age",
    "gender",
    "province",
    "count_by",
    "crosstab",
    "top_n",
    "unique",
    "conversion",
    "quantiles",
];

/// Builds and measures the library and `files`.
pub(super) fn command(workspace: &Workspace, files: &[PathBuf]) -> Result<()> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    step("plugins", || build::plugins(workspace))?;
    let folder = workspace.target().join("plugins");
    let library = LIBRARY.iter().map(|name| folder.join(format!("{name}.wasm")));
    let program = example::build(workspace, example::PLUGIN_COSTS)?;
    process::run(Command::new(program).args(library).args(files))
}
