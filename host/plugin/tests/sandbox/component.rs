//! The components that are built, as tests of the plugins and of their metrics load them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{LoadError, Plugin, Runtime};

/// One engine serves all tests, as one engine serves all metrics of a host.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(Runtime::new);

/// Far more than any call needs, also on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(20);

pub(crate) const MEMORY_BYTES_MAX: usize = 8 << 20;

/// The place of a built component.
pub(crate) fn built(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("a crate of host is two folders deep");
    let path = root.join("target/plugins").join(format!("{name}.wasm"));
    assert!(path.is_file(), "{} is not there; build it with `cargo xtask build`", path.display());
    path
}

/// Settings of a metric that has the name of its plugin.
pub(crate) fn settings(plugin: &Path, config: Value) -> MetricSettings {
    MetricSettings {
        open_windows_max: 100,
        memory_bytes_max: Some(MEMORY_BYTES_MAX),
        time_max: TIME_MAX,
        wasi: None,
        ..MetricSettings::alone(plugin, config)
    }
}

/// The plugin `faulty` with this configuration.
pub(crate) fn load_faulty(config: Value) -> Result<Plugin, LoadError> {
    RUNTIME.load(&settings(&built("faulty"), config))
}

/// The plugin `faulty`, where its configuration is in order.
pub(crate) fn faulty(config: Value) -> Plugin {
    load_faulty(config).unwrap_or_else(|error| panic!("{error}"))
}
