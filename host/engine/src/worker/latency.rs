//! End-to-end latency: from a record's stamp to the moment its effect is published. Records with
//! the same millisecond are counted together, so a record costs a comparison.

use std::time::{SystemTime, UNIX_EPOCH};

use streamgauge_telemetry::Telemetry;

/// Runs kept until the next publication; beyond it neighbours share a run.
const RUNS_MAX: usize = 4096;

/// How many records are measured from which millisecond.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<(i64, u64)>,
}

impl Runs {
    /// Adds a record that is measured from `millis`.
    pub(super) fn push(&mut self, millis: i64) {
        self.add(millis, 1);
    }

    /// Takes over the records of `other`.
    pub(super) fn append(&mut self, other: &mut Self) {
        for (millis, count) in other.runs.drain(..) {
            self.add(millis, count);
        }
    }

    fn add(&mut self, millis: i64, count: u64) {
        let full = self.runs.len() >= RUNS_MAX;
        match self.runs.last_mut() {
            Some((last, sum)) if *last == millis || full => *sum += count,
            _ => self.runs.push((millis, count)),
        }
    }

    /// All of these records were published just now.
    pub(super) fn published(&mut self, telemetry: &Telemetry) {
        let now = unix_millis();
        for (millis, count) in self.runs.drain(..) {
            telemetry.latency(now.saturating_sub(millis), count);
        }
    }
}

/// The time of day in milliseconds since the Unix epoch.
pub(super) fn unix_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
