//! `cargo xtask bench`: events per second from a real broker, beside a loop on the same client
//! library that only counts messages. The broker runs on one core, the program on another, and
//! both programs take turns, so that the ratio means something on a noisy machine.

mod clients;
mod curves;
pub(crate) mod instructions;
mod latency;
mod plugins;
mod state;
mod usage;

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    build, example, host, http, kafka,
    process::{self, Owned},
    setup,
    step::{silent_step, step},
    workspace::Workspace,
};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    of: Option<Of>,
    /// How many events, such as 5M.
    #[arg(long, default_value = "5M")]
    events: String,
    /// How many partitions.
    #[arg(long, default_value_t = 1)]
    partitions: u16,
    /// How often each program runs.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// The broker's port; one that runs there already is used and left running.
    #[arg(long, default_value_t = 9092)]
    port: u16,
}

#[derive(clap::Subcommand)]
enum Of {
    /// What open pages cost the host, and whether slow ones hold up the others; no broker.
    Clients(clients::Args),
    /// How the cost of an event grows with keys, windows and metrics, drawn as SVG; no broker.
    Curves(curves::Args),
    /// What an event costs in instructions, and a publication and a checkpoint; no broker.
    Instructions(instructions::Args),
    /// How old an event is when a page has it.
    Latency(latency::Args),
    /// What a metric with many keys costs; no broker.
    State(state::Args),
    /// What a row costs in each metric of the library, as a Markdown table; no broker.
    Plugins {
        /// Further components, measured like the library metric whose name is in theirs.
        files: Vec<PathBuf>,
    },
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

/// One run of one program.
struct Measured {
    events_per_second: f64,
    peak_resident_mb: f64,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    match &args.of {
        Some(Of::Clients(args)) => return clients::command(workspace, args),
        Some(Of::Curves(args)) => return curves::command(workspace, args),
        Some(Of::Instructions(args)) => return instructions::command(workspace, args),
        Some(Of::Latency(args)) => return latency::command(workspace, args),
        Some(Of::State(args)) => return state::command(workspace, args),
        Some(Of::Plugins { files }) => return plugins::command(workspace, files),
        None => {}
    }
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    let yardstick = step("the yardstick", || example::build(workspace, example::BARE_CONSUMER))?;
    let broker = kafka::Running::start(workspace, args.port)?;
    pin_process(broker.pid(), 0)?;
    let bench = Bench::new(workspace, args, yardstick)?;
    silent_step(&format!("{} events are produced", args.events), || bench.produce(args))?;
    let mut runs: [Vec<Measured>; 2] = Default::default();
    for round in 1..=args.rounds {
        let bare = bench.bare().context("the counting loop")?;
        let host = bench.host().context("streamgauge")?;
        println!(
            "round {round}: counting only {:.2} M/s, {:.0} MB; streamgauge {:.2} M/s, {:.0} MB",
            bare.events_per_second / 1e6,
            bare.peak_resident_mb,
            host.events_per_second / 1e6,
            host.peak_resident_mb
        );
        runs[0].push(bare);
        runs[1].push(host);
    }
    let [bare, host] = runs.map(|runs| {
        let rates: Vec<f64> = runs.iter().map(|run| run.events_per_second).collect();
        median(&rates)
    });
    println!("median: counting only {:.2} M/s, streamgauge {:.2} M/s", bare / 1e6, host / 1e6);
    println!("ratio: {:.2}", host / bare);
    Ok(())
}

/// The topic and the pipeline of this benchmark.
struct Bench<'a> {
    workspace: &'a Workspace,
    /// The program of the loop that only counts.
    yardstick: PathBuf,
    folder: PathBuf,
    brokers: String,
    topic: String,
}

impl<'a> Bench<'a> {
    fn new(workspace: &'a Workspace, args: &Args, yardstick: PathBuf) -> Result<Self> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let topic = format!("bench-{}", since.as_millis());
        let brokers = format!("127.0.0.1:{}", args.port);
        let folder = workspace.target().join("bench");
        fs::create_dir_all(&folder).context("could not make target/bench")?;
        host::write_pipeline(workspace, &folder, &brokers, &topic)?;
        Ok(Self { workspace, yardstick, folder, brokers, topic })
    }

    fn produce(&self, args: &Args) -> Result<()> {
        let mut command = Command::new(self.workspace.binary());
        command.current_dir(&self.folder).args(["produce", "--generate", &args.events]);
        process::run_quietly(command.args(["--partitions", &args.partitions.to_string()]))
    }

    fn bare(&self) -> Result<Measured> {
        let mut command = pinned(1);
        let document = measure(command.arg(&self.yardstick).args([&self.brokers, &self.topic]))?;
        Self::measured(&document.0, &document.0["records"], document.1)
    }

    fn host(&self) -> Result<Measured> {
        let state = self.folder.join("state");
        if state.exists() {
            fs::remove_dir_all(state).context("could not remove the former state")?;
        }
        let mut command = pinned(1);
        command.arg(self.workspace.binary()).args(["run", "--until-end", "--json"]);
        let document = measure(command.current_dir(&self.folder))?;
        Self::measured(&document.0["run"], &document.0["accounting"]["read"], document.1)
    }

    fn measured(run: &Value, records: &Value, peak_resident_mb: f64) -> Result<Measured> {
        let seconds = run["consume_seconds"].as_f64().context("no `consume_seconds`")?;
        let records = records.as_f64().context("no number of records")?;
        Ok(Measured { events_per_second: records / seconds, peak_resident_mb })
    }
}

/// A command whose program, given as its first argument, runs on one core only.
fn pinned(core: u32) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &core.to_string()]);
    command
}

/// Puts all threads of a running process on one core.
fn pin_process(pid: u32, core: u32) -> Result<()> {
    let (core, pid) = (core.to_string(), pid.to_string());
    process::run_quietly(Command::new("taskset").args(["-a", "-p", "-c", &core, &pid]))
}

/// Runs a program to its end: the JSON that it printed, and its peak of resident memory in MB.
fn measure(command: &mut Command) -> Result<(Value, f64)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let child = command.spawn().map_err(|error| process::not_started(command, error))?;
    let mut child = Owned(child);
    let status = PathBuf::from(format!("/proc/{}/status", child.0.id()));
    let mut output = child.0.stdout.take().context("standard output is piped")?;
    let reader = std::thread::spawn(move || std::io::read_to_string(&mut output));
    let mut peak = 0.0;
    while matches!(child.0.try_wait(), Ok(None)) {
        peak = resident_peak_mb(&status).unwrap_or(peak);
        std::thread::sleep(process::POLL);
    }
    let ended = child.0.wait().context("could not wait for the program")?;
    ensure!(ended.success(), "it failed ({ended})");
    let text = reader.join().expect("reading does not panic").context("could not read it")?;
    Ok((serde_json::from_str(&text).context("it did not print JSON")?, peak))
}

/// `VmHWM` of a process.
fn resident_peak_mb(status: &PathBuf) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_of_this_very_process_is_read() {
        let peak = resident_peak_mb(&PathBuf::from("/proc/self/status"));
        assert!(peak.is_some_and(|peak| peak > 0.5), "{peak:?}");
    }
}
