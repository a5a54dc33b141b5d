//! `cargo xtask bench latency`: `streamgauge bench latency` of a program that is built before, over a
//! broker of this machine.

use std::process::Command;

use anyhow::Result;

use crate::{build, kafka, process, setup, workspace::Workspace};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The broker's port; one that runs there already is used and left running.
    #[arg(long, default_value_t = 9092)]
    port: u16,
    /// The options of `streamgauge bench latency`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    let _broker = kafka::Running::start(workspace, args.port)?;
    let mut command = Command::new(workspace.binary());
    let brokers = format!("127.0.0.1:{}", args.port);
    command.current_dir(workspace.root()).args(["bench", "latency", "--brokers", &brokers]);
    process::run(command.args(&args.options))
}
