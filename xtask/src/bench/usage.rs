//! Processor time and memory of a process, from the kernel.

use std::fs;

use anyhow::{Context as _, Result};

use crate::process::Owned;

/// Processor time and memory of a process.
#[derive(Debug)]
pub(super) struct Usage {
    /// In user and kernel mode, since its start.
    pub(super) cpu_seconds: f64,
    pub(super) resident_kb: f64,
}

impl Usage {
    /// Reads both for a child that still runs.
    pub(super) fn of(child: &Owned) -> Result<Self> {
        Self::read(child.0.id()).context("could not read what the host uses; has it ended?")
    }

    fn read(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        Some(Self { cpu_seconds: seconds_in(&stat)?, resident_kb: resident_in(&status)? })
    }
}

fn seconds_in(stat: &str) -> Option<f64> {
    Some(ticks_in(stat)? as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// `utime` and `stime`; the name before them may contain anything, blanks and brackets too.
fn ticks_in(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

fn resident_in(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_found_behind_any_name() {
        let stat = "7 (a) b) (c) S 1 7 7 0 -1 4194560 90 0 0 0 137 14 3 4 20 0 9 0 55 6 7";
        assert_eq!(ticks_in(stat), Some(151));
        assert_eq!(ticks_in("7 (a) S"), None);
    }

    #[test]
    fn this_very_process_uses_something() {
        let usage = Usage::read(std::process::id()).expect("it runs");
        assert!(usage.resident_kb > 100.0, "{usage:?}");
    }
}
