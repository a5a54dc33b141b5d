//! How far a command is that reads a log to its end, on the terminal; nothing where standard error is
//! no terminal.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressState};

use crate::log::{Bar, style};
use crate::run::status::RunStatus;

/// How often a run is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Shown until it is dropped.
pub(super) struct ReadProgress(Bar);

impl ReadProgress {
    /// Of offsets that are read again, from the first [`Self::show`] on.
    pub(super) fn of_offsets() -> Self {
        let template = "{wide_bar} {human_pos} of {human_len} offsets, {rate}, {eta} left";
        Self(Bar::new(ProgressBar::new(0), style(template)))
    }

    /// Of a run, whose end is not known.
    pub(super) fn of_run(run_status: &Arc<RunStatus>) -> Self {
        let run_status = Arc::clone(run_status);
        let read = move |_: &ProgressState, line: &mut dyn Write| {
            let partitions = run_status.overview().partitions;
            let read = partitions.iter().map(|partition| partition.state.accounting.read).sum();
            // A line that cannot be written to is not shown.
            let _ = write!(line, "{}", HumanCount(read));
        };
        let style = style("{spinner} {read} records read, {elapsed}").with_key("read", read);
        let bar = Bar::new(ProgressBar::new_spinner(), style);
        if !bar.is_hidden() {
            bar.enable_steady_tick(LOOK_EVERY);
        }
        Self(bar)
    }

    /// So many offsets are read, `of` all that will be.
    pub(super) fn show(&self, read: u64, of: u64) {
        if !self.0.is_hidden() {
            self.0.set_length(of);
            self.0.set_position(read);
        }
    }
}
