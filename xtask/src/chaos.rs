//! `cargo xtask demo --chaos`: the whole promise in thirty seconds. A real broker, events at a
//! steady rate, the page, and a `kill -9` for the host every few seconds; at the end the page's
//! numbers are held against a count by another program.
//!
//! Everything is in `target/chaos`, runs on ports of its own, and ends with the command, also by
//! Ctrl-C.

mod host;
mod recount;
mod verdict;

use std::{
    fs::{self, File},
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Parser;
use serde_json::Value;
use signal_hook::consts::{SIGINT, SIGTERM};

use self::{host::Host, recount::Recount};
use crate::{
    build, kafka,
    process::{self, Owned, POLL},
    setup,
    step::{grouped, step},
    workspace::Workspace,
};

/// The topic of the demo.
const TOPIC: &str = "chaos";

/// The longest time for the host to read the rest once nothing more is sent.
const CATCH_UP_LIMIT: Duration = Duration::from_mins(1);

/// Kills the host again and again under load, and recounts everything.
#[derive(Parser)]
#[command(bin_name = "cargo xtask demo --chaos")]
pub(crate) struct Args {
    /// How long events are sent.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Events per second.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rate: u64,
    /// So many seconds lie between a start of the host and its end by `kill -9`.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// How many partitions the topic has.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    partitions: u16,
    /// Where the page is.
    #[arg(long, default_value = "127.0.0.1:5001")]
    listen: SocketAddr,
    /// Let other computers see it without a token.
    #[arg(long)]
    public: bool,
}

/// The parts of the demo.
struct Chaos<'a> {
    workspace: &'a Workspace,
    args: Args,
    folder: PathBuf,
    broker: kafka::Own,
    interrupted: Arc<AtomicBool>,
}

/// `cargo xtask demo --chaos`.
pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    let words = std::iter::once("chaos").chain(args.iter().map(String::as_str));
    let args = Args::parse_from(words);
    let scopes = [setup::Scope::Build, setup::Scope::Broker];
    setup::ensure(workspace, &scopes, setup::Consent::Root)?;
    build::all(workspace)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))
            .context("could not listen for signals")?;
    }
    let folder = workspace.target().join("chaos");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("could not remove target/chaos")?;
    }
    let broker = kafka::Own::start(workspace, folder.join("kafka"))?;
    let chaos = Chaos { workspace, args, folder, broker, interrupted };
    let done = chaos.run();
    if chaos.is_interrupted() {
        bail!("interrupted; host, events and broker are ended");
    }
    done
}

impl Chaos<'_> {
    fn run(&self) -> Result<()> {
        self.write_pipeline()?;
        let listen = host::fixed(self.args.listen)?;
        let host = Host::start(self, listen)?;
        println!("\nthe page: http://{listen}; it reconnects by itself. Ctrl-C ends everything.");
        println!(
            "{} events/s for {} s, kill -9 every {} s\n",
            grouped(self.args.rate),
            self.args.seconds,
            self.args.every
        );
        let mut producer = self.produce()?;
        let host = self.kill_while(&mut producer, host)?;
        let sent = self.acknowledged(&mut producer)?;
        let result = self.last_result(&host, sent)?;
        drop(host);
        let recount = step("the second opinion reads the topic", || self.recount())?;
        verdict::print(&result, &recount)
    }

    /// Kills the host again and again until all events are sent; the last one lives on.
    fn kill_while(&self, producer: &mut Owned, mut host: Host) -> Result<Host> {
        let begun = Instant::now();
        let every = Duration::from_secs(self.args.every);
        let mut next_kill = begun + every;
        while matches!(producer.0.try_wait(), Ok(None)) {
            ensure!(!self.is_interrupted(), "interrupted");
            host.ensure_running()?;
            if Instant::now() >= next_kill {
                host = self.kill(host, begun)?;
                next_kill = Instant::now() + every;
            }
            std::thread::sleep(POLL);
        }
        println!("{:>5.1} s  all events are sent", begun.elapsed().as_secs_f64());
        Ok(host)
    }

    /// SIGKILL, and the next start at once.
    fn kill(&self, host: Host, begun: Instant) -> Result<Host> {
        let (listen, read) = (host.address(), host.read().unwrap_or(0));
        let at = begun.elapsed().as_secs_f64();
        host.kill()?;
        let host = Host::start(self, listen)?;
        let recovered = host.recovered()?;
        println!(
            "{at:>5.1} s  kill -9 at {} records; the page is back after {} ms, from {} records on",
            grouped(read),
            host.serving_after().as_millis(),
            grouped(recovered)
        );
        Ok(host)
    }

    /// Waits until all `sent` records are counted, and gives the result.
    fn last_result(&self, host: &Host, sent: u64) -> Result<Value> {
        let is_done = || self.is_interrupted() || host.read().is_ok_and(|read| read >= sent);
        let in_time = process::wait_until(CATCH_UP_LIMIT, is_done);
        ensure!(!self.is_interrupted(), "interrupted");
        ensure!(in_time, "the host has not read everything after {CATCH_UP_LIMIT:?}");
        host.get("/api/v1/snapshot")
    }

    /// The default pipeline with this broker, this topic and a state of its own.
    fn write_pipeline(&self) -> Result<()> {
        let brokers = self.broker.address();
        crate::host::write_pipeline(self.workspace, &self.folder, &brokers, TOPIC)
    }

    /// A command of the host's program, apart from the terminal's signals, with its output kept.
    fn program(&self, name: &str) -> Result<Command> {
        let file = |kind: &str| {
            let path = self.folder.join(format!("{name}.{kind}"));
            File::options().create(true).append(true).open(path).context("could not make a file")
        };
        let mut command = Command::new(self.workspace.binary());
        command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(file("out")?)
            .stderr(file("log")?)
            .process_group(0);
        Ok(command)
    }

    fn produce(&self) -> Result<Owned> {
        let Args { seconds, rate, partitions, .. } = &self.args;
        let mut command = self.program("produce")?;
        command.args(["produce", "--generate", &(rate * seconds).to_string()]);
        command.args(["--rate", &rate.to_string(), "--partitions", &partitions.to_string()]);
        command.args(["--key", "user_id", "--json"]);
        let child = command.spawn().map_err(|error| process::not_started(&command, error))?;
        Ok(Owned(child))
    }

    /// The number of events that the broker has, as the producer reports it.
    fn acknowledged(&self, producer: &mut Owned) -> Result<u64> {
        let ended = producer.0.wait().context("could not wait for the events")?;
        let log = self.folder.join("produce.log");
        ensure!(ended.success(), "the events were not sent\n  hint: see {}", log.display());
        let report = fs::read_to_string(self.folder.join("produce.out"))
            .context("could not read the producer's report")?;
        let report: Value = serde_json::from_str(&report).context("its report is not JSON")?;
        report["acknowledged"].as_u64().context("its report has no `acknowledged`")
    }

    fn recount(&self) -> Result<Recount> {
        let mut recount = Recount::default();
        self.broker.for_each_record(TOPIC, |record| recount.count(record))?;
        Ok(recount)
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
