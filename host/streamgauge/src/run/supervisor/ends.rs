//! Workers that end, and the supervisor that waits for one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle, Thread};
use std::time::Duration;

/// How often it is seen whether a thread that has done its work is gone.
const GONE_LOOK: Duration = Duration::from_millis(1);

/// Told by each worker that ends.
pub(super) struct Ends {
    supervisor: Thread,
    /// Workers that have told and are not joined.
    told: AtomicUsize,
}

impl Ends {
    /// For the calling thread.
    pub(super) fn new() -> Self {
        Self { supervisor: thread::current(), told: AtomicUsize::new(0) }
    }

    /// Starts a worker, which tells when its work is done.
    pub(super) fn spawn<'scope, T: Send + 'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        number: usize,
        work: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        let told = move || {
            let done = work();
            self.told.fetch_add(1, Ordering::Relaxed);
            self.supervisor.unpark();
            done
        };
        let spawned = thread::Builder::new().name(format!("worker-{number}"));
        spawned.spawn_scoped(scope, told).expect("a thread can be started")
    }

    /// Waits until a worker ends, but no longer than `limit`; the thread may be woken for something
    /// else. Between telling and ending there is a moment.
    pub(super) fn wait(&self, limit: Duration) {
        let is_ending = self.told.load(Ordering::Relaxed) > 0;
        thread::park_timeout(if is_ending { GONE_LOOK } else { limit });
    }

    /// A worker that ended is joined. One that panicked has not told.
    pub(super) fn joined(&self) {
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.told.fetch_update(set, get, |told| told.checked_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_worker_that_ends_wakes_the_supervisor() {
        let ends = Ends::new();
        thread::scope(|scope| {
            let (begun, limit) = (Instant::now(), Duration::from_mins(1));
            for number in 0..3 {
                let worker = ends.spawn(scope, number, || 7);
                while !worker.is_finished() {
                    ends.wait(limit);
                }
                ends.joined();
                assert!(worker.join().is_ok_and(|done| done == 7));
            }
            ends.joined();
            assert!(begun.elapsed() < limit);
        });
    }
}
