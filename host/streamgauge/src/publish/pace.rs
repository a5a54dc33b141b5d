//! How often the publisher works: as often as asked for, within its share of a core.

use std::thread;
use std::time::{Duration, Instant};

use streamgauge_outbox::News;

/// From one drawing to the next passes so many times what one takes: the publisher takes a tenth of a
/// core.
const PAUSE_TIMES: u32 = 10;

/// The longest pause: what pages show is never older than that.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// When to draw after a drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// When the drawing was begun.
    began: Instant,
    /// From the begin of one drawing to that of the next.
    pub(super) pause: Duration,
}

impl Pace {
    /// After a drawing that was begun at `began` and ends now, where `every` is asked for, which is no
    /// longer than [`PAUSE_MAX`].
    pub(super) fn after(began: Instant, every: Duration) -> Self {
        Self { began, pause: pause(began.elapsed(), every) }
    }

    /// Waits for `news` of a publication, if the last drawing was not just now, and no longer than a
    /// while in any case.
    pub(super) fn wait(self, news: &News) {
        let earliest = self.began + self.pause.saturating_sub(leeway(self.pause));
        thread::sleep(earliest.saturating_duration_since(Instant::now()));
        news.wait(leeway(self.pause) + patience(self.pause));
    }
}

fn pause(worked: Duration, every: Duration) -> Duration {
    (worked * PAUSE_TIMES).clamp(every, PAUSE_MAX)
}

/// How long before the pause is over a publication of a worker may end it: so the publisher comes
/// into step with workers that publish as often as it draws, and no publication waits.
fn leeway(pause: Duration) -> Duration {
    pause / 16
}

/// How much longer than the pause to wait for a publication before drawing without one.
fn patience(pause: Duration) -> Duration {
    pause.min(PAUSE_MAX.saturating_sub(pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publisher_takes_a_tenth_of_the_time() {
        let millis = Duration::from_millis;
        for (worked, every, expected) in [
            (0, 100, 100),
            (10, 100, 100),
            (12, 100, 120),
            (1, 20, 20),
            (4, 20, 40),
            (500, 20, 1000),
        ] {
            assert_eq!(pause(millis(worked), millis(every)), millis(expected), "{worked} ms");
        }
    }

    #[test]
    fn no_page_is_older_than_a_second_where_nothing_is_published() {
        for ms in [20, 100, 700, 1000] {
            let pause = Duration::from_millis(ms);
            assert!(pause + patience(pause) <= PAUSE_MAX, "{ms} ms");
            assert!(leeway(pause) < pause / 8, "{ms} ms");
        }
    }
}
