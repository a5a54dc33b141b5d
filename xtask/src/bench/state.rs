//! `cargo xtask bench state`: what a metric with many keys costs. A host counts generated events at a
//! steady rate by the text column `user_id`, of which there are as many values as asked for; cases
//! take turns, each with a host of its own, and begin to be measured when the keys were seen for
//! a while. The threads are told apart: what the stream waits for is the worker alone.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{
    empty_folder, events_read, median, status,
    usage::{self, Usage},
};
use crate::{build, host, process::Owned, setup, step::silent_step, workspace::Workspace};

/// The threads that are told of.
const THREADS: [&str; 5] = ["worker-0", "publisher", "results", "compactor", "checkpointer"];

#[derive(clap::Args)]
pub(super) struct Args {
    /// How many keys there are in each case.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 10_000, 1_000_000])]
    keys: Vec<u32>,
    /// The windows of the metric, as in `pipeline.toml`.
    #[arg(long, value_delimiter = ',', default_value = "cumulative")]
    windows: Vec<String>,
    /// Events per second that the host counts, or `max`.
    #[arg(long, default_value = "100000")]
    rate: String,
    /// How long a host runs before it is measured.
    #[arg(long, default_value_t = 40)]
    warm: u32,
    /// How long each turn is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// How many turns each case gets.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Print JSON in place of a table.
    #[arg(long)]
    json: bool,
}

/// A host during one turn.
struct Turn {
    events_per_second: f64,
    /// By thread, % of one core.
    percent: BTreeMap<String, f64>,
    latency_p99_ms: f64,
    checkpoint_bytes: f64,
    resident_mb: f64,
}

/// What a host has used and counted up to a moment.
struct Look {
    at: Instant,
    read: u64,
    /// By thread, in seconds.
    cpu: BTreeMap<String, f64>,
    status: Value,
}

/// `cargo xtask bench state`.
pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    build::all(workspace)?;
    let mut cases: Vec<Vec<Turn>> = args.keys.iter().map(|_| Vec::new()).collect();
    for round in 1..=args.rounds {
        for (keys, case) in args.keys.iter().zip(&mut cases) {
            silent_step(&format!("round {round}: {keys} keys"), || {
                case.push(turn(workspace, args, *keys)?);
                Ok(())
            })?;
        }
    }
    if args.json {
        let of =
            |(keys, turns): (&u32, &Vec<Turn>)| json!({ "keys": keys, "values": values(turns) });
        println!("{}", args.keys.iter().zip(&cases).map(of).collect::<Value>());
        return Ok(());
    }
    let heads: Vec<&str> = values(&cases[0]).into_keys().collect();
    println!("| keys | {} |", heads.join(" | "));
    println!("|{}", "--:|".repeat(heads.len() + 1));
    for (keys, turns) in args.keys.iter().zip(&cases) {
        let cells = values(turns).into_values().map(|value| format!("{value:.1}"));
        println!("| {keys} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}

/// The medians of a case, each with its name.
fn values(turns: &[Turn]) -> BTreeMap<&'static str, f64> {
    let median = |of: &dyn Fn(&Turn) -> f64| median(&turns.iter().map(of).collect::<Vec<_>>());
    let mut values: BTreeMap<&'static str, f64> = THREADS
        .into_iter()
        .map(|name| (name, median(&|turn| turn.percent.get(name).copied().unwrap_or(0.0))))
        .collect();
    let worker = |turn: &Turn| turn.percent.get(THREADS[0]).copied().unwrap_or(0.0);
    values.insert("worker ns/event", median(&|t| worker(t) * 1e7 / t.events_per_second));
    values.insert("events/s", median(&|turn| turn.events_per_second));
    values.insert("p99 ms", median(&|turn| turn.latency_p99_ms));
    values.insert("checkpoint kB", median(&|turn| turn.checkpoint_bytes / 1e3));
    values.insert("resident MB", median(&|turn| turn.resident_mb));
    values
}

fn turn(workspace: &Workspace, args: &Args, keys: u32) -> Result<Turn> {
    let folder = empty_folder(workspace, "bench-state")?;
    fs::write(folder.join("pipeline.toml"), pipeline(args, keys)).context("could not write")?;
    let mut command = Command::new(workspace.binary());
    command.args(["run", "--listen", "127.0.0.1:0"]).current_dir(folder);
    let (host, address) = host::start(&mut command)?;
    thread::sleep(Duration::from_secs(args.warm.into()));
    let before = Look::at(&host, address)?;
    thread::sleep(Duration::from_secs(args.seconds.into()));
    let after = Look::at(&host, address)?;
    let seconds = (after.at - before.at).as_secs_f64();
    let used = |(name, cpu): (&String, &f64)| {
        let before = before.cpu.get(name).copied().unwrap_or(0.0);
        (name.clone(), (cpu - before) / seconds * 100.0)
    };
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    Ok(Turn {
        events_per_second: (after.read - before.read) as f64 / seconds,
        percent: after.cpu.iter().map(used).collect(),
        latency_p99_ms: number(&after.status["latency_p99_ms"]),
        checkpoint_bytes: number(&after.status["checkpoint"]["bytes"]),
        resident_mb: Usage::of(&host)?.resident_kb / 1024.0,
    })
}

impl Look {
    fn at(host: &Owned, address: SocketAddr) -> Result<Self> {
        let status = status(address)?;
        let (read, cpu) = (events_read(&status)?, usage::of_threads(host)?);
        Ok(Self { at: Instant::now(), read, cpu, status })
    }
}

/// One metric that counts by user, beside nothing else.
fn pipeline(args: &Args, keys: u32) -> String {
    let rate = if args.rate == "max" { "\"max\"" } else { args.rate.as_str() };
    let windows: Vec<String> = args.windows.iter().map(|window| format!("{window:?}")).collect();
    let windows = windows.join(", ");
    format!(
        "version = 1
name = \"bench state\"
workers = 1

[source.generator]
rate = {rate}
users = {keys}
season = 1000000

[schema]
user_id = \"text\"
month = \"unsigned\"
day = \"unsigned\"

[event_time]
month = \"month\"
day = \"day\"
year = 2015
zone = \"Asia/Shanghai\"
bound = \"300s\"

[dead_letters.file]
path = \"letters.jsonl\"

[checkpoint]
every = \"1s\"

[[metric]]
id = \"users\"
plugin = \"../plugins/count_by.wasm\"
memory_max = \"1GiB\"
time_max = \"10s\"
windows = [{windows}]
columns = {{ value = \"user_id\" }}
"
    )
}
