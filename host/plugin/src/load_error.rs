//! The reasons why a file is not loaded as a plugin, each with its remedy and the setting at fault.

use std::io::ErrorKind;
use std::path::PathBuf;

use streamgauge_core::Digest;
use thiserror::Error;

use super::bindings::CONTRACT;
use super::call_error::CallError;
use super::compile::CompileFault;
use super::config::ConfigFault;
use super::inert;

/// The reason why a file is not a plugin.
#[derive(Debug, Error)]
pub enum LoadError {
    /// No such file, or not readable.
    #[error("plugin {} could not be read: {error}", path.display())]
    Unreadable {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The error of the operating system.
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
        /// The path in the metric's settings.
        path: PathBuf,
        /// The words of the Wasm engine.
        reason: String,
    },
    /// Compiling took more than it may.
    #[error("plugin {} of {} KiB was not compiled: {fault}", path.display(), bytes.div_ceil(1024))]
    NotCompiled {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The size of the file.
        bytes: usize,
        /// The limit, or the failure.
        fault: CompileFault,
    },
    /// The component imports something that the sandbox does not give.
    #[error("plugin {} imports `{import}`, which the sandbox does not give", path.display())]
    ForeignImport {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The first such import.
        import: String,
    },
    /// The component lacks something that the contract asks for.
    #[error("plugin {} does not fulfil contract streamgauge:metric@{CONTRACT}: {reason}", path.display())]
    Contract {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The missing part of the contract.
        reason: String,
    },
    /// The configuration does not match the plugin's schema.
    #[error("plugin {} does not take its configuration: {}", path.display(), listed(faults))]
    Config {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The mistakes, each with its key.
        faults: Vec<ConfigFault>,
    },
    /// The schema of its configuration is none, or costs too much to check.
    #[error("the `config-schema` of plugin {} is not usable: {reason}", path.display())]
    Schema {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The keyword and the reason.
        reason: String,
    },
    /// The plugin could not describe or open itself.
    #[error("plugin {} failed at {call}: {error}", path.display())]
    Call {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The function that the host called.
        call: &'static str,
        /// The failure of the call.
        error: CallError,
    },
    /// The file is not the one that the pipeline pins.
    #[error("plugin {} has the SHA-256 {found}, not the one that is pinned", path.display())]
    OtherDigest {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The digest of the file found.
        found: Digest,
    },
    /// `[metric.columns]` names what the plugin does not read.
    #[error("plugin {} has no input `{input}`; it reads {known}", path.display())]
    UnknownInput {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The name in `[metric.columns]`.
        input: String,
        /// The names of the plugin's inputs.
        known: String,
    },
    /// The plugin's description of itself makes no sense.
    #[error("plugin {} describes itself wrongly: {reason}", path.display())]
    Descriptor {
        /// The path in the metric's settings.
        path: PathBuf,
        /// The contradiction in the description.
        reason: String,
    },
}

impl LoadError {
    /// The remedy, as a step for the user.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { error, .. } if error.kind() == ErrorKind::FileTooLarge => {
                "name the component itself, without what is only for debugging"
            }
            Self::Unreadable { .. } => {
                "correct the path (it is relative to the pipeline file), or build the plugin with `streamgauge plugin build FOLDER`"
            }
            Self::CoreModule(_) => {
                "link it with `wasm-component-ld`, as .cargo/config.toml of this project does"
            }
            Self::NotCompiled { fault: CompileFault::Time(_), .. } => {
                "raise `compile_time_max` of this metric (`--compile-time-max` of `plugin` commands), or make the plugin smaller"
            }
            Self::NotCompiled { fault: CompileFault::Memory(_), .. } => {
                "raise `compile_memory_max` of this metric (`--compile-memory-max` of `plugin` commands), or make the plugin smaller"
            }
            Self::NotCompiled { .. } => {
                "try again when the machine is less busy; a component that does it every time is not to be trusted"
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
            Self::Schema { .. } => {
                "its author can mend it: a plain table of `properties`, references only as `#/…`, few patterns, and few schemas that meet at one value"
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

    /// True if the component is in order, but not with this configuration.
    pub fn is_of_config(&self) -> bool {
        matches!(self, Self::Config { .. } | Self::Call { error: CallError::Refused(_), .. })
    }

    /// The setting of the metric that is at fault, as a path below `[[metric]]`. `config` is the
    /// metric's configuration: a plugin that refuses its configuration names the key in backticks.
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

fn listed(faults: &[ConfigFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
