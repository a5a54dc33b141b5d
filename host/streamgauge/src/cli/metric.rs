//! `streamgauge metric`: metrics of the pipeline that runs.

use std::path::Path;

use clap::{Args, Subcommand};

use super::config::Config;
use super::failure::Failure;
use super::output::print_out;
use super::running::RunningHost;

/// Act on a metric of the pipeline that runs.
#[derive(Args, Debug)]
pub(super) struct MetricArgs {
    #[command(subcommand)]
    command: MetricCommand,
}

#[derive(Subcommand, Debug)]
enum MetricCommand {
    /// Let a metric that has stopped go on, after its plugin or its limits were mended.
    Resume {
        /// The id of the metric.
        id: String,

        /// Go on without the records that the log no longer holds; they are named in the status.
        #[arg(long)]
        accept_loss: bool,

        #[command(flatten)]
        config: Config,
    },
}

impl MetricArgs {
    pub(super) fn config(&self) -> &Path {
        let MetricCommand::Resume { config, .. } = &self.command;
        &config.config
    }
}

pub(super) fn metric(args: &MetricArgs) -> Result<(), Failure> {
    let MetricCommand::Resume { id, accept_loss, config } = &args.command;
    // Other characters are in no id, and would be another path.
    if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(Failure::usage(format!("`{id}` is no id of a metric")));
    }
    let host = RunningHost::of(config)?;
    let query = if *accept_loss { "?accept_loss=true" } else { "" };
    print_out(host.act(&format!("metrics/{id}/resume{query}"))?.message)
}
