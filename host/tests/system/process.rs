//! Processes that end with the test, also with one that fails, and whose output is kept.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::wait;

/// A running process; killed when dropped.
pub(crate) struct Running {
    child: Child,
    shown: String,
    stdout: File,
    stderr: File,
}

/// What a process left behind.
pub(crate) struct Ended {
    /// The exit code; none: it was killed.
    pub(crate) code: Option<i32>,
    /// The signal that killed it.
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    shown: String,
}

impl Running {
    /// Starts `command` with nothing to read and its output kept.
    pub(crate) fn start(command: &mut Command) -> Self {
        let (stdout, stderr) = (temporary(), temporary());
        let shown = format!("{command:?}");
        let spawned = command
            .stdin(Stdio::null())
            .stdout(stdout.try_clone().expect("a file can be shared"))
            .stderr(stderr.try_clone().expect("a file can be shared"))
            .spawn();
        let child = spawned.unwrap_or_else(|error| panic!("{shown} could not be started: {error}"));
        Self { child, shown, stdout, stderr }
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// What it wrote to its error output so far.
    pub(crate) fn stderr(&mut self) -> String {
        content(&mut self.stderr)
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().expect("a child can be killed");
        self.wait()
    }

    /// SIGTERM, and then waits for the end.
    pub(crate) fn terminate(self) -> Ended {
        let sent = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -TERM {}", self.child.id()))
            .status()
            .expect("sh can be started");
        assert!(sent.success(), "SIGTERM to {}", self.shown);
        self.wait()
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> Ended {
        let what = format!("the end of {}", self.shown);
        let status: ExitStatus =
            wait::until(&what, || self.child.try_wait().expect("a child can be asked"));
        Ended {
            code: status.code(),
            signal: status.signal(),
            stdout: content(&mut self.stdout),
            stderr: content(&mut self.stderr),
            shown: self.shown.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The process was successful.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}\n{}", self.shown, self.stdout, self.stderr);
        self
    }

    /// The process was successful and printed JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let ended = self.ok();
        serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", ended.shown, ended.stdout))
    }
}

/// Runs `command` to its end.
pub(crate) fn finish(command: &mut Command) -> Ended {
    Running::start(command).wait()
}

fn temporary() -> File {
    tempfile::tempfile().expect("a temporary file can be made")
}

/// The whole content, read through a handle of its own position.
fn content(file: &mut File) -> String {
    let end = file.stream_position().expect("a file has a position");
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).expect("a file can be sought");
    file.read_to_end(&mut bytes).expect("a file can be read");
    let _ = end;
    String::from_utf8_lossy(&bytes).into_owned()
}
