//! The name of the history of one build of a metric.

/// The metric's id, and from the second build on its number.
pub(super) fn series(metric: &str, build: u32) -> String {
    if build == 0 { metric.to_owned() } else { format!("{metric}/{build}") }
}
