//! Components: the built ones, and such as are written on the spot.

use std::fs;
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
        .expect("host/plugin is two folders deep");
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

/// The plugin `faulty` with a configuration that the plugin takes.
pub(crate) fn faulty(config: Value) -> Plugin {
    load_faulty(config).unwrap_or_else(|error| panic!("{error}"))
}

/// Writes `bytes` to a file and loads the file as a plugin.
pub(crate) fn load_bytes(bytes: &[u8]) -> Result<Plugin, LoadError> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("plugin.wasm");
    fs::write(&path, bytes).expect("the folder can be written to");
    RUNTIME.load(&settings(&path, Value::Object(serde_json::Map::new())))
}

/// As [`load_bytes`], from the text format.
pub(crate) fn load_text(text: &str) -> Result<Plugin, LoadError> {
    load_bytes(&wat::parse_str(text).expect("the text is in order"))
}
