//! `streamgauge plugin dev`: a plugin on the dashboard while an author writes the plugin. A change
//! is built, tested and, if the tests pass, taken over by the host that runs. Only another pipeline,
//! or one whose records count otherwise, has its host started anew.
//!
//! Each step is a command of this program, run as a child, so a step is stopped by killing the
//! child, and the words of compilers go to the terminal. Invariant: the page shows the last
//! component that passed its tests, also after a change that does not build.

mod pipeline;
mod say;
mod show;
mod watch;
mod words;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use self::pipeline::Shown;
use self::say::say;
use self::show::Show;
use self::watch::Watch;
use super::build::UnitTests;
use crate::cli::demo::{RATE, parse_rate};
use crate::cli::failure::Failure;
use crate::cli::output::tell;
use crate::cli::serve::Listen;
use crate::run::stop::{OnHangup, Stop};

/// How often the watched files and the host are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// The rounds of the laws, fewer than in `plugin test` alone: every save waits for the laws.
const ROUNDS: &str = "40";

/// Build, test and show a plugin again whenever its files change.
#[derive(Args, Debug)]
pub(super) struct DevArgs {
    /// The plugin's folder; the present folder by default.
    #[arg(default_value = ".")]
    folder: PathBuf,

    /// The pipeline that shows the plugin; if no pipeline names the plugin, it is shown alone.
    #[arg(short, long, value_name = "FILE", default_value = "pipeline.toml")]
    pub(super) config: PathBuf,

    #[command(flatten)]
    tests: UnitTests,

    #[command(flatten)]
    listen: Listen,

    /// Events per second, on average.
    #[arg(long, default_value_t = RATE, value_parser = parse_rate)]
    rate: f64,
}

pub(super) fn dev(args: &DevArgs) -> Result<(), Failure> {
    let stop = Stop::on_signals(OnHangup::End).map_err(Failure::failed)?;
    let mut watch = Watch::new(&args.folder, &args.config)?;
    let mut show = Show::default();
    while !stop.is_requested() {
        // Whatever changes from here on is not in this build.
        watch.forget();
        if let Some(component) = built_and_tested(args, &stop) {
            show_it(args, &component, &mut show)?;
        }
        if stop.is_requested() {
            break;
        }
        say(&format!("waiting for changes in {} · Ctrl-C ends it", args.folder.display()));
        while !watch.has_changed() && !stop.is_requested() {
            show.look()?;
            std::thread::sleep(LOOK);
        }
    }
    show.end();
    Ok(())
}

/// The component of the folder, if the plugin builds and passes; otherwise the children have told
/// the reason.
fn built_and_tested(args: &DevArgs, stop: &Stop) -> Option<PathBuf> {
    let start = Instant::now();
    let mut command = Command::new(own()?);
    command.args(["plugin", "build"]).arg(&args.folder);
    if args.tests.are_skipped {
        command.arg("--skip-tests");
    }
    let built = step(&mut command, stop)?;
    // A line about WASI may follow.
    let component = PathBuf::from(built.lines().next()?);
    say(&format!("built {} in {:.1} s", component.display(), start.elapsed().as_secs_f64()));
    let start = Instant::now();
    let proof = ["plugin", "test", "--brief", "--cases-may-fail", "--rounds", ROUNDS];
    let Some(words) = step(Command::new(own()?).args(proof).arg(&component), stop) else {
        say("what is on the page stays until the laws hold");
        return None;
    };
    let (cases, verdict) = words.trim().rsplit_once('\n').unwrap_or(("", words.trim()));
    if !cases.is_empty() {
        tell(format_args!("{cases}"));
    }
    say(&format!("tested in {:.1} s: {verdict}", start.elapsed().as_secs_f64()));
    Some(component)
}

fn show_it(args: &DevArgs, component: &Path, show: &mut Show) -> Result<(), Failure> {
    let shown = match Shown::of(component, &args.config) {
        Ok(shown) => shown,
        Err(wrong) => {
            tell(wrong.message);
            say("it is shown when this is mended");
            return Ok(());
        }
    };
    if show.takes(&shown) {
        show.swap();
        return Ok(());
    }
    // The port is free again once the host before has ended.
    show.end();
    let mut demo = Command::new(own().ok_or_else(|| Failure::failed("this program is gone"))?);
    demo.args(["demo", "--rate", &args.rate.to_string()]);
    demo.arg("--attached").arg(shown.folder()).arg("--config").arg(shown.file());
    let listen = args.listen.listen;
    if let Some(listen) = show.kept_port(listen.unwrap_or(shown.listen())).or(listen) {
        demo.arg("--listen").arg(listen.to_string());
    }
    if args.listen.public {
        demo.arg("--public");
    }
    show.start(demo, shown)
}

/// Runs a step to its end and returns the step's output, if the step succeeded. Errors, and the
/// output of a failed step, go to the terminal.
fn step(command: &mut Command, stop: &Stop) -> Option<String> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let output = match child.and_then(std::process::Child::wait_with_output) {
        Ok(output) => output,
        Err(error) => {
            say(&format!("a step could not be started: {error}"));
            return None;
        }
    };
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Some(words);
    }
    if !stop.is_requested() && !words.trim().is_empty() {
        tell(format_args!("{}", words.trim_end()));
    }
    None
}

/// The path of this program, which runs each step as a child.
fn own() -> Option<PathBuf> {
    std::env::current_exe().inspect_err(|error| say(&format!("this program is gone: {error}"))).ok()
}
