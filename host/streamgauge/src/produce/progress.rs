//! A progress bar on the terminal; nothing where standard error is no terminal.

use indicatif::ProgressBar;

use crate::log::{Bar, style};

/// How many records pass between two looks at the bar.
const SHOWN_EVERY: u64 = 512;

/// Shows how far producing is, until it is dropped.
pub(super) struct Progress {
    bar: Bar,
    /// True if records come slowly, so that every record moves the bar.
    is_slow: bool,
}

impl Progress {
    /// A bar for `length` records, or without an end.
    pub(super) fn new(length: Option<u64>, is_slow: bool) -> Self {
        let (bar, template) = match length {
            Some(length) => (
                ProgressBar::new(length),
                "{wide_bar} {human_pos}/{human_len} sent, {msg} acknowledged, {rate}, {eta} left",
            ),
            None => (
                ProgressBar::new_spinner(),
                "{spinner} {human_pos} sent, {msg} acknowledged, {rate}, {elapsed}",
            ),
        };
        Self { bar: Bar::new(bar, style(template)), is_slow }
    }

    /// Shows these counts, not too often.
    pub(super) fn show(&self, sent: u64, acknowledged: u64) {
        if (self.is_slow || sent.is_multiple_of(SHOWN_EVERY)) && !self.bar.is_hidden() {
            self.bar.set_message(acknowledged.to_string());
            self.bar.set_position(sent);
        }
    }
}
