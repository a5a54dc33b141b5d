//! The Wasm engine that all plugins share, and how a plugin is loaded into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use streamgauge_core::{Digest, digest_of};
use tempfile::TempDir;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Cache, Engine};

use super::bindings::{CONTRACT, Metric, MetricIndices};
use super::cache;
use super::compile::{CompileLimits, Compiler, Verdict};
use super::component;
use super::descriptor::Descriptor;
use super::engine::{engine, one_line};
use super::epoch::EpochClock;
use super::host_state::HostState;
use super::inert;
use super::instance::{Instance, OptionalIndices};
use super::load_error::LoadError;
use super::plugin::{Linked, Plugin};
use streamgauge_pipeline::{MetricSettings, Wasi};

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    clock: EpochClock,
    /// The compiled components, by the digest of the file: several metrics may share a plugin.
    compiled: Arc<Mutex<BTreeMap<Digest, Arc<OnceLock<Component>>>>>,
    /// The process that compiles; `None` means that compiling has no limits.
    within: Option<Arc<Within>>,
}

/// How compiling keeps its limits.
struct Within {
    compiler: Compiler,
    /// The folder that the process fills and the engine reads.
    folder: PathBuf,
    /// The folder where it is not the user's cache, which then keeps nothing.
    temporary: Option<TempDir>,
    /// One process compiles at a time.
    turn: Mutex<()>,
}

impl Runtime {
    /// Starts the engine and its clock, a thread that ends with the last clone.
    ///
    /// # Panics
    /// This machine cannot run the engine at all.
    #[expect(clippy::new_without_default, reason = "it starts a thread")]
    pub fn new() -> Self {
        Self::with(None, None)
    }

    /// As [`Runtime::new`], with compiled code kept for the next start in this user's cache. With a
    /// `compiler`, compiling has limits.
    pub fn caching(compiler: Option<Compiler>) -> Self {
        let kept = cache::open();
        let Some(compiler) = compiler else {
            return Self::with(kept.map(|(cache, _)| cache), None);
        };
        let (cache, folder, temporary) = match kept {
            Some((cache, folder)) => (Some(cache), folder, None),
            None => match tempfile::tempdir() {
                Ok(made) => (cache::at(made.path()).ok(), made.path().to_owned(), Some(made)),
                // The process then proves that the component compiles within its limits, and the
                // host compiles it again.
                Err(_) => (None, PathBuf::new(), None),
            },
        };
        let turn = Mutex::default();
        Self::with(cache, Some(Within { compiler, folder, temporary, turn }))
    }

    fn with(cache: Option<Cache>, within: Option<Within>) -> Self {
        let engine = engine(cache);
        let clock = EpochClock::start(&engine);
        Self { engine, clock, compiled: Arc::default(), within: within.map(Arc::new) }
    }

    /// Loads the plugin of `settings` and checks it against the contract.
    ///
    /// # Errors
    /// The file is not a plugin, or the plugin does not take this configuration.
    pub fn load(&self, settings: &MetricSettings) -> Result<Plugin, LoadError> {
        let (plugin, schema) = self.linked(settings)?;
        plugin.described(schema)
    }

    /// As [`Runtime::load`], of a component whose bytes were read from elsewhere.
    ///
    /// # Errors
    /// The bytes are no plugin, or the plugin does not take this configuration.
    pub fn load_bytes(
        &self,
        settings: &MetricSettings,
        component: &[u8],
    ) -> Result<Plugin, LoadError> {
        let (plugin, schema) = self.linked_bytes(settings, component)?;
        plugin.described(schema)
    }

    /// The plugin of `settings` with nothing but its `config-schema`, for a plugin that describes
    /// itself only with a configuration.
    ///
    /// # Errors
    /// The file is not a plugin.
    pub fn outline(&self, settings: &MetricSettings) -> Result<Plugin, LoadError> {
        let (mut plugin, config_schema) = self.linked(settings)?;
        plugin.descriptor = Arc::new(Descriptor { config_schema, ..Descriptor::default() });
        Ok(plugin)
    }

    /// The plugin without its description, and the schema of its configuration.
    fn linked(&self, settings: &MetricSettings) -> Result<(Plugin, String), LoadError> {
        let path = &settings.plugin;
        let bytes = component::read(path)
            .map_err(|error| LoadError::Unreadable { path: path.clone(), error })?;
        self.linked_bytes(settings, &bytes)
    }

