//! `streamgauge state`: stored state.

use clap::{Args, Subcommand};

use super::{Config, Failure, print_out};
use crate::pipeline::Pipeline;
use crate::state::EmbeddedStore;

/// Look after stored state.
#[derive(Args, Debug)]
pub(super) struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Subcommand, Debug)]
enum StateCommand {
    /// Drop the stored state; the next run begins where `start` says.
    Reset(Config),
}

pub(super) fn state(args: &StateArgs) -> Result<(), Failure> {
    let StateCommand::Reset(config) = &args.command;
    let (pipeline, _) = Pipeline::load_with(&config.config, &|_| Some(String::new()))?;
    let removed = EmbeddedStore::reset(&pipeline.state_dir)
        .map_err(|error| Failure::failed(format!("{error}\nhint: {}", error.hint())))?;
    match removed {
        Some(path) => print_out(format!("{} removed", path.display())),
        None => print_out(format!("no state in {}", pipeline.state_dir.display())),
    }
}
