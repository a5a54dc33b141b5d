//! `cargo xtask bench plugins`: what a row costs in each metric. The host's example
//! `plugin_costs` measures; here is only what it is given.

use std::path::PathBuf;

use anyhow::Result;

use crate::{build, process, setup, step::step, workspace::Workspace};

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
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "streamgauge"]);
    cargo.args(["--example", "plugin_costs", "--"]).args(library).args(files);
    process::run(&mut cargo)
}
