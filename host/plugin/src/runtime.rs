//! The Wasm engine that all plugins share, and a plugin that was loaded into it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use streamgauge_core::{Digest, digest_of};
use thiserror::Error;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Cache, Config, Engine};

use super::bindings::{Metric, MetricPre};
use super::cache;
use super::config::{self, ConfigFault};
use super::descriptor::{self, Descriptor};
use super::inert;
use super::instance::{CallError, HostState, Instance};
use streamgauge_pipeline::{MetricSettings, Wasi};

/// The version of the contract that this host speaks.
pub const CONTRACT: &str = "0.3.0";

/// How often the engine's epoch advances: the grain of time limits.
pub(super) const EPOCH: Duration = Duration::from_millis(10);

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    /// What was compiled, by the digest of the file: several metrics may be of one plugin.
    compiled: Arc<Mutex<BTreeMap<Digest, Arc<OnceLock<Component>>>>>,
}

/// A loaded and checked plugin, ready to be instantiated for each worker.
#[derive(Clone)]
pub struct Plugin {
    pre: Arc<MetricPre<HostState>>,
    settings: Arc<MetricSettings>,
    config: Arc<str>,
    descriptor: Arc<Descriptor>,
    digest: Digest,
    file_bytes: usize,
    memory_bytes_max: usize,
    imports: Arc<[String]>,
}

/// Why a file is not a plugin.
#[derive(Debug, Error)]
pub enum LoadError {
    /// No such file, or not readable.
    #[error("plugin {} could not be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A core Wasm module.
    #[error("plugin {} is a core Wasm module, not a component", .0.display())]
    CoreModule(PathBuf),
    /// Compiled code, which would run outside of the sandbox.
    #[error("plugin {} is compiled code, not a component", .0.display())]
    Precompiled(PathBuf),
    /// Not Wasm, or not valid.
    #[error("plugin {} is not a valid Wasm component: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
    /// It wants what a plugin must not have.
    #[error("plugin {} imports `{import}`, which the sandbox does not give", path.display())]
    ForeignImport {
        /// The file.
        path: PathBuf,
        /// The first such import.
        import: String,
    },
    /// It lacks what the contract asks for.
    #[error("plugin {} does not fulfil contract streamgauge:metric@{CONTRACT}: {reason}", path.display())]
    Contract {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// Its configuration is not as its schema wants it.
    #[error("plugin {} does not take its configuration: {}", path.display(), listed(faults))]
    Config {
        /// The file.
        path: PathBuf,
        /// Each mistake.
        faults: Vec<ConfigFault>,
    },
    /// It could not describe or open itself.
    #[error("plugin {} failed at {call}: {error}", path.display())]
    Call {
        /// The file.
        path: PathBuf,
        /// The function.
        call: &'static str,
        /// What happened.
        error: CallError,
    },
    /// It is another file than the pipeline names.
    #[error("plugin {} has the SHA-256 {found}, not the one that is pinned", path.display())]
    OtherDigest {
        /// The file.
        path: PathBuf,
        /// What it has.
        found: Digest,
    },
    /// `[metric.columns]` names what the plugin does not read.
    #[error("plugin {} has no input `{input}`; it reads {known}", path.display())]
    UnknownInput {
        /// The file.
        path: PathBuf,
        /// The name in `[metric.columns]`.
        input: String,
        /// Its inputs.
        known: String,
    },
    /// What it says of itself makes no sense.
    #[error("plugin {} describes itself wrongly: {reason}", path.display())]
    Descriptor {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

fn listed(faults: &[ConfigFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl LoadError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "correct the path (it is relative to the pipeline file), or build the plugin with `streamgauge plugin build FOLDER`"
            }
            Self::CoreModule(_) => {
                "link it with `wasm-component-ld`, as .cargo/config.toml of this project does"
            }
            Self::Invalid { .. } => "build it again for wasm32-unknown-unknown",
            Self::ForeignImport { import, .. } if import.starts_with("streamgauge:metric/") => {
                "build it against plugins/wit/metric.wit of this version"
            }
            Self::ForeignImport { import, .. } if inert::has(import) => {
                "where a language runtime needs it, let it have an empty one with `wasi = \"inert\"` in its [[metric]]; else build it for wasm32-unknown-unknown"
            }
            Self::ForeignImport { .. } => {
                "build it for wasm32-unknown-unknown, without WASI, clocks, files or randomness"
            }
            Self::Contract { .. } | Self::Descriptor { .. } => {
                "build it against plugins/wit/metric.wit, best with the SDK in plugins/sdk"
            }
            Self::Call { error: CallError::TimeLimit(_), .. } => {
                "raise `time_max` of this metric, or make the plugin faster"
            }
            Self::Call { error: CallError::MemoryLimit(_), .. } => {
                "raise `memory_max` of this metric, or make the plugin need less"
            }
            Self::Config { .. } => "`streamgauge plugin inspect FILE` shows what the plugin takes",
            Self::Precompiled(_) => {
                "give the component itself; what is compiled here is kept in a folder that nobody else can write"
            }
            Self::Call { .. } => "correct `config` of this metric, or the plugin",
            Self::OtherDigest { .. } => {
                "put the pinned file back or, if the new one is meant, run `streamgauge plugin lock`"
            }
            Self::UnknownInput { .. } => {
                "in [metric.columns] the plugin's input is on the left, the field on the right"
            }
        }
    }

    /// The setting of the metric that is at fault, as a path below `[[metric]]`. `config` is the
    /// metric's: a plugin that refuses it names the key in backticks.
    pub fn setting(&self, config: &serde_json::Value) -> String {
        match self {
            Self::OtherDigest { .. } => "sha256".to_owned(),
            Self::UnknownInput { input, .. } => format!("columns.{input}"),
            Self::Config { .. } => "config".to_owned(),
            Self::Call { error: CallError::Refused(words), .. } => {
                let named = words.split('`').skip(1).step_by(2);
                let key = named.into_iter().find(|name| config.get(name).is_some());
                key.map_or("plugin".to_owned(), |key| format!("config.{key}"))
            }
            _ => "plugin".to_owned(),
        }
    }
}

impl Runtime {
    /// Starts the engine and its clock, a thread that ends with the last clone.
    ///
    /// # Panics
    /// Where this machine cannot run the engine at all.
    #[expect(clippy::new_without_default, reason = "it starts a thread")]
    pub fn new() -> Self {
        Self::with(None)
    }

