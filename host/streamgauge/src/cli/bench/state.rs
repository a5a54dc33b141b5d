//! `streamgauge bench state`: what a metric with many keys costs. A pipeline of its own counts
//! generated events at a steady rate by the text column `user_id`, of which there are as many values
//! as asked for; cases take turns, each with a process of its own, and are measured once the keys
//! were seen for a while. Threads are told apart: what the stream waits for is the worker alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::used::Used;
use crate::cli::failure::Failure;
use crate::cli::output::print_out;
use crate::run::announce::Announcement;

/// The threads that are told of.
const THREADS: [&str; 5] = ["worker-0", "publisher", "results", "compactor", "checkpointer"];

/// The longest wait for a pipeline to serve.
const SERVING_LIMIT: Duration = Duration::from_mins(1);

/// What a metric with many keys costs, thread by thread.
#[derive(Args, Debug)]
pub(super) struct StateArgs {
    /// How many keys there are in each case.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 10_000, 1_000_000])]
    keys: Vec<u32>,

    /// The windows of the metric, as in `pipeline.toml`.
    #[arg(long, value_delimiter = ',', default_value = "cumulative")]
    windows: Vec<String>,

    /// How the events are spread over the keys: `zipf` (few have most of them) or `even`.
    #[arg(long, default_value = "zipf", value_parser = ["zipf", "even"])]
    skew: String,

    /// Events per second, or `max`.
    #[arg(long, default_value = "100000")]
    rate: String,

    /// Seconds that a case runs before it is measured.
    #[arg(long, default_value_t = 40)]
    warm: u32,

    /// Seconds that each turn is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// How many turns each case gets; the figures are medians, those over the first case of the
    /// differences to its turn of the same round.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// The component of the metric `count_by`.
    #[arg(long, value_name = "FILE", default_value = "target/plugins/count_by.wasm")]
    plugin: PathBuf,

    /// Print JSON in place of a table.
    #[arg(long)]
    json: bool,
}

/// A pipeline during one turn.
struct Turn {
    events_per_second: f64,
    /// By thread, % of one core.
    percent: BTreeMap<String, f64>,
    latency_p99_ms: f64,
    /// Of the worker's time, a mean over each second.
    publish_percents: Vec<f64>,
    publish_every_ms: f64,
    checkpoint_bytes: f64,
    resident_mb: f64,
}

