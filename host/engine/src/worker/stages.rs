//! Divides a worker's time among the parts of its loop. What no other part took is decoding.

use std::time::{Duration, Instant};

use streamgauge_outbox::StageTimes;

/// Adds up the parts that are measured, since the worker began.
pub(super) struct StageClock {
    began: Instant,
    pub(super) waiting: Duration,
    pub(super) publish: Duration,
    pub(super) blocked: Duration,
}

impl StageClock {
    pub(super) fn start(began: Instant) -> Self {
        let none = Duration::ZERO;
        Self { began, waiting: none, publish: none, blocked: none }
    }

    /// All parts up to `now`; `plugins` is what the plugins have spent.
    pub(super) fn times(&self, now: Instant, plugins: Duration) -> StageTimes {
        let Self { began, waiting, publish, blocked } = *self;
        let known = waiting + plugins + publish + blocked;
        let decode = (now - began).saturating_sub(known);
        StageTimes { waiting, decode, plugins, publish, blocked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_other_part_took_is_decoding() {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let mut clock = StageClock::start(start);
        clock.waiting += ms(5);
        clock.blocked += ms(1);
        let times = clock.times(start + ms(20), ms(4));
        assert_eq!((times.decode, times.total()), (ms(10), ms(20)));
        assert_eq!((times.waiting, times.plugins, times.blocked), (ms(5), ms(4), ms(1)));
        let later = clock.times(start + ms(25), ms(6));
        assert_eq!((later.decode, later.plugins), (ms(13), ms(6)));
    }
}
