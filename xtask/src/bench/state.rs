//! `cargo xtask bench state`: `streamgauge bench state` of a program that is built before.

use std::process::Command;

use anyhow::Result;

use crate::{build, process, setup, workspace::Workspace};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The options of `streamgauge bench state`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    build::all(workspace)?;
    let mut command = Command::new(workspace.binary());
    command.current_dir(workspace.root()).args(["bench", "state"]).args(&args.options);
    process::run(&mut command)
}
