//! Panics of the store as errors. redb panics where the pages of its file contradict one another,
//! and a damaged disk is no fault of the program: people get words and a remedy.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// True while a panic of this thread becomes an error of the store; who tells of panics may leave
/// it alone.
pub fn turns_panics_into_errors() -> bool {
    DEPTH.get() > 0
}

/// Does `work`; a panic is the error, in its words. What `work` changed is not to be used after a
/// panic.
pub(super) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    done.map_err(|panic| words(&*panic).to_owned())
}

fn words(panic: &dyn Any) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_words() {
        assert_eq!(guard(|| 5), Ok(5));
        assert!(!turns_panics_into_errors());
        let seen = Cell::new(false);
        let failed: Result<(), _> = guard(|| {
            seen.set(turns_panics_into_errors());
            panic!("page {} is of no known kind", 7)
        });
        assert_eq!(failed, Err("page 7 is of no known kind".to_owned()));
        assert!(seen.get() && !turns_panics_into_errors());
    }
}
