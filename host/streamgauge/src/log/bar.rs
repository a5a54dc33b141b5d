//! The last line on a terminal, drawn anew again and again: how far a command is. Lines of the log
//! come above it. There is no such line where standard error is no terminal.

use std::fmt::Write;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};

/// The bar that is shown.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A bar that is shown until this value is dropped; there is one at a time.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// `bar` in this style.
    pub(crate) fn new(bar: ProgressBar, style: ProgressStyle) -> Self {
        let bar = bar.with_style(style);
        *shown() = Some(bar.clone());
        Self(bar)
    }
}

/// The style of a template, in which `{rate}` is a whole number a second.
pub(crate) fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    style.with_key("rate", |state: &ProgressState, line: &mut dyn Write| {
        // A line that cannot be written to is not shown.
        let _ = write!(line, "{}/s", HumanCount(state.per_sec() as u64));
    })
}

impl Deref for Bar {
    type Target = ProgressBar;

    fn deref(&self) -> &ProgressBar {
        &self.0
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        *shown() = None;
        self.0.finish_and_clear();
    }
}

/// Writes above the bar.
pub(super) fn above<T>(write: impl FnOnce() -> T) -> T {
    let bar = shown().clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

fn shown() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
