//! Whether a reader catches up with its workers, and with which share of a core it would.

use std::time::{Duration, Instant};

/// How long the two are watched before anything is said.
const WATCHED: Duration = Duration::from_secs(10);

/// A share is told with so much room, because rates swing.
const ROOM: f64 = 1.25;

/// How fast a reader is, and how fast the workers are that it follows.
#[derive(Debug)]
pub(super) struct Pace {
    since: Instant,
    own: i64,
    of_workers: i64,
    /// What was found last.
    is_slow: Option<Slow>,
}

/// A reader that does not catch up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slow {
    /// Records a second that it reads.
    pub(super) own: f64,
    /// Records a second that come.
    pub(super) of_workers: f64,
    /// The share of a core with which it would catch up; `None` means that a whole core is too little.
    pub(super) share: Option<f64>,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, own: 0, of_workers: 0, is_slow: None }
    }

    /// Takes in how many records each has read by `now`, the reader with `share` of a core. Returns
    /// what was found in the last whole watch; `None` means that the reader gains on its workers.
    pub(super) fn look(
        &mut self,
        now: Instant,
        (own, of_workers): (i64, i64),
        share: f64,
    ) -> Option<Slow> {
        let watched = now.duration_since(self.since);
        if (self.own, self.of_workers) == (0, 0) {
            (self.since, self.own, self.of_workers) = (now, own, of_workers);
        } else if watched >= WATCHED {
            let rate = |now: i64, then: i64| (now - then) as f64 / watched.as_secs_f64();
            let rates = (rate(own, self.own), rate(of_workers, self.of_workers));
            self.is_slow = slow(rates, share);
            (self.since, self.own, self.of_workers) = (now, own, of_workers);
        }
        self.is_slow
    }
}

fn slow((own, of_workers): (f64, f64), share: f64) -> Option<Slow> {
    if own > of_workers || of_workers <= 0.0 {
        return None;
    }
    let needed = share * of_workers / own.max(1.0) * ROOM;
    let needed = (needed * 20.0).ceil() / 20.0;
    Some(Slow { own, of_workers, share: (needed <= 1.0).then_some(needed) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_loses_ground_is_told_the_share_that_it_needs() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        assert_eq!(pace.look(at(0), (1000, 50_000), 0.2), None);
        assert_eq!(pace.look(at(5), (2000, 90_000), 0.2), None, "too soon to say");
        let slow = pace.look(at(10), (101_000, 250_000), 0.2).expect("20,000 a second come");
        assert_eq!((slow.own, slow.of_workers, slow.share), (10_000.0, 20_000.0, Some(0.5)));
        assert_eq!(pace.look(at(15), (0, 0), 0.2), Some(slow), "until the next whole watch");
        assert_eq!(pace.look(at(20), (401_000, 260_000), 0.5), None, "it gains");
        let over = pace.look(at(30), (402_000, 460_000), 0.5).expect("it loses");
        assert_eq!(over.share, None, "no share of a core is enough");
    }
}
