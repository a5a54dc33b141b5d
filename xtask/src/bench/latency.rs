//! `cargo xtask bench latency`: how old an event is when a page has it. Events with the time of day
//! in them go through a real broker at a steady rate; a client reads updates as a page does and takes
//! the clock of each: an update brings all events between the event time of the one before and its
//! own. So the age of each event is known without looking into the host.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, ensure};

use super::{clients::Socket, empty_folder, events_read, status};
use crate::{
    build, example, host, kafka,
    process::{self, Owned},
    setup,
    step::{silent_step, step},
    workspace::Workspace,
};

/// How long a host has to take in every key once.
const WARM_LIMIT: Duration = Duration::from_mins(2);

/// How long it then runs at the steady rate before it is measured.
const SETTLE: Duration = Duration::from_secs(10);

/// Into how many ages the events of one update are parted.
const PARTS: u32 = 16;

#[derive(clap::Args)]
pub(super) struct Args {
    /// How many keys the metric counts by in each case; all are seen before it is measured.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000_000])]
    keys: Vec<u32>,
    /// Events per second.
    #[arg(long, default_value_t = 100_000)]
    rate: u32,
    /// `[publish] every` and `[batch] max_delay`.
    #[arg(long, default_value = "20ms")]
    every: String,
    /// The updates a second that the client asks for.
    #[arg(long, default_value_t = 50)]
    hz: u32,
    /// How long each case is measured.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// The broker's port; one that runs there already is used and left running.
    #[arg(long, default_value_t = 9092)]
    port: u16,
}

/// `cargo xtask bench latency`.
pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    let program = step("the producer", || example::build(workspace, example::STEADY_PRODUCER))?;
    let _broker = kafka::Running::start(workspace, args.port)?;
    let mut cases = Vec::new();
    for keys in &args.keys {
        silent_step(&format!("{keys} keys"), || {
            cases.push(case((workspace, &program), args, *keys)?);
            Ok(())
        })?;
    }
    println!("| keys | p50, ms | p99, ms | updates/s |\n|--:|--:|--:|--:|");
    for (keys, case) in args.keys.iter().zip(cases) {
        let Case { p50, p99, updates_per_second } = case;
        println!("| {keys} | {p50:.0} | {p99:.0} | {updates_per_second:.1} |");
    }
    Ok(())
}

struct Case {
    p50: f64,
    p99: f64,
    updates_per_second: f64,
}

fn case((workspace, program): (&Workspace, &Path), args: &Args, keys: u32) -> Result<Case> {
    let folder = empty_folder(workspace, "bench-latency")?;
    let topic = format!("latency-{}", now_ms());
    fs::write(folder.join("pipeline.toml"), pipeline(args, &topic)).context("could not write")?;
    // That makes the topic.
    let mut first = Command::new(workspace.binary());
    first.args(["produce", "--generate", "1", "--partitions", "1"]).current_dir(&folder);
    process::run_quietly(&mut first)?;
    let _producer = producer(program, args, &topic, keys)?;
    let mut command = Command::new(workspace.binary());
    command.args(["run", "--listen", "127.0.0.1:0"]).current_dir(&folder);
    let (_host, address) = host::start(&mut command)?;
    let all_seen = || status(address).and_then(|status| events_read(&status));
    let all_seen = || all_seen().is_ok_and(|read| read >= u64::from(keys));
    ensure!(process::wait_until(WARM_LIMIT, all_seen), "the keys were not read in two minutes");
    thread::sleep(SETTLE);
    let mut socket = Socket::open(address, args.hz, None)?;
    let (begun, mut former, mut ages, mut updates) = (Instant::now(), None, Vec::new(), 0_u32);
    while begun.elapsed() < Duration::from_secs(args.seconds.into()) {
        let message = socket.next()?;
        let received = now_ms();
        let Some(event_time) = message.is_update.then(|| event_time(&message.text)).flatten()
        else {
            continue;
        };
        if let Some(former) = former.replace(event_time)
            && former < event_time
        {
            updates += 1;
            let span = (event_time - former) as f64;
            ages.extend((0..PARTS).map(|part| {
                let age =
                    (received - former) as f64 - span * (f64::from(part) + 0.5) / f64::from(PARTS);
                (age, span / f64::from(PARTS))
            }));
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(updates > 0, "no update brought an event");
    Ok(Case {
        p50: quantile(&mut ages, 0.5),
        p99: quantile(&mut ages, 0.99),
        updates_per_second: f64::from(updates) / seconds,
    })
}

/// A program that sends every key, and returns once it has; then events at a steady rate, until it
/// is dropped.
fn producer(program: &Path, args: &Args, topic: &str, keys: u32) -> Result<Owned> {
    let mut command = Command::new(program);
    let brokers = format!("127.0.0.1:{}", args.port);
    command.args([&brokers, topic, &keys.to_string(), &args.rate.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let child = command.spawn().map_err(|error| process::not_started(&command, error))?;
    let mut producer = Owned(child);
    let output = producer.0.stdout.take().context("standard output is piped")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    ensure!(!line.is_empty(), "the producer ended; its reason stands above");
    Ok(producer)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as i64
}

/// The clock of an update: the largest event time in it.
fn event_time(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (_, after) = text.split_once("\"event_time\":")?;
    after[..after.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

/// The age below which this share of the events is; each age has its weight.
fn quantile(ages: &mut [(f64, f64)], share: f64) -> f64 {
    ages.sort_by(|one, other| one.0.total_cmp(&other.0));
    let all: f64 = ages.iter().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    let found = ages.iter().find(|(_, weight)| {
        below += weight;
        below >= all * share
    });
    found.map_or(f64::NAN, |(age, _)| *age)
}

fn pipeline(args: &Args, topic: &str) -> String {
    let Args { every, hz, port, .. } = args;
    format!(
        "version = 1
name = \"bench latency\"
workers = 1

[source.kafka]
brokers = \"127.0.0.1:{port}\"
topic = \"{topic}\"

[source.kafka.librdkafka]
\"fetch.queue.backoff.ms\" = \"2\"

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

[checkpoint]
every = \"1s\"

[[metric]]
id = \"users\"
plugin = \"../plugins/count_by.wasm\"
memory_max = \"1GiB\"
time_max = \"10s\"
columns = {{ value = \"user_id\" }}

[server]
max_hz = {hz}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_count_by_their_weight() {
        let mut ages = vec![(30.0, 1.0), (10.0, 98.0), (20.0, 1.0)];
        for (share, age) in [(0.5, 10.0), (0.985, 20.0), (1.0, 30.0)] {
            assert!((quantile(&mut ages, share) - age).abs() < 0.1, "{share}");
        }
    }

    #[test]
    fn the_clock_of_an_update_is_read() {
        let text =
            br#"{"t":"update","clock":{"now":3,"event_time":1447171200000,"watermark":null}}"#;
        assert_eq!(event_time(text), Some(1_447_171_200_000));
        assert_eq!(event_time(br#"{"t":"hb"}"#), None);
    }
}
