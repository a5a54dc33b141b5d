//! `cargo xtask bench plugins` and `columns`: the cost of a row in each metric, and that of one more
//! metric or column. Examples of the host's crates measure; here is the list of components that they
//! are given.

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
    let folder = built(workspace)?;
    let library = LIBRARY.iter().map(|name| folder.join(format!("{name}.wasm")));
    let program = example::build(workspace, example::PLUGIN_COSTS)?;
    process::run(Command::new(program).args(library).args(files))
}

/// Measures a metric that does nothing, over columns of each kind.
pub(super) fn columns(workspace: &Workspace) -> Result<()> {
    let folder = built(workspace)?;
    let program = example::build(workspace, example::COLUMN_COSTS)?;
    process::run(Command::new(program).arg(folder))
}

/// The folder of the components, which are built.
fn built(workspace: &Workspace) -> Result<PathBuf> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    step("plugins", || build::plugins(workspace))?;
    Ok(workspace.target().join("plugins"))
}
