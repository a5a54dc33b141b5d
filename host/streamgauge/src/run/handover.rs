//! A changed pipeline on its way from whoever checked it to the supervisor, and the outcome on its
//! way back. At most one is on its way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// What became of a pipeline that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reads, and a checkpoint with its settings is stored.
    Runs {
        /// How long workers ended and began anew, from the handing over on.
        paused: Duration,
    },
    /// It is in force, and waits for something that was missing before too.
    Waits(String),
    /// It could not be opened for this reason, and the one before is in force again.
    WentBack(String),
    /// The run takes nothing over, so the one before is in force.
    NotTaken,
}

/// The place between the two, for a pipeline of type `T`.
pub struct Handover<T> {
    /// True while a pipeline waits to be taken, for a look without the lock.
    is_asked: AtomicBool,
    content: Mutex<Content<T>>,
    changed: Condvar,
}

struct Content<T> {
    next: Option<T>,
    /// The moment at which the pipeline was handed over, until its outcome is known.
    since: Option<Instant>,
    outcome: Option<Outcome>,
    /// True once the run is over: nobody takes a pipeline any more.
    is_closed: bool,
    /// The thread that takes pipelines, where it sleeps meanwhile.
    taker: Option<Thread>,
}

impl<T> Default for Handover<T> {
    fn default() -> Self {
        let (next, since, outcome) = (None, None, None);
        let content = Content { next, since, outcome, is_closed: false, taker: None };
        Self {
            is_asked: AtomicBool::new(false),
            content: Mutex::new(content),
            changed: Condvar::new(),
        }
    }
}

impl<T> Handover<T> {
    /// True while a pipeline waits to be taken.
    pub fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Acquire)
    }

    /// The calling thread is woken from its parking when a pipeline waits to be taken.
    pub fn wake_me(&self) {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.taker = Some(thread::current());
    }

    /// Hands `next` over and waits for the outcome, but no longer than `limit`.
    pub fn give(&self, next: T, limit: Duration) -> Outcome {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        if content.is_closed {
            return Outcome::NotTaken;
        }
        (content.next, content.outcome) = (Some(next), None);
        content.since = Some(Instant::now());
        self.is_asked.store(true, Ordering::Release);
        content.taker.iter().for_each(Thread::unpark);
        let waits = |content: &mut Content<T>| content.outcome.is_none();
        let (mut content, _) = self
            .changed
            .wait_timeout_while(content, limit, waits)
            .unwrap_or_else(PoisonError::into_inner);
        if content.next.take().is_some() {
            content.since = None;
            self.is_asked.store(false, Ordering::Release);
            return Outcome::NotTaken;
        }
        content.outcome.take().unwrap_or_else(|| Outcome::Waits("it is being opened".to_owned()))
    }

    /// The run is over: who waits for an outcome waits no longer, and nothing is taken any more.
    pub fn close(&self) {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.is_closed = true;
        self.is_asked.store(false, Ordering::Release);
        (content.next, content.since) = (None, None);
        if content.outcome.is_none() {
            content.outcome = Some(Outcome::NotTaken);
            self.changed.notify_all();
        }
    }

    /// Takes the pipeline that waits.
    pub fn take(&self) -> Option<T> {
        if !self.is_asked() {
            return None;
        }
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_asked.store(false, Ordering::Release);
        content.next.take()
    }

    /// The pipeline that was taken reads.
    pub fn runs(&self) {
        self.tell(|since| Outcome::Runs { paused: since.elapsed() });
    }

    /// The pipeline that was taken is in force and does not read yet.
    pub fn waits(&self, why: String) {
        self.tell(|_| Outcome::Waits(why));
    }

    /// The pipeline that was taken is not in force.
    pub fn went_back(&self, why: String) {
        self.tell(|_| Outcome::WentBack(why));
    }

    /// Nothing is told of a pipeline whose outcome is known.
    fn tell(&self, outcome: impl FnOnce(Instant) -> Outcome) {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        if content.next.is_some() {
            return;
        }
        if let Some(since) = content.since.take() {
            content.outcome = Some(outcome(since));
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    /// What comes of a pipeline that is handed over to somebody who does this with it.
    fn given_to(take: impl FnOnce(&Handover<u32>) + Send) -> Outcome {
        let handover = Handover::default();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !handover.is_asked() {
                    thread::yield_now();
                }
                take(&handover);
            });
            handover.give(7, LONG)
        })
    }

    #[test]
    fn the_outcome_of_what_was_taken_comes_back() {
        let taken = |handover: &Handover<u32>| {
            // It has not been taken yet, so this is about the one before.
            handover.runs();
            assert_eq!(handover.take(), Some(7));
            assert!(!handover.is_asked() && handover.take().is_none());
        };
        let runs = given_to(|handover| {
            taken(handover);
            handover.runs();
            handover.waits("told already".to_owned());
        });
        assert!(matches!(runs, Outcome::Runs { .. }), "{runs:?}");
        let back = given_to(|handover| {
            taken(handover);
            handover.went_back("no".to_owned());
        });
        assert_eq!(back, Outcome::WentBack("no".to_owned()));
    }

    #[test]
    fn nobody_waits_for_a_run_that_is_over() {
        assert_eq!(given_to(Handover::close), Outcome::NotTaken);
        let taken = given_to(|handover| {
            assert_eq!(handover.take(), Some(7));
            handover.close();
            handover.runs();
            assert_eq!(handover.give(8, LONG), Outcome::NotTaken);
        });
        assert_eq!(taken, Outcome::NotTaken);
    }

    #[test]
    fn what_nobody_takes_is_taken_back() {
        let handover = Handover::default();
        assert_eq!(handover.give(7, Duration::ZERO), Outcome::NotTaken);
        assert!(!handover.is_asked());
        assert_eq!(handover.take(), None);
        handover.runs();
        let later = thread::scope(|scope| {
            scope.spawn(|| {
                while handover.take().is_none() {
                    thread::yield_now();
                }
                handover.waits("for the broker".to_owned());
            });
            handover.give(8, LONG)
        });
        assert_eq!(later, Outcome::Waits("for the broker".to_owned()));
    }
}
