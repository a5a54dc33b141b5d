//! A pipeline in a folder of its own, run by this very program in a process of its own: until it is
//! thrown away, or to the end of its source.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::process::{Ended, LOOK_EVERY, Owned, last_lines, own_command, run_to_end};
use super::used::{Used, UsedInAll};
use crate::cli::failure::Failure;
use crate::run::announce::Announcement;

/// The longest wait for a pipeline to serve.
const SERVING_LIMIT: Duration = Duration::from_mins(1);

/// A pipeline's folder, which goes with this value.
pub(super) struct PipelineFolder {
    folder: TempDir,
}

impl PipelineFolder {
    /// Makes a folder with this text as `pipeline.toml`.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub(super) fn new(pipeline: &str) -> Result<Self, Failure> {
        let failed = |error| Failure::failed(format!("no temporary folder can be made: {error}"));
        let folder = tempfile::Builder::new().prefix("streamgauge-bench-").tempdir();
        let folder = Self { folder: folder.map_err(failed)? };
        fs::write(folder.file(), pipeline).map_err(failed)?;
        Ok(folder)
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("pipeline.toml")
    }

    /// Starts the pipeline, and waits until it serves.
    ///
    /// # Errors
    /// The pipeline ends, with its last words, or does not serve within a minute.
    pub(super) fn run(&self) -> Result<Running, Failure> {
        let child = self.start()?;
        let running = Running { child, state: self.state() };
        running.wait(&self.log())?;
        Ok(running)
    }

    /// Runs the pipeline, without any state, to the end of its source; it prints its result.
    ///
    /// # Errors
    /// The pipeline fails, with its last words.
    pub(super) fn run_to_end(&self) -> Result<Ended, Failure> {
        run_to_end(self.bounded()?, None, None)
    }

    /// The same on one core, if one is given, and with a page open on it.
    ///
    /// # Errors
    /// As [`Self::run_to_end`].
    pub(super) fn run_under_page(&self, core: Option<usize>) -> Result<Ended, Failure> {
        let mut command = self.bounded()?;
        command.args(["--listen", "127.0.0.1:0"]);
        run_to_end(command, core, Some(&self.state()))
    }

    /// The command of a run to the end, for which nothing is stored.
    fn bounded(&self) -> Result<Command, Failure> {
        let state = self.state();
        if state.exists() {
            fs::remove_dir_all(state).map_err(|error| not_running(&error))?;
        }
        let mut command = own_command()?;
        command.args(["run", "--until-end", "--json"]).current_dir(self.folder.path());
        Ok(command)
    }

    fn start(&self) -> Result<Owned, Failure> {
        let mut command = own_command()?;
        let mut start = || {
            let log = File::create(self.log())?;
            command.args(["run", "--listen", "127.0.0.1:0"]).current_dir(self.folder.path());
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()
        };
        start().map(Owned).map_err(|error| not_running(&error))
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// What a pipeline has used and counted up to a moment.
pub(super) struct Look {
    pub(super) at: Instant,
    pub(super) used: Used,
    /// The answer of `/api/v1/status`.
    pub(super) status: Value,
}

impl Look {
    /// Records that were read; NaN where the status does not say.
    pub(super) fn read(&self) -> f64 {
        number(&self.status["accounting"]["read"])
    }
}

/// A number of JSON; NaN where it is none.
pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// A pipeline that serves, and ends with this value.
pub(super) struct Running {
    child: Owned,
    /// The folder with the pipeline's state.
    state: PathBuf,
}

impl Running {
    fn wait(&self, log: &Path) -> Result<(), Failure> {
        let begun = Instant::now();
        while self.look().is_err() {
            if self.has_ended() || begun.elapsed() > SERVING_LIMIT {
                return Err(failed_with("the pipeline does not run", log));
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    fn has_ended(&self) -> bool {
        let mut used = UsedInAll::default();
        used.read(self.child.0.id()).is_err() || used.has_ended
    }

    /// The address of the pipeline's page.
    ///
    /// # Errors
    /// The pipeline serves no more.
    pub(super) fn address(&self) -> Result<SocketAddr, Failure> {
        let announced = Announcement::read(&self.state);
        announced.map(|announced| announced.address).ok_or_else(no_answer)
    }

    /// Looks at the status and at the process.
    ///
    /// # Errors
    /// The pipeline does not answer.
    pub(super) fn look(&self) -> Result<Look, Failure> {
        let status = || {
            let announced = Announcement::read(&self.state)?;
            let answer = announced.get("status", "").ok()?;
            serde_json::from_str(&answer.body).ok()
        };
        let status = status().ok_or_else(no_answer)?;
        let used = Used::by(self.child.0.id());
        let used =
            used.map_err(|error| Failure::failed(format!("its use is not known: {error}")))?;
        Ok(Look { at: Instant::now(), used, status })
    }
}

fn no_answer() -> Failure {
    Failure::failed("the pipeline does not answer")
}

fn not_running(error: &std::io::Error) -> Failure {
    Failure::failed(format!("no pipeline runs: {error}"))
}

/// A failure with the last lines of a log.
fn failed_with(words: &str, log: &Path) -> Failure {
    let log = fs::read(log).unwrap_or_default();
    let last = last_lines(&String::from_utf8_lossy(&log));
    Failure::failed(format!("{words}; the last lines of its log:\n{last}"))
}
