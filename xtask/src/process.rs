//! Other programs: started so that a failure always names the program and the remedy.

use std::{
    ffi::OsStr,
    io::ErrorKind,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Error, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

/// The pause between two looks at a condition that is waited for.
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// Runs a program in the foreground, its output shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| not_started(command, error))?;
    succeeded(command, status)
}

/// Runs a program quietly; its output is shown only if it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// Runs a program quietly and gives what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = capture(command)?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    succeeded(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program quietly; gives true if it succeeded, and all of its output.
pub(crate) fn said(command: &mut Command) -> Result<(bool, String)> {
    let output = capture(command)?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok((output.status.success(), text))
}

/// All output of a probed program; `None` means that the program is absent or failed.
pub(crate) fn probe(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let (succeeded, text) = said(Command::new(program).args(args)).ok()?;
    succeeded.then_some(text)
}

/// True for a program that is on `PATH`.
pub(crate) fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// The error of a program that could not be started at all.
pub(crate) fn not_started(command: &Command, error: std::io::Error) -> Error {
    let program = name(command);
    if error.kind() == ErrorKind::NotFound {
        anyhow!("program `{program}` was not found\n  hint: `cargo xtask setup` says how to get it")
    } else {
        anyhow!(error).context(format!("could not start `{program}`"))
    }
}

/// The process of an id that is still running.
pub(crate) fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

/// Asks a process to stop; a process that has ended already is no error.
pub(crate) fn terminate(pid: Pid) -> Result<()> {
    match kill_process(pid, Signal::TERM) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("could not stop process {pid:?}")),
    }
}

/// A child that never outlives its owner: a child that does not stop when asked is killed.
pub(crate) struct Owned(pub(crate) Child);

impl Owned {
    const GRACE: Duration = Duration::from_secs(10);
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(pid) = pid(self.0.id())
            && matches!(self.0.try_wait(), Ok(None))
        {
            // An error leaves the process to the kill below.
            let _ = terminate(pid);
            let ended = || !matches!(self.0.try_wait(), Ok(None));
            if !wait_until(Self::GRACE, ended) {
                let _ = self.0.kill();
            }
        }
        let _ = self.0.wait();
    }
}

/// Waits until a condition holds; false if it did not within `limit`.
pub(crate) fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(POLL);
    }
}

fn capture(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().map_err(|error| not_started(command, error))
}

pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

fn line(command: &Command) -> String {
    let mut line = name(command);
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_remedy() {
        let error = run(&mut Command::new("no-such-program-here")).expect_err("it does not exist");
        assert_eq!(
            error.to_string(),
            "program `no-such-program-here` was not found\n  hint: `cargo xtask setup` says how to get it"
        );
    }

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let error =
            run(Command::new("/bin/sh").args(["-c", "exit 3"])).expect_err("it exits with 3");
        assert_eq!(error.to_string(), "`sh -c exit 3` failed (exit status: 3)");
    }

    #[test]
    fn an_owned_child_is_ended_with_its_owner() {
        let child = Command::new("sleep").arg("600").spawn().expect("sleep is on every Unix");
        let id = pid(child.id()).expect("a child has an id");
        drop(Owned(child));
        assert_eq!(kill_process(id, Signal::TERM), Err(rustix::io::Errno::SRCH));
    }
}
