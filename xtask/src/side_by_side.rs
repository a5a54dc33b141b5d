//! Commands that run at once, because none of them keeps all cores busy. What the first prints is
//! shown as it comes, that of each other one when it has ended.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};

use crate::process::{Owned, not_started, succeeded};

/// A command under a name, and the file for what it prints.
pub(crate) struct Lane {
    pub(crate) name: &'static str,
    pub(crate) command: Command,
    pub(crate) log: PathBuf,
}

/// Runs all commands to their ends, and gives how long each took. The first that failed is the
/// error.
pub(crate) fn run(lanes: Vec<Lane>) -> Result<Vec<Duration>> {
    let begun = Instant::now();
    let mut running = Vec::new();
    for (number, mut lane) in lanes.into_iter().enumerate() {
        if number > 0 {
            let to = || format!("{} could not be written", lane.log.display());
            let file = File::create(&lane.log).with_context(to)?;
            let copy = file.try_clone().with_context(to)?;
            lane.command.stdin(Stdio::null()).stdout(file).stderr(copy);
        }
        let child = lane.command.spawn().map_err(|error| not_started(&lane.command, error))?;
        running.push((lane, Owned(child)));
    }
    let ended = thread::scope(|scope| {
        let wait = |(lane, mut child): (Lane, Owned)| {
            scope.spawn(move || (child.0.wait(), begun.elapsed(), lane))
        };
        let waits: Vec<_> = running.into_iter().map(wait).collect();
        let show = |(number, wait): (usize, thread::ScopedJoinHandle<'_, _>)| {
            let (status, took, lane): (_, _, Lane) = wait.join().expect("waiting does not panic");
            if number > 0 {
                eprintln!("--- {}", lane.name);
                eprint!("{}", String::from_utf8_lossy(&fs::read(&lane.log).unwrap_or_default()));
            }
            (status, took, lane)
        };
        waits.into_iter().enumerate().map(show).collect::<Vec<_>>()
    });
    let each = ended.into_iter().map(|(status, took, lane)| {
        let status = status.with_context(|| format!("waiting for {}", lane.name))?;
        let ended = succeeded(&lane.command, status);
        ended.map(|()| took).map_err(|error| anyhow!("{}: {error:#}", lane.name))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(name: &'static str, script: &str) -> Lane {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        let log = std::env::temp_dir().join(format!("lane-{}-{name}.log", std::process::id()));
        Lane { name, command, log }
    }

    #[test]
    fn all_run_to_their_ends_at_once_and_a_failure_is_named() {
        // Each waits for the other, so one after the other would never end.
        let place = std::env::temp_dir().join(format!("lanes-{}", std::process::id()));
        fs::create_dir_all(&place).expect("a temporary folder");
        let meet = |own: &str, other: &str| {
            let (own, other) = (place.join(own), place.join(other));
            let (own, other) = (own.display(), other.display());
            format!("touch {own}; until [ -e {other} ]; do sleep 0.01; done; echo {own}")
        };
        let both = run(vec![lane("one", &meet("a", "b")), lane("two", &meet("b", "a"))]);
        assert_eq!(both.expect("they meet").len(), 2);
        let log = lane("two", "").log;
        assert!(fs::read_to_string(&log).expect("it is kept").ends_with("/b\n"));
        let error = run(vec![lane("one", "exit 0"), lane("two", "exit 3")]);
        let error = error.expect_err("one of them fails").to_string();
        assert!(error.starts_with("two: `sh -c exit 3` failed"), "{error}");
        fs::remove_dir_all(place).expect("it is ours");
        fs::remove_file(log).expect("it is ours");
    }
}
