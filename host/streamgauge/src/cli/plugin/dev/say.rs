//! The lines of `plugin dev` between the words of its steps, each with the time of day.

use chrono::Local;

use crate::cli::output::tell;

pub(super) fn say(words: &str) {
    tell(format_args!("[{}] {words}", Local::now().format("%H:%M:%S")));
}
