//! `cargo xtask bench kafka` and `bench latency`: those of `streamgauge bench` of a program that is
//! built before, over a broker of this machine.

use std::process::Command;

use anyhow::Result;

use crate::{build, kafka, process, setup, workspace::Workspace};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The broker's port; one that runs there already is used and left running.
    #[arg(long, default_value_t = 9092)]
    port: u16,
    /// The options of the command of `streamgauge bench`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// With the broker on one core and the programs on the next.
pub(super) fn kafka(workspace: &Workspace, args: &Args) -> Result<()> {
    bench(workspace, args, &["kafka", "--core", "1"], Some(0))
}

pub(super) fn latency(workspace: &Workspace, args: &Args) -> Result<()> {
    bench(workspace, args, &["latency"], None)
}

fn bench(
    workspace: &Workspace,
    args: &Args,
    what: &[&str],
    core_of_broker: Option<u32>,
) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    let broker = kafka::Running::start(workspace, args.port)?;
    if let Some(core) = core_of_broker {
        pin(broker.pid(), core)?;
    }
    let brokers = format!("127.0.0.1:{}", args.port);
    let mut command = Command::new(workspace.binary());
    command.current_dir(workspace.root()).arg("bench").args(what);
    process::run(command.args(["--brokers", &brokers]).args(&args.options))
}

/// Puts all threads of a running process on one core.
fn pin(pid: u32, core: u32) -> Result<()> {
    let (core, pid) = (core.to_string(), pid.to_string());
    process::run_quietly(Command::new("taskset").args(["-a", "-p", "-c", &core, &pid]))
}
