//! Waiting for a condition, never for a time.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine before the test fails.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// How long a process may take to its end: it may build a plugin with the tools of its language.
pub(crate) const END_DEADLINE: Duration = Duration::from_mins(3);

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks until `look` returns something.
///
/// # Panics
/// After [`DEADLINE`], naming `what`.
pub(crate) fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_with(|| what.to_owned(), look)
}

/// Looks until `look` returns something; `what` describes the thing at the moment of a panic.
///
/// # Panics
/// After [`DEADLINE`].
pub(crate) fn until_with<T>(what: impl Fn() -> String, look: impl FnMut() -> Option<T>) -> T {
    within(DEADLINE, what, look)
}

/// As [`until_with`], with another deadline.
///
/// # Panics
/// After `limit`.
pub(crate) fn within<T>(
    limit: Duration,
    what: impl Fn() -> String,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} in vain for {}", what());
        thread::sleep(LOOK_EVERY);
    }
}
