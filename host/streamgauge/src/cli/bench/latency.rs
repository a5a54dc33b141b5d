//! `streamgauge bench latency`: how old an event is when a page has it. Events with the time of day
//! in them go through a broker at a steady rate; a page reads updates and takes the clock of each:
//! an update brings all events between the event time of the one before and its own. So the age of
//! each event is known without looking into the pipeline.

mod ages;
mod steady;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use clap::Args;
use serde_json::json;
use streamgauge_pipeline::Pipeline;

use self::ages::Ages;
use self::steady::SteadyProducer;
use super::figures::{Figures, FiguresArgs};
use super::page::Page;
use super::running::{PipelineFolder, Running};
use super::shop::{component, users};
use crate::cli::failure::Failure;

/// How long a pipeline has to take in every key once.
const WARM_LIMIT: Duration = Duration::from_mins(2);

/// How long the pipeline then runs at the steady rate before it is measured.
const SETTLE: Duration = Duration::from_secs(10);

/// How often the pipeline is asked whether all keys were read.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How old an event is when a page has it.
#[derive(Args, Debug)]
pub(super) struct LatencyArgs {
    /// The brokers, `host:port`, comma-separated. Each case makes a topic of its own there, which
    /// stays.
    #[arg(long, default_value = "127.0.0.1:9092")]
    brokers: String,

    /// How many keys the metric counts by in each case; all are seen before it is measured.
    #[arg(
        long, value_delimiter = ',', default_values_t = [100, 1_000_000],
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    keys: Vec<u32>,

    /// Events per second.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,

    /// `[publish] every` and `[batch] max_delay`.
    #[arg(long, default_value = "20ms")]
    every: String,

    /// The updates a second that the page asks for.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    hz: u32,

    /// How many seconds each case is measured.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// The component of the metric `count_by`.
    #[arg(long, value_name = "FILE", default_value = "target/plugins/count_by.wasm")]
    plugin: PathBuf,

    #[command(flatten)]
    figures: FiguresArgs,
}

pub(super) fn latency(args: &LatencyArgs) -> Result<(), Failure> {
    let LatencyArgs { keys, rate, every, hz, seconds, .. } = args;
    let settings =
        json!({ "keys": keys, "rate": rate, "every": every, "hz": hz, "seconds": seconds });
    let mut figures = Figures::new("latency", settings, &args.figures)?;
    let plugin = component(&args.plugin, "--plugin names the component of `count_by`")?;
    for keys in keys {
        figures.row(format!("{keys} keys"), case(args, *keys, &plugin)?);
    }
    figures.finish()
}

fn case(args: &LatencyArgs, keys: u32, plugin: &Path) -> Result<[(&'static str, f64); 3], Failure> {
    let topic = format!("streamgauge-bench-latency-{}", Utc::now().timestamp_millis());
    let folder = PipelineFolder::new(&pipeline(args, &topic, plugin))?;
    let (settings, _) = Pipeline::load(&folder.file())?;
    tracing::info!("{keys} keys, topic `{topic}` on {}", args.brokers);
    let mut producer = SteadyProducer::start(&settings.source, keys, args.rate)?;
    let running = folder.run()?;
    wait_for(&running, &mut producer, keys)?;
    thread::sleep(SETTLE);
    let mut page = Page::open(running.address()?, args.hz)?;
    let (begun, mut ages) = (Instant::now(), Ages::default());
    while begun.elapsed() < Duration::from_secs(args.seconds.into()) {
        let update = page.next()?;
        ages.update(Utc::now().timestamp_millis(), update.as_str());
        producer.check()?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    producer.stop()?;
    if ages.updates() == 0 {
        return Err(Failure::failed("no update brought an event"));
    }
    Ok([
        ("p50 ms", ages.quantile(0.5)),
        ("p99 ms", ages.quantile(0.99)),
        ("updates/s", f64::from(ages.updates()) / seconds),
    ])
}

/// Waits until every key was read.
fn wait_for(running: &Running, producer: &mut SteadyProducer, keys: u32) -> Result<(), Failure> {
    let begun = Instant::now();
    while running.look()?.read() < f64::from(keys) {
        producer.check()?;
        if begun.elapsed() > WARM_LIMIT {
            let limit = WARM_LIMIT.as_secs();
            return Err(Failure::failed(format!("{keys} keys were not read within {limit} s")));
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// One metric that counts by user.
fn pipeline(args: &LatencyArgs, topic: &str, plugin: &Path) -> String {
    let LatencyArgs { every, hz, .. } = args;
    let brokers = toml::Value::from(args.brokers.as_str());
    let users = users(plugin);
    format!(
        "version = 1
name = \"bench latency\"
workers = 1

[source.kafka]
brokers = {brokers}
topic = \"{topic}\"

[source.kafka.librdkafka]
\"fetch.queue.backoff.ms\" = \"2\"
\"linger.ms\" = \"2\"

[schema]
ts = \"timestamp\"
user_id = \"text\"

[event_time]
field = \"ts\"
unit = \"ms\"
bound = \"1s\"

[batch]
max_delay = \"{every}\"

[publish]
every = \"{every}\"

{users}
[server]
max_hz = {hz}
"
    )
}
