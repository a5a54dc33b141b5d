//! `streamgauge bench`: what this program costs on this machine, so that anyone can check it.

mod figures;
mod file;
mod kafka;
mod latency;
mod memory;
mod page;
mod process;
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
    Kafka(kafka::KafkaArgs),
    State(state::StateArgs),
    /// One of the programs that `kafka` compares with.
    #[command(hide = true)]
    Reference(kafka::ReferenceArgs),
}

pub(super) fn bench(args: &BenchArgs) -> Result<(), Failure> {
    match &args.command {
        BenchCommand::Memory(args) => memory::memory(args),
        BenchCommand::File(args) => file::file(args),
        BenchCommand::Latency(args) => latency::latency(args),
        BenchCommand::Kafka(args) => kafka::kafka(args),
        BenchCommand::Reference(args) => kafka::reference(args),
        BenchCommand::State(args) => state::state(args),
    }
}
