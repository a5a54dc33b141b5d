//! What a compilation may take, and how the process that compiles tells its end.

use std::time::Duration;

use streamgauge_pipeline::MetricSettings;

pub(super) const MIB: u64 = 1 << 20;

/// What compiling may take where the metric does not say it: so much, and so much for each MiB.
/// Components of the three languages need half of it on a slow machine.
const TIME: Duration = Duration::from_secs(5);
const TIME_PER_MIB: Duration = Duration::from_secs(3);
const MEMORY: u64 = 192 * MIB;
const MEMORY_PER_MIB: u64 = 24 * MIB;

/// Compiling that has waited for the processor for so many times its limit is ended as well.
const WAITS_MAX: u32 = 20;

/// What a compilation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// The processor time of all threads together.
    pub time_max: Duration,
    /// The memory that is not a file's, in bytes.
    pub memory_bytes_max: u64,
}

impl CompileLimits {
    /// The limits of a component of `bytes` bytes, as the metric sets them or by the size.
    pub(crate) fn of(settings: &MetricSettings, bytes: usize) -> Self {
        let by_size = Self::by_size(bytes as u64);
        Self {
            time_max: settings.compile_time_max.unwrap_or(by_size.time_max),
            memory_bytes_max: settings.compile_memory_max.unwrap_or(by_size.memory_bytes_max),
        }
    }

    /// Whole seconds, because the system counts in them.
    pub(super) fn by_size(bytes: u64) -> Self {
        let millis = TIME.as_millis() as u64 + TIME_PER_MIB.as_millis() as u64 * bytes / MIB;
        Self {
            time_max: Duration::from_secs(millis.div_ceil(1000)),
            memory_bytes_max: MEMORY + bytes * MEMORY_PER_MIB / MIB,
        }
    }

    pub(super) fn wait_max(self) -> Duration {
        self.time_max * WAITS_MAX
    }
}

/// How the process tells its end.
pub(super) mod exit {
    pub(in crate::compile) const COMPILED: u8 = 0;
    pub(in crate::compile) const INVALID: u8 = 10;
    pub(in crate::compile) const NO_MEMORY: u8 = 11;
    pub(in crate::compile) const STARVED: u8 = 12;
}

/// True for the words in which the allocator, the parts of the compiler, the threads and the system
/// tell that memory is out.
pub(super) fn is_of_memory(words: &str) -> bool {
    [
        "memory allocation of ",
        "out-of-memory",
        "out of memory",
        "Cannot allocate memory",
        "Resource temporarily unavailable",
    ]
    .iter()
    .any(|known| words.contains(known))
}
