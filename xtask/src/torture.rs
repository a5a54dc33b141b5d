//! `cargo xtask torture`: the system test that disturbs host and broker at random, for longer than
//! the checks have time for. A difference is printed with its seed and its round, and the same
//! seed disturbs in the same way again.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::{build, e2e, process, setup, step::step, workspace::Workspace};

/// The test target that the torture is part of.
pub(crate) const TEST: &str = "system";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many rounds; one state goes through all of them.
    #[arg(long, default_value_t = 10)]
    rounds: u64,
    /// How many users the records have; one of the metrics counts by them.
    #[arg(long, default_value_t = 20_000, conflicts_with = "changes")]
    users: u32,
    /// Changes the pipeline so many times at random instead, under load and with kills.
    #[arg(long)]
    changes: Option<u64>,
    /// The records that flow meanwhile.
    #[arg(long, default_value_t = 2_000_000, requires = "changes")]
    events: u64,
    /// The client that fetches records, `own` or `librdkafka`; that of a pipeline that names none
    /// unless set.
    #[arg(long)]
    fetch: Option<String>,
    /// What happens when; another one each time unless set.
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    let scopes = [setup::Scope::Build, setup::Scope::Broker];
    setup::ensure(workspace, &scopes, setup::Consent::Root)?;
    step("plugins", || build::plugins(workspace))?;
    let seed = args.seed.unwrap_or_else(seconds_since_1970);
    let mut cargo = e2e::command(workspace, &[e2e::test(&workspace.packages()?, TEST)?])?;
    if let Some(fetch) = &args.fetch {
        cargo.env("STREAMGAUGE_TEST_FETCH", fetch);
    }
    if let Some(changes) = args.changes {
        cargo
            .args(["changes::", "--", "--nocapture"])
            .env("STREAMGAUGE_CHANGES", changes.to_string())
            .env("STREAMGAUGE_CHANGES_EVENTS", args.events.to_string())
            .env("STREAMGAUGE_TORTURE_SEED", seed.to_string());
        return process::run(&mut cargo);
    }
    cargo
        .args(["torture::", "--", "--nocapture"])
        .env("STREAMGAUGE_TORTURE_ROUNDS", args.rounds.to_string())
        .env("STREAMGAUGE_TORTURE_USERS", args.users.to_string())
        .env("STREAMGAUGE_TORTURE_SEED", seed.to_string());
    process::run(&mut cargo)
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
