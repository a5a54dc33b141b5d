//! The command line. Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 something outside is
//! unreachable or a port is taken.

mod check;
mod demo;
mod explain;
mod inspect;
mod plugin;
mod produce;
mod replay;
mod report;
mod run;
mod serve;
mod state;
mod stored;
mod verify;

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use streamgauge_checkpoint::store::StateError;
use streamgauge_outbox::HistoryError;
use streamgauge_pipeline::Diagnostics;
use streamgauge_source::{Missing, SourceError};

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

/// The pipeline that a command works on.
#[derive(clap::Args, Debug)]
struct Config {
    /// The pipeline file, with settings and metrics.
    #[arg(long, value_name = "FILE", default_value = "pipeline.toml")]
    config: PathBuf,
}

/// Why a command failed, and with which exit code.
#[derive(Debug)]
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The command ran and failed.
    fn failed(message: impl Display) -> Self {
        Self { code: 1, message: format!("error: {message}") }
    }

    /// The command line or the configuration is wrong.
    fn usage(message: impl Display) -> Self {
        Self { code: 2, message: format!("error: {message}") }
    }

    /// Something outside is not there.
    fn outside(message: impl Display) -> Self {
        Self { code: 3, message: format!("error: {message}") }
    }

    /// A source that cannot continue.
    fn source(error: &SourceError) -> Self {
        match error {
            SourceError::Unavailable { missing, .. } => {
                let message = format!("{error}\nhint: {}", advice(*missing));
                if *missing == Missing::File {
                    Self::usage(message)
                } else {
                    Self::outside(message)
                }
            }
            // The message of a gap names the ways out.
            SourceError::Gap(_) | SourceError::Moved { .. } | SourceError::Failed { .. } => {
                Self::failed(error)
            }
        }
    }
}

/// The remedy at the command line for a missing thing.
fn advice(missing: Missing) -> &'static str {
    match missing {
        Missing::Brokers => "start the broker, or correct `brokers` in [source.kafka]",
        Missing::Topic => "create the topic, or correct `topic` in [source.kafka]",
        Missing::Partitions => "look at the topic's partitions and their leaders",
        Missing::File => "correct the path",
        Missing::FirstLine => "write a first line, or say `header = false` in [source.file]",
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::failed(format!("{error}\nhint: {}", error.hint()))
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        Self::failed(error)
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        let message = diagnostics.render(std::io::stderr().is_terminal());
        Self { code: 2, message: message.trim_end().to_owned() }
    }
}

/// Prints a result. A reader that went away (`| head`) is no failure.
fn print_out(result: impl Display) -> Result<(), Failure> {
    let text = result.to_string();
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("the result could not be printed: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes `file` whole or not at all: `write` makes the file under another name, which the rename
/// takes away, so nobody finds half of a file.
fn write_whole(
    file: &Path,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let mut part: OsString = file.into();
    part.push(".part");
    let part = PathBuf::from(part);
    write(&part).and_then(|()| fs::rename(&part, file)).map_err(|error| {
        Failure::failed(format!("{} could not be written: {error}", file.display()))
    })
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
