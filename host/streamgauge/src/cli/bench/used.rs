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
        let resident_mb = kilobytes_in(&status, "VmRSS:").map_or(f64::NAN, |kb| kb / 1024.0);
        Ok(Self { cpu, resident_mb })
    }
}

impl Used {
    /// The most memory that a running process has had at once, in MB.
    pub(super) fn peak_mb(process: u32) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        Some(kilobytes_in(&status, "VmHWM:")? / 1024.0)
    }
}

/// Processor time in seconds.
pub(super) struct Spent(pub(super) f64);

impl Spent {
    /// Of all processes that this one started and that have ended.
    pub(super) fn by_children() -> io::Result<Self> {
        let stat = fs::read_to_string("/proc/self/stat")?;
        let ticks = ticks_in(&stat, 13).map(|(_, ticks)| ticks);
        let ticks = ticks.ok_or_else(|| io::Error::other("/proc/self/stat is another one"))?;
        Ok(Self(ticks as f64 / TICKS_PER_SECOND))
    }
}

/// Name and processor time, in seconds, of a line of `stat`. The name may hold anything, blanks and
/// brackets too.
fn thread_in(stat: &str) -> Option<(&str, f64)> {
    let (name, ticks) = ticks_in(stat, 11)?;
    Some((name, ticks as f64 / TICKS_PER_SECOND))
}

/// Name, and the sum of two neighbouring fields that count ticks, the first behind `skip` others.
fn ticks_in(stat: &str, skip: usize) -> Option<(&str, u64)> {
    let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(skip).map(str::parse::<u64>);
    Some((name, times.next()?.ok()? + times.next()?.ok()?))
}

fn kilobytes_in(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_told_by_its_name_whatever_is_in_it() {
        let fields = "S 1 1 1 0 -1 4194304 9 0 0 0 150 50 0 0 20 0 9";
        assert_eq!(thread_in(&format!("7 (a (b) c) {fields}")), Some(("a (b) c", 2.0)));
        assert_eq!(ticks_in(&format!("7 (x) {fields}"), 13), Some(("x", 0)));
        assert_eq!(thread_in("7 (x) S 1"), None);
        assert_eq!(kilobytes_in("VmPeak:\t 9 kB\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2048.0));
    }

    #[test]
    fn this_process_has_used_something() {
        let used = Used::by(std::process::id()).expect("the kernel tells it");
        assert!(!used.cpu.is_empty() && used.resident_mb > 0.5);
    }
}