    fn linked_bytes(
        &self,
        settings: &MetricSettings,
        bytes: &[u8],
    ) -> Result<(Plugin, String), LoadError> {
        let path = &settings.plugin;
        let digest = digest_of(bytes);
        if settings.sha256.as_ref().is_some_and(|pinned| *pinned != digest.to_string()) {
            return Err(LoadError::OtherDigest { path: path.clone(), found: digest });
        }
        let component = self.compiled(settings, bytes, digest)?;
        let imports = self.imports(settings, &component)?;
        let linked = self.link(path, &component, &imports)?;
        let config: Arc<str> = settings.config.to_string().into();
        let plugin = Plugin {
            linked: Arc::new(linked),
            settings: Arc::new(settings.clone()),
            config,
            descriptor: Arc::new(Descriptor::default()),
            digest,
            file_bytes: bytes.len(),
            memory_bytes_max: settings.memory_bytes_max.unwrap_or_else(|| memory_for(&imports)),
            imports: imports.into(),
            has_failed: Arc::default(),
        };
        let call = "config-schema";
        let schema = Instance::config_schema(&plugin).map_err(|error| LoadError::Call {
            path: path.clone(),
            call,
            error,
        })?;
        Ok((plugin, schema))
    }

    /// The component of `bytes`, compiled once.
    fn compiled(
        &self,
        settings: &MetricSettings,
        bytes: &[u8],
        digest: Digest,
    ) -> Result<Component, LoadError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(compiled.entry(digest).or_default());
        drop(compiled);
        if let Some(component) = slot.get() {
            return Ok(component.clone());
        }
        let path = &settings.plugin;
        // Byte 4 on is the version and the layer: layer 0 is a core module.
        if bytes.starts_with(b"\0asm\x01\0\0\0") {
            return Err(LoadError::CoreModule(path.clone()));
        }
        if Engine::detect_precompiled(bytes).is_some() {
            return Err(LoadError::Precompiled(path.clone()));
        }
        let component = match &self.within {
            Some(within) => self.compile_within(within, settings, bytes, digest, &slot)?,
            None => self.compile(path, bytes)?,
        };
        Ok(slot.get_or_init(|| component).clone())
    }

    /// Compiles in a process that has limits, unless that was done before.
    fn compile_within(
        &self,
        within: &Within,
        settings: &MetricSettings,
        bytes: &[u8],
        digest: Digest,
        slot: &OnceLock<Component>,
    ) -> Result<Component, LoadError> {
        let path = &settings.plugin;
        let mark = cache::mark(&within.folder, digest, &self.engine);
        if within.temporary.is_some() || !mark.is_file() {
            let _turn = within.turn.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(component) = slot.get() {
                return Ok(component.clone());
            }
            let limits = CompileLimits::of(settings, bytes.len());
            match within.compiler.compile(bytes, limits, &within.folder) {
                Verdict::Compiled => cache::keep(&mark),
                Verdict::Invalid(reason) => {
                    return Err(LoadError::Invalid { path: path.clone(), reason });
                }
                Verdict::Fault(fault) => {
                    let bytes = bytes.len();
                    return Err(LoadError::NotCompiled { path: path.clone(), bytes, fault });
                }
            }
        }
        self.compile(path, bytes)
    }

    fn compile(&self, path: &Path, bytes: &[u8]) -> Result<Component, LoadError> {
        Component::new(&self.engine, bytes).map_err(|error| LoadError::Invalid {
            path: path.to_path_buf(),
            reason: one_line(&error),
        })
    }

    /// The imports of the component, if the sandbox gives all of them.
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
    ) -> Result<Linked, LoadError> {
        let contract = |error: wasmtime::Error| LoadError::Contract {
            path: path.to_path_buf(),
            reason: one_line(&error),
        };
        let mut linker = Linker::new(&self.engine);
        Metric::add_to_linker::<_, HasSelf<HostState>>(&mut linker, |state| state)
            .map_err(contract)?;
        inert::define(&mut linker, component, imports).map_err(contract)?;
        let pre = linker.instantiate_pre(component).map_err(contract)?;
        let metric = MetricIndices::new(&pre).map_err(contract)?;
        let optional = OptionalIndices::of(&pre, CONTRACT).map_err(contract)?;
        Ok(Linked { pre, metric, optional, clock: self.clock.clone() })
    }
}

/// The memory limit of a component with these imports, in bytes: a language runtime needs more.
fn memory_for(imports: &[String]) -> usize {
    let has_runtime = imports.iter().any(|import| inert::has(import));
    if has_runtime { 256 << 20 } else { 64 << 20 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_with_a_language_runtime_may_have_more_memory() {
        let imports = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let log = "streamgauge:metric/log@0.3.0";
        assert_eq!(memory_for(&[]), 64 << 20);
        assert_eq!(memory_for(&imports(&[log])), 64 << 20);
        assert_eq!(memory_for(&imports(&[log, "wasi:io/poll@0.2.6"])), 256 << 20);
    }
}
