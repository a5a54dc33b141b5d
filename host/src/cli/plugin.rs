//! `streamgauge plugin`: what those need who write plugins, or run those of others.

mod inspect;
mod lock;

use clap::{Args, Subcommand};

use super::{Config, Failure};

/// Look at metric plugins, and pin those that a pipeline runs.
#[derive(Args, Debug)]
pub(super) struct PluginArgs {
    #[command(subcommand)]
    command: PluginCommand,
}

#[derive(Subcommand, Debug)]
enum PluginCommand {
    Inspect(inspect::InspectArgs),
    Lock(lock::LockArgs),
}

pub(super) fn plugin(args: &PluginArgs) -> Result<(), Failure> {
    match &args.command {
        PluginCommand::Inspect(args) => inspect::inspect(args),
        PluginCommand::Lock(args) => lock::lock(args),
    }
}
