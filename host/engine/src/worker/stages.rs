//! A worker's time, divided among its stages as it passes.

use std::time::{Duration, Instant};

use streamgauge_outbox::{Stage, StageTimes};

/// Divides a worker's time among its stages.
pub(super) struct StageClock {
    since: Instant,
    spent: StageTimes,
    /// What the plugins had spent before.
    plugins_before: Duration,
}

impl StageClock {
    pub(super) fn start() -> Self {
        let spent = StageTimes::default();
        Self { since: Instant::now(), spent, plugins_before: Duration::ZERO }
    }

    /// Adds time of one stage.
    pub(super) fn add(&mut self, stage: Stage, time: Duration) {
        self.spent[stage as usize] += time;
    }

    /// What was spent since the last call; what no other stage took is decoding. `plugins` is what
    /// the plugins have spent in all.
    pub(super) fn take(&mut self, plugins: Duration) -> StageTimes {
        let now = Instant::now();
        let total = now - self.since;
        let mut spent = std::mem::take(&mut self.spent);
        spent[Stage::Plugins as usize] = plugins.saturating_sub(self.plugins_before);
        let known: Duration = spent.iter().sum();
        spent[Stage::Decode as usize] = total.saturating_sub(known);
        (self.since, self.plugins_before) = (now, plugins);
        spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_other_stage_took_is_decoding() {
        let mut clock = StageClock::start();
        std::thread::sleep(Duration::from_millis(20));
        clock.add(Stage::Waiting, Duration::from_millis(5));
        clock.add(Stage::Blocked, Duration::from_millis(1));
        let [waiting, decode, plugins, publish, blocked] = clock.take(Duration::from_millis(4));
        let known = [waiting, plugins, publish, blocked].map(|time| time.as_millis());
        assert_eq!(known, [5, 4, 0, 1]);
        assert!(decode >= Duration::from_millis(10), "{decode:?}");
        let again = clock.take(Duration::from_millis(6));
        assert_eq!(again[Stage::Plugins as usize], Duration::from_millis(2));
        assert_eq!(again[Stage::Waiting as usize], Duration::ZERO);
    }
}