    /// As [`Runtime::new`], with compiled code kept for the next start in this user's cache.
    pub fn caching() -> Self {
        Self::with(cache::open())
    }

    fn with(cache: Option<Cache>) -> Self {
        let mut config = Config::new();
        config
            .cache(cache)
            .epoch_interruption(true)
            .concurrency_support(false)
            .cranelift_nan_canonicalization(true)
            .wasm_relaxed_simd(false)
            .memory_reservation(64 << 20)
            .memory_reservation_for_growth(16 << 20);
        let engine = Engine::new(&config).expect("the engine's settings fit together");
        let weak = engine.weak();
        std::thread::Builder::new()
            .name("epoch".into())
            .spawn(move || {
                while let Some(engine) = weak.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(EPOCH);
                }
            })
            .expect("a thread can be started");
        Self { engine, compiled: Arc::default() }
    }

    /// Loads the plugin of `settings` and checks it against the contract.
    ///
    /// # Errors
    /// Why the file is not a plugin, or not with this configuration.
    pub fn load(&self, settings: &MetricSettings) -> Result<Plugin, LoadError> {
        let path = &settings.plugin;
        let bytes =
            fs::read(path).map_err(|error| LoadError::Unreadable { path: path.clone(), error })?;
        let digest = digest_of(&bytes);
        if settings.sha256.as_ref().is_some_and(|pinned| *pinned != digest.to_string()) {
            return Err(LoadError::OtherDigest { path: path.clone(), found: digest });
        }
        let component = self.compiled(path, &bytes, digest)?;
        let imports = self.imports(settings, &component)?;
        let pre = self.link(path, &component, &imports)?;
        let config: Arc<str> = settings.config.to_string().into();
        let mut plugin = Plugin {
            pre: Arc::new(pre),
            settings: Arc::new(settings.clone()),
            config,
            descriptor: Arc::new(Descriptor::default()),
            digest,
            file_bytes: bytes.len(),
            memory_bytes_max: settings.memory_bytes_max.unwrap_or_else(|| memory_for(&imports)),
            imports: imports.into(),
        };
        let call = |call| move |error| LoadError::Call { path: path.clone(), call, error };
        let schema = Instance::config_schema(&plugin).map_err(call("config-schema"))?;
        let faults = config::check(&schema, &settings.config)
            .map_err(|reason| LoadError::Descriptor { path: path.clone(), reason })?;
        if !faults.is_empty() {
            return Err(LoadError::Config { path: path.clone(), faults });
        }
        let described = Instance::describe(&plugin).map_err(call("describe"))?;
        let mut descriptor = descriptor::check(described)
            .map_err(|reason| LoadError::Descriptor { path: path.clone(), reason })?;
        descriptor.config_schema = schema;
        descriptor.read_from(&settings.columns).map_err(|input| LoadError::UnknownInput {
            path: path.clone(),
            input,
            known: descriptor
                .inputs
                .iter()
                .map(|i| format!("`{}`", i.name))
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        plugin.descriptor = Arc::new(descriptor);
        Instance::open(&plugin).map_err(call("open"))?;
        Ok(plugin)
    }

    /// The component of `bytes`, compiled once.
    fn compiled(&self, path: &Path, bytes: &[u8], digest: Digest) -> Result<Component, LoadError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(compiled.entry(digest).or_default());
        drop(compiled);
        if let Some(component) = slot.get() {
            return Ok(component.clone());
        }
        let component = self.compile(path, bytes)?;
        Ok(slot.get_or_init(|| component).clone())
    }

    fn compile(&self, path: &Path, bytes: &[u8]) -> Result<Component, LoadError> {
        // Byte 4 on is the version and the layer: layer 0 is a core module.
        if bytes.starts_with(b"\0asm\x01\0\0\0") {
            return Err(LoadError::CoreModule(path.to_path_buf()));
        }
        if Engine::detect_precompiled(bytes).is_some() {
            return Err(LoadError::Precompiled(path.to_path_buf()));
        }
        Component::new(&self.engine, bytes).map_err(|error| LoadError::Invalid {
            path: path.to_path_buf(),
            reason: one_line(&error),
        })
    }

    /// What the component imports, where the sandbox gives all of it.
    fn imports(
        &self,
        settings: &MetricSettings,
        component: &Component,
    ) -> Result<Vec<String>, LoadError> {
        let path = &settings.plugin;
        let is_inert = |name: &str| settings.wasi == Some(Wasi::Inert) && inert::has(name);
        let allowed = ["log", "types"].map(|i| format!("streamgauge:metric/{i}@{CONTRACT}"));
        let component_type = component.component_type();
        let names = component_type.imports(&self.engine).map(|(name, _)| name.to_owned());
        let names: Vec<String> = names.collect();
        match names.iter().find(|name| !allowed.contains(name) && !is_inert(name)) {
            Some(import) => {
                Err(LoadError::ForeignImport { path: path.clone(), import: import.clone() })
            }
            None => Ok(names),
        }
    }

    fn link(
        &self,
        path: &Path,
        component: &Component,
        imports: &[String],
    ) -> Result<MetricPre<HostState>, LoadError> {
        let contract = |error: wasmtime::Error| LoadError::Contract {
            path: path.to_path_buf(),
            reason: one_line(&error),
        };
        let mut linker = Linker::new(&self.engine);
        Metric::add_to_linker::<_, HasSelf<HostState>>(&mut linker, |state| state)
            .map_err(contract)?;
        inert::define(&mut linker, component, imports).map_err(contract)?;
        let pre = linker.instantiate_pre(component).map_err(contract)?;
        MetricPre::new(pre).map_err(contract)
    }
}

/// The memory limit of a component with these imports, in bytes: a language runtime needs more.
fn memory_for(imports: &[String]) -> usize {
    let has_runtime = imports.iter().any(|import| inert::has(import));
    if has_runtime { 256 << 20 } else { 64 << 20 }
}

/// The cause of an error without what a decoder adds for its own developers.
fn one_line(error: &wasmtime::Error) -> String {
    let cause = error.root_cause().to_string();
    cause.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

impl Plugin {
    /// What the plugin says of itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The metric's settings.
    pub fn settings(&self) -> &MetricSettings {
        &self.settings
    }

    /// The SHA-256 of the file.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The size of the file, in bytes.
    pub fn file_bytes(&self) -> usize {
        self.file_bytes
    }

    /// The most linear memory that an instance may have, in bytes.
    pub fn memory_bytes_max(&self) -> usize {
        self.memory_bytes_max
    }

    /// What the component imports; nothing that the sandbox does not give.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// `[metric.config]` as JSON text.
    pub(super) fn config(&self) -> &str {
        &self.config
    }

    pub(super) fn pre(&self) -> &MetricPre<HostState> {
        &self.pre
    }
}
