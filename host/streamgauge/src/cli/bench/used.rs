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
        let resident_mb = resident_in(&status).map_or(f64::NAN, |kb| kb / 1024.0);
        Ok(Self { cpu, resident_mb })
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

fn resident_in(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_told_by_its_name_whatever_is_in_it() {
        let fields = "S 1 1 1 0 -1 4194304 9 0 0 0 150 50 0 0 20 0 9";
        assert_eq!(thread_in(&format!("7 (a (b) c) {fields}")), Some(("a (b) c", 2.0)));
        assert_eq!(thread_in("7 (x) S 1"), None);
        assert_eq!(resident_in("VmPeak:\t 9 kB\nVmRSS:\t  2048 kB\n"), Some(2048.0));
    }

    #[test]
    fn this_process_has_used_something() {
        let used = Used::by(std::process::id()).expect("the kernel tells it");
        assert!(!used.cpu.is_empty() && used.resident_mb > 0.5);
    }
}
