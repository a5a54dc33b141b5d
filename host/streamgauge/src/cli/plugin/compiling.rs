//! What compiling the component of a command may take.

use std::time::Duration;

use clap::Args;
use streamgauge_pipeline::{MetricSettings, duration_of, size_of};

/// The limits of compiling, which otherwise grow with the file.
#[derive(Args, Debug)]
pub(super) struct Compiling {
    /// Processor time that compiling may take, as in 60s; by default 5 s and 3 s for each MiB.
    #[arg(long, value_name = "DURATION", value_parser = duration_of)]
    compile_time_max: Option<Duration>,

    /// Memory that compiling may take, as in 1GiB; by default 192 MiB and 24 MiB for each MiB.
    #[arg(long, value_name = "SIZE", value_parser = size_of)]
    compile_memory_max: Option<u64>,
}

impl Compiling {
    /// `settings` within these limits.
    pub(super) fn within(&self, settings: MetricSettings) -> MetricSettings {
        MetricSettings {
            compile_time_max: self.compile_time_max,
            compile_memory_max: self.compile_memory_max,
            ..settings
        }
    }
}
