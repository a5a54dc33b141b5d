//! The moment since which counters of this process count. A monitoring system that sees another
//! moment knows that the process was replaced, and takes a smaller value for no loss. Counters that
//! outlive the process have no such moment.
//!
//! The samples are added to the text, as the encoder writes none for counters.

use std::fmt::Write;

/// `text` with a `_created` sample for each counter and histogram in it, at `at` in seconds since
/// the Unix epoch.
pub(super) fn with_created(text: &str, at: f64) -> String {
    let (mut made, mut kind) = (String::with_capacity(text.len() * 2), "");
    for line in text.lines() {
        made.push_str(line);
        made.push('\n');
        if let Some(family) = line.strip_prefix("# TYPE ") {
            kind = family.rsplit(' ').next().unwrap_or_default();
            continue;
        }
        let suffix = match kind {
            "counter" => "_total",
            "histogram" => "_count",
            _ => continue,
        };
        let Some((sample, _)) = line.rsplit_once(' ').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let (name, labels) = sample.split_at(sample.find('{').unwrap_or(sample.len()));
        if let Some(family) = name.strip_suffix(suffix) {
            writeln!(made, "{family}_created{labels} {at}").expect("a string takes text");
        }
    }
    made
}
