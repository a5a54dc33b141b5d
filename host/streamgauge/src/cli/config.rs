//! The option that names the pipeline of a command.

use std::path::PathBuf;

/// The pipeline that a command works on.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Config {
    /// The pipeline file, with settings and metrics.
    #[arg(short, long, value_name = "FILE", default_value = "pipeline.toml")]
    pub(super) config: PathBuf,
}
