//! What the operating system tells of this process, by the standard names. What it does not tell has
//! no series.

use std::fs;
use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The entry of the auxiliary vector that tells the clock ticks of a second (`AT_CLKTCK`).
const AT_CLOCK_TICKS: u64 = 17;

/// The registry of one scrape.
pub(super) fn registry() -> Registry {
    let mut registry = Registry::default();
    let resident = status_bytes("VmRSS:");
    for (name, help, value) in [
        ("process_resident_memory_bytes", "Resident memory", resident),
        ("process_virtual_memory_bytes", "Virtual memory", status_bytes("VmSize:")),
        ("process_open_fds", "Open files and sockets", open_files()),
        ("process_max_fds", "The most files and sockets that may be open", open_files_max()),
    ] {
        if let Some(value) = value {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            registry.register(name, help, gauge);
        }
    }
    if let Some((cpu_seconds, started_at)) = times() {
        let cpu: Counter<f64, AtomicU64> = Counter::default();
        cpu.inc_by(cpu_seconds);
        // The registry adds `_total`.
        registry.register("process_cpu_seconds", "CPU time of all threads", cpu);
        let started: Gauge<f64, AtomicU64> = Gauge::default();
        started.set(started_at);
        registry.register(
            "process_start_time_seconds",
            "The start of the process since the Unix epoch",
            started,
        );
    }
    registry
}

/// A size of `/proc/self/status`, which unlike `statm` needs no page size.
fn status_bytes(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn open_files() -> Option<u64> {
    // The folder itself is open while it is read.
    Some((fs::read_dir("/proc/self/fd").ok()?.count() as u64).saturating_sub(1))
}

fn open_files_max() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The CPU time in seconds, and the start in seconds since the Unix epoch.
fn times() -> Option<(f64, f64)> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program comes second, in parentheses, and may hold anything.
    let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    let ticks = clock_ticks()? as f64;
    let cpu = (field(14)? + field(15)?) / ticks;
    let system = fs::read_to_string("/proc/stat").ok()?;
    let booted = system.lines().find_map(|line| line.strip_prefix("btime "))?;
    Some((cpu, booted.trim().parse::<f64>().ok()? + field(22)? / ticks))
}

fn clock_ticks() -> Option<u64> {
    let vector = fs::read("/proc/self/auxv").ok()?;
    let word = |bytes: &[u8]| usize::from_ne_bytes(bytes.try_into().expect("a word")) as u64;
    let mut words = vector.chunks_exact(size_of::<usize>()).map(word);
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        if name == AT_CLOCK_TICKS {
            return Some(value).filter(|ticks| *ticks > 0);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_times_are_those_of_this_process() {
        let (cpu, started) = times().expect("Linux tells them");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs_f64();
        assert!((0.0..3600.0).contains(&(now - started)), "started {started}, now {now}");
        assert!((0.0..(now - started + 2.0) * 64.0).contains(&cpu), "{cpu}");
    }

    #[test]
    fn files_that_are_opened_are_counted() {
        let before = open_files().expect("Linux tells them");
        let files: Vec<_> =
            (0..50).map(|_| fs::File::open("/proc/self/stat").expect("it is there")).collect();
        assert!(open_files().expect("Linux tells them") >= before + 25, "others may close some");
        drop(files);
        assert!(open_files_max().expect("Linux tells it") >= before);
    }
}
