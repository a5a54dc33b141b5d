//! `cargo xtask bench workers`: how much faster a topic is counted with more workers, over few and
//! many partitions, drawn as SVG beside the ideal.

use std::{fmt::Write as _, fs, process::Command};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::drawing::{Line, svg};
use crate::{build, kafka, process, setup, step::silent_step, workspace::Workspace};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The broker's port; one that runs there already is used and left running.
    #[arg(long, default_value_t = 9092)]
    port: u16,
    /// How many workers count.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    workers: Vec<u64>,
    /// How many partitions the topics have.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 64])]
    partitions: Vec<u32>,
    /// How many events each topic gets.
    #[arg(long, default_value_t = 4_000_000)]
    events: u64,
    /// How many turns each number of workers gets; the figures are medians.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// For how many seconds a turn reads the topic.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Draw into the folder docs/curves, and not below target.
    #[arg(long)]
    keep: bool,
}

/// What a number of workers came to.
#[derive(Clone, Copy)]
struct Rate {
    workers: u64,
    million_events: f64,
    resident_mb: f64,
}

pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    let _broker = kafka::Running::start(workspace, args.port)?;
    let ideal = args.workers.iter().map(|&workers| (workers, workers as f64)).collect();
    let mut lines = vec![Line { name: Some("ideal".to_owned()), points: ideal, is_ideal: true }];
    let mut table = "| partitions | workers | events/s | to one worker | memory, peak |\n\
         |--:|--:|--:|--:|--:|\n"
        .to_owned();
    for partitions in &args.partitions {
        let title = format!("{partitions} partitions");
        let rates = silent_step(&title, || measure(workspace, args, *partitions))?;
        let first =
            rates.first().map_or(f64::NAN, |rate| rate.million_events / rate.workers as f64);
        let faster = |rate: &Rate| rate.million_events / first;
        for rate in &rates {
            let Rate { workers, million_events, resident_mb } = rate;
            let _ = writeln!(
                table,
                "| {partitions} | {workers} | {million_events:.2} M | {:.2} | {resident_mb:.0} MB |",
                faster(rate)
            );
        }
        let name = if *partitions == 1 { "partition" } else { "partitions" };
        lines.push(Line {
            name: Some(format!("{partitions} {name}")),
            points: rates.iter().map(|rate| (rate.workers, faster(rate))).collect(),
            is_ideal: false,
        });
    }
    print!("{table}");
    let folder = workspace.root().join(if args.keep { "docs/curves" } else { "target/curves" });
    fs::create_dir_all(&folder).context("could not make the folder of the curves")?;
    let file = folder.join("workers.svg");
    fs::write(&file, svg(&lines)).with_context(|| format!("could not write {}", file.display()))
}

/// Lets the numbers of workers take turns on a topic of its own.
fn measure(workspace: &Workspace, args: &Args, partitions: u32) -> Result<Vec<Rate>> {
    let workers: Vec<_> = args.workers.iter().map(u64::to_string).collect();
    let mut command = Command::new(workspace.binary());
    command.current_dir(workspace.root()).args(["bench", "kafka", "--json", "--only", "run-own"]);
    command.args(["--brokers", &format!("127.0.0.1:{}", args.port)]);
    command.args(["--partitions", &partitions.to_string(), "--workers", &workers.join(",")]);
    command.args(["--events", &args.events.to_string(), "--rounds", &args.rounds.to_string()]);
    command.args(["--seconds", &args.seconds.to_string()]);
    let text = process::output(&mut command)?;
    let told: Value = serde_json::from_str(&text).context("the figures are not JSON")?;
    let cases = told["cases"].as_array().context("there are no figures")?;
    let rate = |(case, workers): (&Value, &u64)| {
        let figure = |name: &str| {
            case["figures"][name].as_f64().with_context(|| format!("there is no \"{name}\""))
        };
        Ok(Rate {
            workers: *workers,
            million_events: figure("M events/s")?,
            resident_mb: figure("resident at the peak, MB")?,
        })
    };
    cases.iter().zip(&args.workers).map(rate).collect()
}
