//! The lines of `plugin dev` between the words of its steps, each with the time of day.

use chrono::Local;

pub(super) fn say(words: &str) {
    println!("[{}] {words}", Local::now().format("%H:%M:%S"));
}
