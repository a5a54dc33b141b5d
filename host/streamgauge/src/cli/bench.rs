//! `streamgauge bench`: what this program costs on this machine, so that anyone can check it.

mod figures;
mod file;
mod latency;
mod memory;
mod page;
mod running;
mod shop;
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
    Memory(memory::MemoryArgs),
    File(file::FileArgs),
    Latency(latency::LatencyArgs),
    State(state::StateArgs),
}

pub(super) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    match &args.command {
        BenchCommand::Memory(args) => memory::memory(args),
        BenchCommand::File(args) => file::file(args),
        BenchCommand::Latency(args) => latency::latency(args),
        BenchCommand::State(args) => state::state(args),
    }
}
