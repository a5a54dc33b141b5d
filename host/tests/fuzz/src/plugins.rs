//! An engine for the fuzz target of plugins.

use std::fs;
use std::time::Duration;

use serde_json::json;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::Runtime;
use tempfile::TempDir;

/// What a plugin may have here: little, so that its limits are met.
const MEMORY_BYTES_MAX: usize = 8 << 20;
const TIME_MAX: Duration = Duration::from_millis(200);

/// An engine remembers what it compiled, so it is made anew after so many components.
const USES_MAX: u32 = 64;

/// An engine, and a folder for the file.
pub(crate) struct Plugins {
    runtime: Runtime,
    uses: u32,
    folder: TempDir,
}

impl Plugins {
    /// An engine that keeps nothing.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { runtime: Runtime::new(), uses: 0, folder }
    }

    /// Loads `bytes` as a plugin.
    ///
    /// # Panics
    /// A refusal has no words or no remedy.
    pub(crate) fn check(&mut self, bytes: &[u8]) {
        let parsed = bytes.starts_with(b"(").then(|| wat::parse_bytes(bytes).ok()).flatten();
        let path = self.folder.path().join("plugin.wasm");
        fs::write(&path, parsed.as_deref().unwrap_or(bytes)).expect("the folder can be written to");
        let settings = MetricSettings {
            memory_bytes_max: Some(MEMORY_BYTES_MAX),
            time_max: TIME_MAX,
            ..MetricSettings::alone(&path, json!({}))
        };
        self.uses += 1;
        if self.uses == USES_MAX {
            (self.runtime, self.uses) = (Runtime::new(), 0);
        }
        if let Err(error) = self.runtime.load(&settings) {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty(), "{error:?}");
        }
    }
}
