//! A program in a process of its own, up to its end.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::thread::{CpuSet, sched_setaffinity};
use serde_json::Value;

use super::page::Page;
use super::used::UsedInAll;
use crate::cli::failure::Failure;
use crate::run::announce::Announcement;

/// How often a process is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How many updates a second the page asks for, as the dashboard does.
const PAGE_HZ: u32 = 2;

/// How many of the last lines of a log are told.
const LINES_TOLD: usize = 20;

/// What a process came to.
pub(super) struct Ended {
    /// Its standard output, whole.
    pub(super) output: String,
    pub(super) used: UsedInAll,
}

impl Ended {
    /// # Errors
    /// The process printed no JSON.
    pub(super) fn json(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.output)
            .map_err(|error| Failure::failed(format!("a program printed no result: {error}")))
    }
}

/// A child that ends with this value.
pub(super) struct Owned(pub(super) Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// This program, with nothing asked of it yet.
pub(super) fn own_command() -> Result<Command, Failure> {
    let own = std::env::current_exe();
    own.map(Command::new).map_err(|error| Failure::failed(format!("no program to start: {error}")))
}

/// Runs a program to its end, on one core if asked for, and with a page open on the pipeline with
/// `state` if it is one.
///
/// # Errors
/// It cannot be started, or fails: what it said.
pub(super) fn run_to_end(
    command: Command,
    core: Option<usize>,
    state: Option<&Path>,
) -> Result<Ended, Failure> {
    let name = format!("{command:?}");
    let ended = thread::scope(|scope| scope.spawn(|| on_core(command, core, state)).join());
    let ended = ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let failed = |error: io::Error| Failure::failed(format!("{name} cannot be run: {error}"));
    let (ended, success, said) = ended.map_err(failed)?;
    if success {
        return Ok(ended);
    }
    let last = last_lines(&said);
    Err(Failure::failed(format!("{name} failed; the last lines of what it said:\n{last}")))
}

/// The last lines of what a program said.
pub(super) fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(LINES_TOLD)..].join("\n")
}

/// What a program came to, whether it succeeded, and what it said. The thread that calls this keeps
/// to the core from then on, and so does what it starts.
fn on_core(
    mut command: Command,
    core: Option<usize>,
    state: Option<&Path>,
) -> io::Result<(Ended, bool, String)> {
    if let Some(core) = core {
        let mut cores = CpuSet::new();
        cores.set(core);
        sched_setaffinity(None, &cores)?;
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Owned(command.spawn()?);
    let output = read(child.0.stdout.take());
    let said = read(child.0.stderr.take());
    let (mut used, mut page) = (UsedInAll::default(), None);
    while !used.has_ended {
        if let Some(state) = state {
            page = page.or_else(|| open_page(state, child.0.id()));
        }
        used.read(child.0.id())?;
        thread::sleep(LOOK_EVERY);
    }
    let status = child.0.wait()?;
    let text = |read: JoinHandle<io::Result<String>>| read.join().expect("reading panics never");
    let ended = Ended { output: text(output)?, used };
    Ok((ended, status.success(), text(said)?))
}

/// Reads all that a program writes, while it runs.
fn read(stream: Option<impl io::Read + Send + 'static>) -> JoinHandle<io::Result<String>> {
    thread::spawn(move || {
        let mut text = String::new();
        stream.map_or(Ok(0), |mut stream| stream.read_to_string(&mut text))?;
        Ok(text)
    })
}

/// A page that reads what the pipeline of this process shows, until it ends.
fn open_page(state: &Path, process: u32) -> Option<JoinHandle<()>> {
    let announced = Announcement::read(state).filter(|announced| announced.pid == process)?;
    let mut page = Page::open(announced.address, PAGE_HZ).ok()?;
    Some(thread::spawn(move || while page.next().is_ok() {}))
}
