//! The chores around the program, one command each: `cargo xtask COMMAND`.
//!
//! The chores are Rust so that a clone needs no further tool to build, test and try everything.
//! The chores only start other programs (cargo, npm, Maven, the broker, the host) and tell the
//! user how that went; nothing of the product lives here. No command passes a registry or a
//! settings file to a package client, so the user's own mirror settings hold.

mod bench;
mod build;
mod chaos;
mod e2e;
mod endurance;
mod example;
mod fuzz;
mod host;
mod http;
mod kafka;
mod mutants;
mod process;
mod setup;
mod shots;
mod side_by_side;
mod step;
mod test;
mod tidy;
mod torture;
mod troubles;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Builds, tests and tries Streamgauge.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks every tool that building and testing need, and installs what is missing.
    Setup {
        /// Install Debian packages through sudo when not root.
        #[arg(long)]
        yes: bool,
    },
    /// Builds the plugins, the page and the host.
    Build,
    /// Builds, then runs `streamgauge demo` with the given arguments.
    Demo {
        /// Instead: a real Kafka, `kill -9` for the host every few seconds, and a recount at the
        /// end. Its own options are told by `--chaos -- --help`.
        #[arg(long)]
        chaos: bool,
        /// Passed on to `streamgauge demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Runs every check: format, lints, unit, system and page tests.
    Test(test::Args),
    /// Holds the sources against the structure that ARCHITECTURE.md states.
    Tidy,
    /// Disturbs host and broker at random while records flow, and recounts everything.
    Torture(torture::Args),
    /// Runs pipelines under a limit of memory for minutes, each with other input or other clients.
    Endurance(endurance::Args),
    /// Puts a running pipeline through twenty troubles under an open page, and shows what it said.
    Troubles(troubles::Args),
    /// Breaks the engine on purpose, one law at a time, and demands that a test notices.
    Mutants(mutants::Args),
    /// A single-node Apache Kafka on this machine, for trying things.
    Kafka {
        #[command(subcommand)]
        command: kafka::Command,
    },
    /// Measures what the program costs.
    Bench(bench::Args),
    /// Takes screenshots of the page into target/shots.
    Shots,
    /// Feeds the decoders and the readers of state and settings with whatever breaks them.
    Fuzz(fuzz::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Setup { yes } => setup::command(&workspace, setup::Consent::of(yes)),
        Command::Build => build::command(&workspace),
        Command::Demo { chaos: true, args } => chaos::command(&workspace, &args),
        Command::Demo { chaos: false, args } => build::demo(&workspace, &args),
        Command::Test(args) => test::command(&workspace, &args),
        Command::Tidy => tidy::command(&workspace),
        Command::Torture(args) => torture::command(&workspace, &args),
        Command::Endurance(args) => endurance::command(&workspace, &args),
        Command::Troubles(args) => troubles::command(&workspace, &args),
        Command::Mutants(args) => mutants::command(&workspace, &args),
        Command::Kafka { command } => kafka::command(&workspace, command),
        Command::Bench(args) => bench::command(&workspace, &args),
        Command::Shots => shots::command(&workspace),
        Command::Fuzz(args) => fuzz::command(&workspace, &args),
    }
}
