//! The command line. Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 something outside is
//! unreachable or a port is taken.

mod check;
mod config;
mod demo;
mod explain;
mod failure;
mod inspect;
mod output;
mod plugin;
mod produce;
mod replay;
mod report;
mod run;
mod serve;
mod state;
mod stored;
mod verify;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// A real-time metric engine: Kafka events through sandboxed Wasm metrics to a live dashboard.
#[derive(Parser, Debug)]
#[command(name = "streamgauge", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::DemoArgs),
    Run(run::RunArgs),
    Replay(replay::ReplayArgs),
    Produce(crate::produce::ProduceArgs),
    Check(check::CheckArgs),
    Verify(verify::VerifyArgs),
    Explain(explain::ExplainArgs),
    State(state::StateArgs),
    Plugin(plugin::PluginArgs),
}

impl Command {
    /// The log filter unless `STREAMGAUGE_LOG` sets one.
    fn log_filter(&self) -> &'static str {
        match self {
            // A crash is told once, by the check that found the crash, and not at each try to
            // shrink the rows.
            Self::Plugin(args) if args.is_test() => "info,plugin=off",
            _ => "info,librdkafka=error,rdkafka=error",
        }
    }
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("STREAMGAUGE_LOG")
        .unwrap_or_else(|_| EnvFilter::new(cli.command.log_filter()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    let done = match cli.command {
        Command::Demo(args) => demo::demo(&args),
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Produce(args) => produce::produce(&args),
        Command::Check(args) => check::check(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::State(args) => state::state(&args),
        Command::Plugin(args) => plugin::plugin(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
