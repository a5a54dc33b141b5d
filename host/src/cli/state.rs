//! `streamgauge state`: stored state.

use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::{Args, Subcommand};

use super::{Config, Failure, print_out};
use crate::pipeline::{OutletSettings, Pipeline};
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
    match reset(&pipeline)? {
        Some(path) => print_out(format!("{} removed", path.display())),
        None => print_out(format!("no state in {}", pipeline.state_dir.display())),
    }
}

/// Drops the state; returns its file, or none where there was none. The dead letters and late
/// records that belong to it may all come again, so their files are put aside with it.
pub(super) fn reset(pipeline: &Pipeline) -> Result<Option<PathBuf>, Failure> {
    let removed = EmbeddedStore::reset(&pipeline.state_dir)?;
    let outlets =
        [("dead letters", &pipeline.dead_letters), ("late records", &pipeline.late_output)];
    for (what, outlet) in outlets {
        if let Some(OutletSettings::File(path)) = outlet
            && removed.is_some()
            && path.exists()
        {
            put_aside(what, path)?;
        }
    }
    Ok(removed)
}

fn put_aside(what: &str, path: &Path) -> Result<(), Failure> {
    let aside = format!("{}.before-{}", path.display(), Utc::now().format("%Y%m%dT%H%M%S%.3fZ"));
    std::fs::rename(path, &aside).map_err(|error| {
        Failure::failed(format!("{what} {} could not be put aside: {error}", path.display()))
    })?;
    tracing::info!("{what} from before are in {aside}");
    Ok(())
}
