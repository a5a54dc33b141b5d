//! The clocks of this machine, as workers see them; a worker that asks for the time is alive.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::run::pulse::{Beat, Pulses};
use streamgauge_core::WallClock;
use streamgauge_engine::{Clock, Moment};

pub(in crate::run) struct SystemClock {
    pulses: Pulses,
    /// Begins with the worker's first look at the time, as the worker does.
    pulse: OnceLock<Arc<Beat>>,
}

impl SystemClock {
    pub(in crate::run) fn new(pulses: &Pulses) -> Self {
        Self { pulses: pulses.clone(), pulse: OnceLock::new() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = WallClock(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        let at = Instant::now();
        let begin = || self.pulses.watch(thread::current().name().unwrap_or("worker"));
        self.pulse.get_or_init(begin).beat(at);
        Moment { at, wall }
    }
}
