//! `streamgauge bench`: what this program costs on this machine, so that anyone can check it.

mod state;
mod used;

use clap::{Args, Subcommand};

use super::failure::Failure;

/// Measure what the program costs on this machine.
#[derive(Args, Debug)]
pub(super) struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Subcommand, Debug)]
enum BenchCommand {
    State(state::StateArgs),
}

pub(super) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    match &args.command {
        BenchCommand::State(args) => state::state(args),
    }
}
