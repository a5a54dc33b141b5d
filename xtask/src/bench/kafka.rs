//! `cargo xtask bench kafka`: `streamgauge bench kafka` of a program that is built before, with a
//! broker on one core and the programs on the next.

use std::process::Command;

use anyhow::Result;

use crate::{build, kafka, process, setup, workspace::Workspace};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The broker's port; one that runs there already is used and left running.
    #[arg(long, default_value_t = 9092)]
    port: u16,
    /// The options of `streamgauge bench kafka`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    let broker = kafka::Running::start(workspace, args.port)?;
    pin(broker.pid(), 0)?;
    let brokers = format!("127.0.0.1:{}", args.port);
    let mut command = Command::new(workspace.binary());
    command.current_dir(workspace.root()).args(["bench", "kafka"]);
    command.args(["--brokers", &brokers, "--core", "1"]).args(&args.options);
    process::run(&mut command)
}

/// Puts all threads of a running process on one core.
fn pin(pid: u32, core: u32) -> Result<()> {
    let (core, pid) = (core.to_string(), pid.to_string());
    process::run_quietly(Command::new("taskset").args(["-a", "-p", "-c", &core, &pid]))
}
