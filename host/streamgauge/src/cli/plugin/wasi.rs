//! The setting that a pipeline needs for a plugin with a language runtime.

/// The line of a `[[metric]]` whose plugin brings a language runtime.
pub(super) const INERT: &str = "wasi = \"inert\"";