pub(super) fn state(args: &StateArgs) -> Result<(), Failure> {
    let plugin = args.plugin.canonicalize().map_err(|error| {
        let file = args.plugin.display();
        Failure::usage(format!(
            "plugin {file} cannot be read: {error}; hint: --plugin names the component of `count_by`"
        ))
    })?;
    let mut cases: Vec<Vec<Turn>> = args.keys.iter().map(|_| Vec::new()).collect();
    for round in 1..=args.rounds {
        for (keys, case) in args.keys.iter().zip(&mut cases) {
            let seconds = args.warm + args.seconds;
            tracing::info!("round {round} of {}: {keys} keys, {seconds} s", args.rounds);
            case.push(turn(args, *keys, &plugin)?);
        }
    }
    let figures: Vec<_> = cases.iter().map(|turns| values(turns, &cases[0])).collect();
    let figures = || args.keys.iter().zip(&figures);
    if args.json {
        let of = |(keys, values)| json!({ "keys": keys, "values": values });
        return print_out(figures().map(of).collect::<Value>());
    }
    let heads: Vec<&str> =
        figures().take(1).flat_map(|(_, values)| values.keys().copied()).collect();
    let mut table = format!("| keys | {} |\n", heads.join(" | "));
    let _ = writeln!(table, "|{}", "--:|".repeat(heads.len() + 1));
    for (keys, values) in figures() {
        let cells = values.values().map(|value| format!("{value:.1}"));
        let _ = writeln!(table, "| {keys} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    print_out(table)
}

impl Turn {
    /// Of one core, in percent.
    fn thread(&self, name: &str) -> f64 {
        self.percent.get(name).copied().unwrap_or(0.0)
    }

    fn worker_ns(&self) -> f64 {
        self.thread(THREADS[0]) * 1e7 / self.events_per_second
    }
}

/// The medians of a case, each with its name, and of what it costs over the turns of `first`.
fn values(turns: &[Turn], first: &[Turn]) -> BTreeMap<&'static str, f64> {
    let of_turns = |of: &dyn Fn(&Turn) -> f64| median(turns.iter().map(of).collect());
    let mut values: BTreeMap<&'static str, f64> =
        THREADS.into_iter().map(|name| (name, of_turns(&|turn| turn.thread(name)))).collect();
    values.insert("worker ns/event", of_turns(&Turn::worker_ns));
    let over = turns.iter().zip(first).map(|(turn, first)| turn.worker_ns() - first.worker_ns());
    values.insert("worker ns over the first", median(over.collect()));
    values.insert("events/s", of_turns(&|turn| turn.events_per_second));
    values.insert("p99 ms", of_turns(&|turn| turn.latency_p99_ms));
    values.insert("publish %", of_turns(&|turn| mean(&turn.publish_percents)));
    values.insert("published every ms", of_turns(&|turn| turn.publish_every_ms));
    values.insert("checkpoint kB", of_turns(&|turn| turn.checkpoint_bytes / 1e3));
    values.insert("resident MB", of_turns(&|turn| turn.resident_mb));
    values
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn turn(args: &StateArgs, keys: u32, plugin: &Path) -> Result<Turn, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("no temporary folder can be made: {error}")))?;
    let running = Running::start(folder.path(), &pipeline(args, keys, plugin))?;
    thread::sleep(Duration::from_secs(args.warm.into()));
    let before = running.look()?;
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let (mut after, mut publish_percents) = (running.look()?, Vec::new());
    for _ in 0..args.seconds {
        thread::sleep(Duration::from_secs(1));
        after = running.look()?;
        publish_percents.push(number(&after.status["stages"]["publish"]) * 100.0);
    }
    let seconds = (after.at - before.at).as_secs_f64();
    let used = |(name, cpu): (&String, &f64)| {
        let before = before.used.cpu.get(name).copied().unwrap_or(0.0);
        (name.clone(), (cpu - before) / seconds * 100.0)
    };
    let read = |look: &Look| number(&look.status["accounting"]["read"]);
    Ok(Turn {
        events_per_second: (read(&after) - read(&before)) / seconds,
        percent: after.used.cpu.iter().map(used).collect(),
        latency_p99_ms: number(&after.status["latency_p99_ms"]),
        publish_percents,
        publish_every_ms: number(&after.status["publish_every_ms"]),
        checkpoint_bytes: number(&after.status["checkpoint"]["bytes"]),
        resident_mb: after.used.resident_mb,
    })
}

/// What a pipeline has used and counted up to a moment.
struct Look {
    at: Instant,
    used: Used,
    status: Value,
}

/// A pipeline in a process of its own, which ends with this value.
struct Running {
    child: Child,
    folder: PathBuf,
}

impl Running {
    fn start(folder: &Path, pipeline: &str) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::failed(format!("no pipeline runs: {error}"));
        fs::write(folder.join("pipeline.toml"), pipeline).map_err(failed)?;
        let log = File::create(folder.join("log")).map_err(failed)?;
        let own = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(own);
        command.args(["run", "--listen", "127.0.0.1:0"]).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().map_err(failed)?;
        let mut running = Self { child, folder: folder.to_owned() };
        let begun = Instant::now();
        while running.look().is_err() {
            let has_ended = !matches!(running.child.try_wait(), Ok(None));
            if has_ended || begun.elapsed() > SERVING_LIMIT {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(Failure::failed(format!("the pipeline does not run:\n{log}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(running)
    }

    fn look(&self) -> Result<Look, Failure> {
        let status = || {
            let announced = Announcement::read(&self.folder.join("state"))?;
            let answer = announced.get("status", "").ok()?;
            serde_json::from_str(&answer.body).ok()
        };
        let status = status().ok_or_else(|| Failure::failed("the pipeline does not answer"))?;
        let used = Used::by(self.child.id());
        let used =
            used.map_err(|error| Failure::failed(format!("its use is not known: {error}")))?;
        Ok(Look { at: Instant::now(), used, status })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What it counted is thrown away with its folder.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One metric that counts by user, beside nothing else.
fn pipeline(args: &StateArgs, keys: u32, plugin: &Path) -> String {
    let rate = if args.rate == "max" { "\"max\"" } else { args.rate.as_str() };
    let windows: Vec<String> = args.windows.iter().map(|window| format!("{window:?}")).collect();
    let (windows, skew, plugin) = (windows.join(", "), &args.skew, plugin.display());
    format!(
        "version = 1
name = \"bench state\"
workers = 1

[source.generator]
rate = {rate}
users = {keys}
skew = \"{skew}\"
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
plugin = \"{plugin}\"
memory_max = \"1GiB\"
time_max = \"10s\"
windows = [{windows}]
columns = {{ value = \"user_id\" }}
"
    )
}
