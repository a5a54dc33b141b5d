//! `cargo xtask endurance`: pipelines under a limit of memory, each with another kind of input or of
//! clients, for longer than the checks have time for. Memory must be flat.

use anyhow::Result;

use crate::{build, e2e, process, setup, step::step, torture::TEST, workspace::Workspace};

/// As many as there are runs: most of the time they wait.
const SIDE_BY_SIDE: &str = "--test-threads=6";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long each pipeline runs.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(2..=1440))]
    minutes: u64,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    let scopes = [setup::Scope::Build, setup::Scope::Broker];
    setup::ensure(workspace, &scopes, setup::Consent::Root)?;
    step("plugins", || build::plugins(workspace))?;
    let mut cargo = e2e::command(workspace, &[e2e::test(&workspace.packages()?, TEST)?])?;
    cargo
        .args(["memory::", "--", "--nocapture", SIDE_BY_SIDE])
        .env("STREAMGAUGE_MEMORY_SECONDS", (args.minutes * 60).to_string());
    process::run(&mut cargo)
}
