//! Signs of life of the threads that a run needs. A thread that hangs panics nowhere and ends
//! nothing, so a service manager may want to hear that each one still turns.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// The threads that are watched.
#[derive(Clone, Debug)]
pub struct Pulses {
    began: Instant,
    beats: Arc<Mutex<Vec<Weak<Beat>>>>,
}

/// The sign of life of one thread; a thread that has ended in good order drops it.
#[derive(Debug)]
pub struct Beat {
    name: String,
    began: Instant,
    /// The last sign of life, in milliseconds after `began`.
    last: AtomicU64,
}

impl Default for Pulses {
    fn default() -> Self {
        Self { began: Instant::now(), beats: Arc::default() }
    }
}

impl Pulses {
    /// Watches one more thread.
    pub fn watch(&self, name: &str) -> Arc<Beat> {
        let last = AtomicU64::default();
        let beat = Arc::new(Beat { name: name.to_owned(), began: self.began, last });
        beat.beat(Instant::now());
        let mut beats = self.beats.lock().unwrap_or_else(PoisonError::into_inner);
        beats.retain(|beat| beat.strong_count() > 0);
        beats.push(Arc::downgrade(&beat));
        beat
    }

    /// The thread whose last sign of life is the oldest, with its age.
    pub fn oldest(&self, now: Instant) -> Option<(String, Duration)> {
        let beats = self.beats.lock().unwrap_or_else(PoisonError::into_inner);
        let ages = beats.iter().filter_map(Weak::upgrade).map(|beat| {
            let last = Duration::from_millis(beat.last.load(Ordering::Relaxed));
            (beat.name.clone(), now.duration_since(beat.began).saturating_sub(last))
        });
        ages.max_by_key(|(_, age)| *age)
    }
}

impl Beat {
    /// A sign of life at `now`.
    pub fn beat(&self, now: Instant) {
        let since = now.duration_since(self.began).as_millis();
        self.last.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_that_is_silent_longest_is_named_until_it_ends() {
        let pulses = Pulses::default();
        let (worker, publisher) = (pulses.watch("worker-0"), pulses.watch("publisher"));
        let at = |seconds| pulses.began + Duration::from_secs(seconds);
        worker.beat(at(1));
        publisher.beat(at(4));
        let oldest = || pulses.oldest(at(5)).map(|(name, age)| (name, age.as_secs()));
        assert_eq!(oldest(), Some(("worker-0".to_owned(), 4)));
        drop(worker);
        assert_eq!(oldest(), Some(("publisher".to_owned(), 1)));
        drop(publisher);
        assert_eq!(oldest(), None);
    }
}
