//! A plugin that was loaded into the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use streamgauge_core::{Digest, digest_of};
use streamgauge_pipeline::MetricSettings;
use wasmtime::component::InstancePre;

use super::bindings::MetricIndices;
use super::descriptor::Descriptor;
use super::epoch::EpochClock;
use super::host_state::HostState;
use super::instance::OptionalIndices;

/// A component with what the sandbox gives it, and the places of its calls.
pub(super) struct Linked {
    pub(super) pre: InstancePre<HostState>,
    pub(super) metric: MetricIndices,
    pub(super) optional: OptionalIndices,
    /// That of the engine.
    pub(super) clock: EpochClock,
}

/// A loaded and checked plugin, ready to be instantiated for each worker.
#[derive(Clone)]
pub struct Plugin {
    pub(super) linked: Arc<Linked>,
    pub(super) settings: Arc<MetricSettings>,
    pub(super) config: Arc<str>,
    pub(super) descriptor: Arc<Descriptor>,
    pub(super) digest: Digest,
    pub(super) file_bytes: usize,
    pub(super) memory_bytes_max: usize,
    pub(super) imports: Arc<[String]>,
    pub(super) has_failed: Arc<AtomicBool>,
}

impl Plugin {
    /// The plugin's description of itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The settings of the metric that the plugin was loaded for.
    pub fn settings(&self) -> &MetricSettings {
        &self.settings
    }

    /// The SHA-256 of the file.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// A digest of the file and of the limits, under other ones of which a metric that stopped may
    /// go on.
    pub fn conditions(&self) -> Digest {
        let (memory, snapshot) = (self.memory_bytes_max, self.snapshot_bytes_max());
        let time = self.settings.time_max;
        digest_of(format!("{} {memory} {snapshot} {time:?}", self.digest).as_bytes())
    }

    /// The size of the file, in bytes.
    pub fn file_bytes(&self) -> usize {
        self.file_bytes
    }

    /// The most linear memory that an instance may have, in bytes.
    pub fn memory_bytes_max(&self) -> usize {
        self.memory_bytes_max
    }

    /// The most bytes that the snapshots of an instance may take together.
    pub fn snapshot_bytes_max(&self) -> usize {
        self.settings.snapshot_bytes_max.unwrap_or(self.memory_bytes_max)
    }

    /// The imports of the component, all of which the sandbox gives.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// True for the first of all workers that asks: a failure that meets each of them is told once.
    pub fn is_first_failure(&self) -> bool {
        !self.has_failed.swap(true, Ordering::Relaxed)
    }

    /// `[metric.config]` as JSON text.
    pub(super) fn config(&self) -> &str {
        &self.config
    }
}
