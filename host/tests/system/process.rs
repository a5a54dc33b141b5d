//! Processes that end with the test, also with one that fails, and whose output is kept.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::wait;

/// Runs a program until it ends or the input does, and removes folders then.
const LEASH: &str = r#"trap "" HUP INT TERM
folders=$1; shift; exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ read -r _ <&3; kill -9 $child; } &
reader=$!
wait $child
kill -9 $reader
IFS=:; rm -rf $folders"#;

/// A running process; killed when dropped.
pub(crate) struct Running {
    child: Child,
    shown: String,
    stdout: File,
    stderr: File,
}

/// The exit and the output of a process that ended.
pub(crate) struct Ended {
    /// The exit code; `None` means that a signal killed the process.
    pub(crate) code: Option<i32>,
    /// The signal that killed the process.
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    shown: String,
}

impl Running {
    /// Starts `command` with an empty input; the output is kept.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::spawn(command.stdin(Stdio::null()))
    }

    /// The same for a command that ends with this program too, however that ends, and whose `folders`
    /// go with it. It runs in a shell; the input of the shell ends when nobody has the other end, so
    /// that nothing but to drop it ends it sooner.
    pub(crate) fn on_a_leash(command: &mut Command, folders: &[&Path]) -> Self {
        let folders = std::env::join_paths(folders).expect("temporary folders have plain names");
        let mut shell = Command::new("sh");
        shell.args(["-c", LEASH, "leash"]).arg(folders);
        shell.arg(command.get_program()).args(command.get_args());
        if let Some(within) = command.get_current_dir() {
            shell.current_dir(within);
        }
        Self::spawn(shell.stdin(Stdio::piped()))
    }

    fn spawn(command: &mut Command) -> Self {
        let (stdout, stderr) = (temporary(), temporary());
        let shown = format!("{command:?}");
        let spawned = command
            .stdout(stdout.try_clone().expect("a file can be shared"))
            .stderr(stderr.try_clone().expect("a file can be shared"))
            .spawn();
        let child = spawned.unwrap_or_else(|error| panic!("{shown} could not be started: {error}"));
        Self { child, shown, stdout, stderr }
    }

    /// True while the process runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// The id of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The error output of the process so far.
    pub(crate) fn stderr(&self) -> String {
        content(&self.stderr)
    }

    /// The output of the process so far.
    pub(crate) fn stdout(&self) -> String {
        content(&self.stdout)
    }

    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().expect("a child can be killed");
        self.wait()
    }

    /// SIGTERM, and then waits for the end.
    pub(crate) fn terminate(self) -> Ended {
        self.signal("TERM");
        self.wait()
    }

    /// Sends the process a signal, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -{name} {}", self.child.id()))
            .status()
            .expect("sh can be started");
        assert!(sent.success(), "SIG{name} to {}", self.shown);
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> Ended {
        let what = format!("the end of {}", self.shown);
        let ended = || self.child.try_wait().expect("a child can be asked");
        let status: ExitStatus = wait::within(wait::END_DEADLINE, || what.clone(), ended);
        Ended {
            code: status.code(),
            signal: status.signal(),
            stdout: content(&self.stdout),
            stderr: content(&self.stderr),
            shown: self.shown.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both calls fail only for a process that has ended already. A shell with a leash in its hand
        // ends by itself once nobody holds the other end, and not before what it started.
        if self.child.stdin.take().is_none() {
            let _ = self.child.kill();
        }
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

/// Runs `command` to the end of its process.
pub(crate) fn finish(command: &mut Command) -> Ended {
    Running::start(command).wait()
}

fn temporary() -> File {
    tempfile::tempfile().expect("a temporary file can be made")
}

/// The whole content. The position of the file belongs to the writer and stays unchanged.
fn content(file: &File) -> String {
    let length = file.metadata().expect("a file has a length").len();
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, 0).expect("a file can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn what_is_on_a_leash_ends_with_its_holder_and_takes_its_folders_along() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder can be made"));
    let folders = folders.each_ref().map(tempfile::TempDir::path);
    let mut sleep = Command::new("sleep");
    let held = Running::on_a_leash(sleep.arg("600").current_dir(folders[0]), &folders);
    let process = wait::until("the program to run", || {
        let shell = held.pid();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
        let children = children.expect("the shell runs");
        let command = |id: &&str| std::fs::read_to_string(format!("/proc/{id}/comm"));
        let is_sleep = |id: &&str| command(id).is_ok_and(|name| name.trim() == "sleep");
        children.split_whitespace().find(is_sleep).map(|id| Path::new("/proc").join(id))
    });
    assert!(process.exists() && folders.iter().all(|folder| folder.exists()));
    drop(held);
    assert!(!process.exists() && !folders.iter().any(|folder| folder.exists()));
}
