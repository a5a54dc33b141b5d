//! Wakes the thread that draws results when a worker has published, so that a result is drawn at once
//! and not at the next beat of a clock of its own.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whether something was published that nobody has taken note of.
#[derive(Debug, Default)]
pub struct News {
    is_untold: Mutex<bool>,
    came: Condvar,
}

impl News {
    /// Something was published, or there is another reason to look.
    pub fn tell(&self) {
        *self.lock() = true;
        self.came.notify_one();
    }

    /// Waits until something was published since the last wait that saw it, for no longer than
    /// `limit`. Whether something was.
    pub fn wait(&self, limit: Duration) -> bool {
        let waited = self.came.wait_timeout_while(self.lock(), limit, |is_untold| !*is_untold);
        std::mem::take(&mut waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is_untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;
    const FOR_EVER: Duration = Duration::from_hours(1);

    #[test]
    fn what_was_published_before_the_wait_is_seen_once() {
        let news = News::default();
        assert!(!news.wait(AT_ONCE), "nothing was published");
        news.tell();
        news.tell();
        assert!(news.wait(FOR_EVER));
        assert!(!news.wait(AT_ONCE), "it was seen");
    }

    #[test]
    fn who_waits_is_woken() {
        let news = Arc::new(News::default());
        let told = Arc::clone(&news);
        let waiting = thread::spawn(move || told.wait(FOR_EVER));
        news.tell();
        assert!(waiting.join().expect("it ends"));
    }
}
