//! The setting that a pipeline needs for a plugin with a language runtime.

use std::path::Path;

use serde_json::json;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{LoadError, Runtime};

/// The line of a `[[metric]]` whose plugin brings a language runtime.
pub(super) const INERT: &str = "wasi = \"inert\"";

/// True if a sandbox without WASI refuses the component for its imports.
pub(super) fn needs_inert(runtime: &Runtime, component: &Path) -> bool {
    let bare = MetricSettings { wasi: None, ..MetricSettings::alone(component, json!({})) };
    matches!(runtime.load(&bare), Err(LoadError::ForeignImport { .. }))
}
