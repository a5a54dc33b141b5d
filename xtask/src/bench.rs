//! `cargo xtask bench`: what the program costs. Some of it is measured by `streamgauge bench`, for
//! which this builds the program and starts a broker.

mod clients;
mod curves;
mod drawing;
pub(crate) mod instructions;
mod over_broker;
mod plugins;
mod state;
mod usage;
mod workers;

use std::{fs, net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{http, workspace::Workspace};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    of: Of,
}

#[derive(clap::Subcommand)]
enum Of {
    /// What open pages cost the host, and whether slow ones hold up the others; no broker.
    Clients(clients::Args),
    /// What one more column costs that a metric wants, and one more metric; no broker.
    Columns,
    /// How the cost of an event grows with keys, windows and metrics, drawn as SVG; no broker.
    Curves(curves::Args),
    /// What an event costs in instructions, and a publication and a checkpoint; no broker.
    Instructions(instructions::Args),
    /// Events per second from a real broker, beside loops that only read.
    Kafka(over_broker::Args),
    /// How old an event is when a page has it.
    Latency(over_broker::Args),
    /// What a metric with many keys costs; no broker.
    State(state::Args),
    /// What a row costs in each metric of the library, as a Markdown table; no broker.
    Plugins {
        /// Further components, measured like the library metric whose name is in theirs.
        files: Vec<PathBuf>,
    },
    /// How much faster more workers are, over few and many partitions, drawn as SVG.
    Workers(workers::Args),
}

/// An empty folder beside `target/plugins`.
fn empty_folder(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.target().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not empty target/{name}"))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("could not make target/{name}"))?;
    Ok(folder)
}

/// What a host says of itself.
fn status(address: SocketAddr) -> Result<Value> {
    serde_json::from_str(&http::get(address, "/api/v1/status")?).context("the status is not JSON")
}

/// How many events a host has counted by its `status`.
fn events_read(status: &Value) -> Result<u64> {
    status["accounting"]["read"].as_u64().context("the status has no accounting")
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    match &args.of {
        Of::Clients(args) => clients::command(workspace, args),
        Of::Columns => plugins::columns(workspace),
        Of::Curves(args) => curves::command(workspace, args),
        Of::Instructions(args) => instructions::command(workspace, args),
        Of::Kafka(args) => over_broker::kafka(workspace, args),
        Of::Latency(args) => over_broker::latency(workspace, args),
        Of::State(args) => state::command(workspace, args),
        Of::Plugins { files } => plugins::command(workspace, files),
        Of::Workers(args) => workers::command(workspace, args),
    }
}
