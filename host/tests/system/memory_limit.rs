//! A limit of memory for one process: a group of the kernel's `memory` controller (cgroup v1), and
//! everywhere the peak that the kernel counts for a process.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Ended, Running};

/// Where the controller is, on a machine that has it.
const CONTROLLER: &str = "/sys/fs/cgroup/memory";

/// How often the memory of a process is looked at: what it takes after the last look is not seen.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A group whose processes have so much memory and no more; it is removed when dropped.
pub(crate) struct MemoryLimit {
    group: Option<PathBuf>,
    bytes: u64,
}

impl MemoryLimit {
    /// A new group. Where this machine lets nobody make one, the peak alone is looked at.
    pub(crate) fn of(bytes: u64) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("streamgauge-{}-{number}", std::process::id());
        let group = PathBuf::from(CONTROLLER).join(name);
        let made = fs::create_dir(&group)
            .and_then(|()| fs::write(group.join("memory.limit_in_bytes"), bytes.to_string()));
        if let Err(why) = &made {
            eprintln!("no process is ended at its limit, as no group can be made here: {why}");
        }
        Self { group: made.is_ok().then_some(group), bytes }
    }

    /// The words before a command by which its process comes into the group.
    pub(crate) fn before(&self) -> Vec<String> {
        let script = self.group.as_ref().map_or_else(
            || "exec \"$@\"".to_owned(),
            |group| format!("echo $$ > {}/cgroup.procs && exec \"$@\"", group.display()),
        );
        ["sh", "-c", &script, "sh"].map(str::to_owned).to_vec()
    }

    /// A process stayed within the limit; returns the most that it had, in bytes.
    pub(crate) fn assert_kept(&self, pid: u32) -> u64 {
        let peak = peak(pid).expect("the process runs");
        assert!(peak <= self.bytes, "{} MB of {} MB", peak >> 20, self.bytes >> 20);
        peak
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        // A group with a process in it stays; the process was ended before.
        let _ = self.group.as_ref().map(fs::remove_dir);
    }
}

/// From here on it is shown what memory consists of.
const SHOWN_BYTES: u64 = 100 << 20;

/// The most memory that a process had so far (`VmHWM`), in bytes; `None` where it ended.
pub(crate) fn peak(pid: u32) -> Option<u64> {
    memory(pid, "VmHWM:")
}

/// Runs `command` to its end, which is no further away than `patience`; returns how it ended and the
/// most memory that it had, in bytes.
pub(crate) fn run_to_end(command: &mut Command, patience: Duration) -> (Ended, u64) {
    let begun = Instant::now();
    let mut running = Running::start(command);
    let mut most = 0;
    while running.is_running() {
        let now = peak(running.pid()).unwrap_or(0);
        // A test that fails by it shows what kind of memory that was.
        if now > most.max(SHOWN_BYTES) {
            let parts = ["RssAnon:", "RssFile:"].map(|name| memory(running.pid(), name));
            eprintln!("{} MB, of which anonymous and of files: {parts:?} bytes", now >> 20);
        }
        most = most.max(now);
        assert!(begun.elapsed() < patience, "it does not end:\n{}", running.stderr());
        thread::sleep(LOOK_EVERY);
    }
    (running.wait(), most)
}

/// The memory that a process has (`VmRSS`), in bytes; `None` where it ended.
pub(crate) fn resident(pid: u32) -> Option<u64> {
    memory(pid, "VmRSS:")
}

/// A process that was just made shares the memory of this test for a moment, until it has become its
/// program: 199 MB were seen once of one that never had more than 76.
fn memory(pid: u32, name: &str) -> Option<u64> {
    let program = |of: &str| fs::read_link(format!("/proc/{of}/exe")).ok();
    if program(&pid.to_string())? == program("self")? {
        return None;
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().split(' ').next()?.parse::<u64>().ok().map(|kib| kib << 10)
}
