//! The command line. Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 something outside is
//! unreachable or a port is taken.

mod begin;
mod bench;
mod check;
mod config;
mod demo;
mod explain;
mod failure;
mod inspect;
mod last_good;
mod metric;
mod output;
mod plugin;
mod produce;
mod read_progress;
mod reload;
mod replay;
mod report;
mod run;
mod running;
mod serve;
mod spool;
mod state;
mod stored;
mod story;
mod verify;
mod version;

use std::env;
use std::io::IsTerminal;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use streamgauge_pipeline::{config_option, with_option};
use streamgauge_plugin::compile_here;

use crate::log::{self, LogFormat};
use crate::run::{compiler, fatal};
use failure::Failure;
use version::{ENVIRONMENT, VERSION};

/// A real-time metric engine: Kafka events through sandboxed Wasm metrics to a live dashboard.
#[derive(Parser, Debug)]
#[command(name = "streamgauge", version = VERSION, max_term_width = 100, after_help = ENVIRONMENT)]
struct Cli {
    /// The form of the log on standard error, instead of `STREAMGAUGE_LOG_FORMAT` (text unless
    /// set).
    #[arg(long, global = true, value_name = "FORM", value_enum)]
    log_format: Option<LogFormat>,

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
    Reload(reload::ReloadArgs),
    Metric(metric::MetricArgs),
    State(state::StateArgs),
    Plugin(plugin::PluginArgs),
    Bench(bench::BenchArgs),
}

impl Command {
    /// The pipeline file that was named to the command.
    fn config(&self) -> Option<&Path> {
        match self {
            // The demo's own source stands in for that of the file; bench has pipelines of its own.
            Self::Demo(_) | Self::Bench(_) => None,
            Self::Run(args) => Some(args.config()),
            Self::Replay(args) => Some(args.config()),
            Self::Produce(args) => Some(&args.config),
            Self::Check(args) => Some(args.config()),
            Self::Verify(args) => Some(args.config()),
            Self::Explain(args) => Some(args.config()),
            Self::Reload(args) => Some(args.config()),
            Self::Metric(args) => Some(args.config()),
            Self::State(args) => Some(args.config()),
            Self::Plugin(args) => args.config(),
        }
    }

    /// The log filter unless `STREAMGAUGE_LOG` sets one.
    fn log_filter(&self) -> &'static str {
        match self {
            // A crash is told once, by the check that found the crash, and not at each try to
            // shrink the rows.
            Self::Plugin(args) if args.is_test() => "info,plugin=off",
            _ => "info",
        }
    }
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == compiler::COMPILE) {
        return compile_here(&arguments.collect::<Vec<_>>());
    }
    compiler::is_this_program();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return answered(&answer),
    };
    let format = match cli.log_format.map_or_else(LogFormat::from_environment, Ok) {
        Ok(format) => format,
        Err(error) => return ended(&Failure::usage(error)),
    };
    if let Err(error) = log::start(cli.command.log_filter(), format) {
        return ended(&Failure::usage(error));
    }
    fatal::watch_panics();
    let option = cli.command.config().map(config_option).unwrap_or_default();
    // A panic of this thread was told, and its message is the cause below.
    let done = panic::catch_unwind(AssertUnwindSafe(|| dispatch(cli.command))).unwrap_or(Ok(()));
    let done = fatal::cause().map_or(done, |cause| Err(Failure::failed(cause)));
    let done = done.and_then(|()| output::is_printed());
    match done {
        Ok(()) => {
            log::flush(log::LAST_LINES);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let message = with_option(&failure.message, &option);
            ended(&Failure { message, ..failure })
        }
    }
}

/// Ends with the words of the command line's reader: a mistake, or the help that was asked for.
fn answered(answer: &clap::Error) -> ExitCode {
    if answer.use_stderr() {
        answer.exit();
    }
    // Styled as the terminal takes it, or else as plain text.
    let words = answer.render();
    if std::io::stdout().is_terminal() {
        output::print_as_it_is(&words.ansi().to_string());
    } else {
        output::print(&words.to_string());
    }
    output::is_printed().map_or_else(|failure| ended(&failure), |()| ExitCode::SUCCESS)
}

fn ended(failure: &Failure) -> ExitCode {
    log::say(&failure.message);
    log::flush(log::LAST_LINES);
    ExitCode::from(failure.code)
}

fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::demo(&args),
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Produce(args) => produce::produce(&args),
        Command::Check(args) => check::check(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Reload(args) => reload::reload(&args),
        Command::Metric(args) => metric::metric(&args),
        Command::State(args) => state::state(&args),
        Command::Plugin(args) => plugin::plugin(&args),
        Command::Bench(args) => bench::bench(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// `produce -c` and `plugin dev -c` are as good as `run -c`.
    #[test]
    fn every_command_that_has_config_has_c() {
        let mut with_config = 0;
        let mut open = vec![Cli::command()];
        while let Some(command) = open.pop() {
            for argument in command.get_arguments().filter(|a| a.get_long() == Some("config")) {
                assert_eq!(argument.get_short(), Some('c'), "{}", command.get_name());
                with_config += 1;
            }
            open.extend(command.get_subcommands().cloned());
        }
        assert!(with_config >= 10, "{with_config}");
    }
}
