//! `streamgauge bench state`: what a metric with many keys costs. A pipeline of its own counts
//! generated events at a steady rate by the text column `user_id`, of which there are as many values
//! as asked for; cases take turns, each with a process of its own, and are measured once the keys
//! were seen for a while. Threads are told apart: what the stream waits for is the worker alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::figures::{Figures, FiguresArgs, median};
use super::running::{PipelineFolder, number};
use super::shop::{EVENT_TIME, component, users};
use crate::cli::failure::Failure;

/// The threads that are told of.
const THREADS: [&str; 5] = ["worker-0", "publisher", "results", "compactor", "checkpointer"];

/// The figures of these threads, each of one core.
const THREAD_FIGURES: [&str; 5] =
    ["worker %", "publisher %", "results %", "compactor %", "checkpointer %"];

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

    /// The share of late events. Keys that are seen late have counts of their own, so a state is
    /// whole only once each key was seen in both ways.
    #[arg(long, default_value_t = 0.02)]
    late: f64,

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

    #[command(flatten)]
    figures: FiguresArgs,
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
    let StateArgs { keys, windows, skew, late, rate, warm, seconds, .. } = args;
    let settings = json!({
        "keys": keys, "windows": windows, "skew": skew, "late": late, "rate": rate,
        "warm": warm, "seconds": seconds,
    });
    let mut figures = Figures::new("state", settings, &args.figures)?;
    let plugin = component(&args.plugin, "--plugin names the component of `count_by`")?;
    let mut cases: Vec<Vec<Turn>> = args.keys.iter().map(|_| Vec::new()).collect();
    for round in 1..=args.rounds {
        for (keys, case) in args.keys.iter().zip(&mut cases) {
            let seconds = args.warm + args.seconds;
            tracing::info!("round {round} of {}: {keys} keys, {seconds} s", args.rounds);
            case.push(turn(args, *keys, &plugin)?);
        }
    }
    for (keys, turns) in args.keys.iter().zip(&cases) {
        figures.row(format!("{keys} keys"), values(turns, &cases[0]));
    }
    figures.finish()
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
fn values(turns: &[Turn], first: &[Turn]) -> Vec<(&'static str, f64)> {
    let of_turns = |of: &dyn Fn(&Turn) -> f64| median(turns.iter().map(of));
    let threads = THREADS.into_iter().zip(THREAD_FIGURES);
    let mut values: Vec<_> =
        threads.map(|(thread, name)| (name, of_turns(&|turn| turn.thread(thread)))).collect();
    let over = turns.iter().zip(first).map(|(turn, first)| turn.worker_ns() - first.worker_ns());
    values.extend([
        ("worker ns/event", of_turns(&Turn::worker_ns)),
        ("worker ns/event over the first case", median(over)),
        ("events/s", of_turns(&|turn| turn.events_per_second)),
        ("latency p99 ms", of_turns(&|turn| turn.latency_p99_ms)),
        ("publish %", of_turns(&|turn| mean(&turn.publish_percents))),
        ("published every ms", of_turns(&|turn| turn.publish_every_ms)),
        ("checkpoint kB", of_turns(&|turn| turn.checkpoint_bytes / 1e3)),
        ("resident MB", of_turns(&|turn| turn.resident_mb)),
    ]);
    values
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn turn(args: &StateArgs, keys: u32, plugin: &Path) -> Result<Turn, Failure> {
    let folder = PipelineFolder::new(&pipeline(args, keys, plugin))?;
    let running = folder.run()?;
    thread::sleep(Duration::from_secs(args.warm.into()));
    let before = running.look()?;
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
    Ok(Turn {
        events_per_second: (after.read() - before.read()) / seconds,
        percent: after.used.cpu.iter().map(used).collect(),
        latency_p99_ms: number(&after.status["latency_p99_ms"]),
        publish_percents,
        publish_every_ms: number(&after.status["publish_every_ms"]),
        checkpoint_bytes: number(&after.status["checkpoint"]["bytes"]),
        resident_mb: after.used.resident_mb,
    })
}

/// One metric that counts by user, beside nothing else.
fn pipeline(args: &StateArgs, keys: u32, plugin: &Path) -> String {
    let rate = if args.rate == "max" { "\"max\"" } else { args.rate.as_str() };
    let windows: Vec<String> = args.windows.iter().map(|window| format!("{window:?}")).collect();
    let (windows, users) = (windows.join(", "), users(plugin));
    let StateArgs { skew, late, .. } = args;
    format!(
        "version = 1
name = \"bench state\"
workers = 1

[source.generator]
rate = {rate}
users = {keys}
skew = \"{skew}\"
late = {late:?}
season = 1000000

[schema]
user_id = \"text\"
month = \"unsigned\"
day = \"unsigned\"

{EVENT_TIME}
[dead_letters.file]
path = \"letters.jsonl\"

{users}windows = [{windows}]
"
    )
}
