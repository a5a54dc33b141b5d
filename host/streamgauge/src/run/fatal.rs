//! What ends the process though nobody asked for it: a panic of a thread that the run needs, or a
//! part that ended by itself.
//!
//! A thread that is gone without a word leaves a program that looks alive. So a panic of any
//! thread is told in the log, and ends the process in good order with its message, or at once
//! where good order does not come to an end (`stop`). Two kinds of panics end nothing: those of
//! one request of the page, and those that the store turns into errors.

use std::any::Any;
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::thread;

use streamgauge_checkpoint::store;

/// The name of the threads that answer the requests of pages; a panic costs one request.
pub const REQUESTS: &str = "web";

static FIRST: OnceLock<String> = OnceLock::new();

/// Ends the run with an error, unless it ends with one already.
pub fn end(message: String) {
    // The first one is the cause of what follows.
    let _ = FIRST.set(message);
}

/// Why the process has to end, if it has to.
pub fn cause() -> Option<&'static str> {
    FIRST.get().map(String::as_str)
}

/// From here on a panic is told in the log and ends the run.
pub fn watch_panics() {
    panic::set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    let said = words(panic.payload());
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    if store::turns_panics_into_errors() {
        tracing::debug!("the store panicked at {place}: {said}");
        return;
    }
    let thread = thread::current();
    let name = thread.name().unwrap_or("without a name");
    let message = format!(
        "thread `{name}` panicked at {place}: {said}; this is a fault of streamgauge, please \
         report it"
    );
    tracing::error!("{message}");
    if name != REQUESTS {
        end(message);
    }
}

fn words(payload: &dyn Any) -> &str {
    let literal = payload.downcast_ref::<&str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}
