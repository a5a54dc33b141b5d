//! What a worker spends its time on. Its loop is one thread, so the parts add up to the whole.

use std::time::Duration;

/// Time by part of a worker's loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// The source has nothing.
    pub waiting: Duration,
    /// Records are taken over and decoded.
    pub decode: Duration,
    /// The plugins fold rows.
    pub plugins: Duration,
    /// States are handed over to the outbox.
    pub publish: Duration,
    /// So much waits for a checkpoint that nothing more is read.
    pub blocked: Duration,
}

impl StageTimes {
    /// The sum of all parts.
    pub fn total(&self) -> Duration {
        self.waiting + self.decode + self.plugins + self.publish + self.blocked
    }

    /// Adds the times of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.waiting += other.waiting;
        self.decode += other.decode;
        self.plugins += other.plugins;
        self.publish += other.publish;
        self.blocked += other.blocked;
    }

    /// What was spent after `earlier`, an older value of these same times; 0 where `earlier` is
    /// more.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            waiting: self.waiting.saturating_sub(earlier.waiting),
            decode: self.decode.saturating_sub(earlier.decode),
            plugins: self.plugins.saturating_sub(earlier.plugins),
            publish: self.publish.saturating_sub(earlier.publish),
            blocked: self.blocked.saturating_sub(earlier.blocked),
        }
    }

    /// The share of time that is not spent waiting, 0 to 1; 0 where no time was spent.
    pub fn busy(&self) -> f64 {
        let total = self.total().as_secs_f64();
        if total > 0.0 { 1.0 - self.waiting.as_secs_f64() / total } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_and_subtract_part_by_part() {
        let ms = Duration::from_millis;
        let times = StageTimes {
            waiting: ms(30),
            decode: ms(4),
            plugins: ms(3),
            publish: ms(2),
            blocked: ms(1),
        };
        assert_eq!(times.total(), ms(40));
        assert!((times.busy() - 0.25).abs() < 1e-9);
        let mut twice = times;
        twice.merge(&times);
        assert_eq!((twice.total(), twice.since(&times)), (ms(80), times));
        assert_eq!(times.since(&twice), StageTimes::default());
        assert!(StageTimes::default().busy().abs() < 1e-9);
    }
}
