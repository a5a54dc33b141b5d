//! `streamgauge reload`: the pipeline that runs takes over its file and its plugins as they are now.

use std::path::Path;

use clap::Args;

use super::config::Config;
use super::failure::Failure;
use super::output::print_out;
use super::running::RunningHost;

/// Let the pipeline that runs take over its file and its plugins as they are now. The whole is
/// checked first; if anything is wrong, the pipeline runs on as it was.
#[derive(Args, Debug)]
pub(super) struct ReloadArgs {
    #[command(flatten)]
    config: Config,
}

impl ReloadArgs {
    pub(super) fn config(&self) -> &Path {
        &self.config.config
    }
}

pub(super) fn reload(args: &ReloadArgs) -> Result<(), Failure> {
    let host = RunningHost::of(&args.config)?;
    print_out(host.act("reload")?.message)
}
