//! `streamgauge plugin`: the commands for people who write plugins, or run plugins of others.

mod build;
mod compiling;
mod dev;
mod inspect;
mod lock;
mod new;
mod test;
mod wasi;

use std::path::Path;

use clap::{Args, Subcommand};

use super::failure::Failure;

/// Make, build and look at metric plugins, and pin those that a pipeline runs.
#[derive(Args, Debug)]
pub(super) struct PluginArgs {
    #[command(subcommand)]
    command: PluginCommand,
}

#[derive(Subcommand, Debug)]
enum PluginCommand {
    New(new::NewArgs),
    Build(build::BuildArgs),
    Dev(dev::DevArgs),
    Test(test::TestArgs),
    Inspect(inspect::InspectArgs),
    Lock(lock::LockArgs),
}

impl PluginArgs {
    /// The pipeline file, for those that work on one.
    pub(super) fn config(&self) -> Option<&Path> {
        match &self.command {
            PluginCommand::Lock(args) => Some(args.config()),
            PluginCommand::Dev(args) => Some(&args.config),
            PluginCommand::New(_)
            | PluginCommand::Build(_)
            | PluginCommand::Test(_)
            | PluginCommand::Inspect(_) => None,
        }
    }

    /// True if the command is `plugin test`.
    pub(super) fn is_test(&self) -> bool {
        matches!(self.command, PluginCommand::Test(_))
    }
}

pub(super) fn plugin(args: &PluginArgs) -> Result<(), Failure> {
    match &args.command {
        PluginCommand::New(args) => new::new(args),
        PluginCommand::Build(args) => build::build(args),
        PluginCommand::Dev(args) => dev::dev(args),
        PluginCommand::Inspect(args) => inspect::inspect(args),
        PluginCommand::Test(args) => test::test(args),
        PluginCommand::Lock(args) => lock::lock(args),
    }
}
