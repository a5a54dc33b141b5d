//! What a process has used so far, as the kernel tells it.

use std::collections::BTreeMap;
use std::fs;
use std::io;

/// Clock ticks a second, in which Linux counts processor time for programs on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time of the threads of a process, and its memory.
pub(super) struct Used {
    /// By thread, in seconds; a thread that has ended is not there.
    pub(super) cpu: BTreeMap<String, f64>,
    pub(super) resident_mb: f64,
}

impl Used {
    pub(super) fn by(process: u32) -> io::Result<Self> {
        let mut cpu: BTreeMap<String, f64> = BTreeMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            if let Some((name, seconds)) = thread_in(&stat) {
                *cpu.entry(name.to_owned()).or_default() += seconds;
            }
        }
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let resident_mb = memory_in(&status, "VmRSS:").map_or(f64::NAN, |kb| kb / 1024.0);
        Ok(Self { cpu, resident_mb })
    }
}

/// What a child that runs to its end has used: all of its threads, those that have ended too, and
/// none of its own children.
#[derive(Debug, Default)]
pub(super) struct UsedInAll {
    pub(super) cpu_seconds: f64,
    /// The most memory at any time, in MB.
    pub(super) peak_resident_mb: f64,
    /// The child has ended, and nobody has waited for it yet.
    pub(super) has_ended: bool,
}

impl UsedInAll {
    /// Reads what there is to know of a child that nobody has waited for. One that has ended has no
    /// memory any more: what was read before stays.
    pub(super) fn read(&mut self, process: u32) -> io::Result<()> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        if let Some((name, seconds)) = thread_in(&stat) {
            self.cpu_seconds = seconds;
            self.has_ended = stat.contains(&format!("({name}) Z "));
        }
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        if let Some(kb) = memory_in(&status, "VmHWM:") {
            self.peak_resident_mb = kb / 1024.0;
        }
        Ok(())
    }
}

/// Name and processor time, in seconds, of a line of `stat`. The name may hold anything, blanks and
/// brackets too.
fn thread_in(stat: &str) -> Option<(&str, f64)> {
    let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    Some((name, ticks as f64 / TICKS_PER_SECOND))
}

/// The line of `status` that begins with `name`, in kB.
fn memory_in(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_thread_is_told_by_its_name_whatever_is_in_it() {
        let fields = "S 1 1 1 0 -1 4194304 9 0 0 0 150 50 0 0 20 0 9";
        assert_eq!(thread_in(&format!("7 (a (b) c) {fields}")), Some(("a (b) c", 2.0)));
        assert_eq!(thread_in("7 (x) S 1"), None);
        let status = "VmPeak:\t 9 kB\nVmRSS:\t  2048 kB\n";
        assert_eq!(memory_in(status, "VmRSS:"), Some(2048.0));
        assert_eq!(memory_in(status, "VmHWM:"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        let used = Used::by(std::process::id()).expect("the kernel tells it");
        assert!(!used.cpu.is_empty() && used.resident_mb > 0.5);
    }

    #[test]
    fn a_child_that_has_ended_is_still_known() {
        let mut child = Command::new("true").spawn().expect("it runs");
        let mut used = UsedInAll::default();
        while !used.has_ended {
            used.read(child.id()).expect("nobody has waited for it");
        }
        assert!(child.wait().expect("it has ended").success());
    }
}
