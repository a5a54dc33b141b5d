//! The rest of a thread that works now and then, and that somebody wakes at its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

/// Rests until `until`, or until `ended` is raised by somebody who then unparks this thread.
pub fn rest(until: Instant, ended: &AtomicBool) {
    // Parking may end for no reason.
    while let Some(left) = until.checked_duration_since(Instant::now())
        && !left.is_zero()
        && !ended.load(Ordering::Relaxed)
    {
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_rest_lasts_its_time_and_ends_with_what_it_waits_for() {
        let (running, until) = (AtomicBool::new(false), Instant::now() + Duration::from_millis(5));
        thread::current().unpark();
        rest(until, &running);
        assert!(Instant::now() >= until, "waking alone does not end it");

        let (begun, hour) = (Instant::now(), Duration::from_hours(1));
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let resting = thread::spawn(move || rest(begun + hour, &seen));
        ended.store(true, Ordering::Relaxed);
        resting.thread().unpark();
        assert!(resting.join().is_ok());
        assert!(begun.elapsed() < hour);
    }
}
