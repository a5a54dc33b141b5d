//! `cargo xtask bench clients`: the cost of open pages for the host. One host counts generated events at
//! a steady rate, first alone, then with pages that read as they should, then with some that read
//! too slowly; the three take turns, so that a noisy machine disturbs them alike.
//!
//! The pages are connections of this process, so the processor time of the host is its own. Memory
//! that the kernel keeps for each connection is not in the host's and not counted.

mod crowd;
mod socket;

use std::{
    fmt, fs,
    net::SocketAddr,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use self::crowd::{Crowd, Received};
use super::{empty_folder, events_read, median, status, usage::Usage};
use crate::{build, host, process::Owned, setup, step::silent_step, workspace::Workspace};

/// After a start or a change of the connections, before anything is measured.
const SETTLE: Duration = Duration::from_secs(3);

/// The most that all pages together may take of one core.
const CPU_PERCENT_MAX: f64 = 25.0;
/// The most memory that one page may take.
const CLIENT_KB_MAX: f64 = 200.0;
/// The fewest updates a second for a page that reads fast and asks for two.
const UPDATES_MIN: f64 = 1.8;
/// The least share of the events per second without pages that must be left with them.
const INGEST_MIN: f64 = 0.97;

#[derive(clap::Args)]
pub(super) struct Args {
    /// How many pages are open.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=256))]
    clients: u16,
    /// How many of them read one message a second only.
    #[arg(long, default_value_t = 10)]
    slow: u16,
    /// Events per second that the host counts meanwhile.
    #[arg(long, default_value_t = 20_000)]
    rate: u32,
    /// How long each turn is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// How many turns each case gets.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// One case, over all of its turns so far.
#[derive(Default)]
struct Case {
    cpu_percent: Vec<f64>,
    events_per_second: Vec<f64>,
    resident_kb: Vec<f64>,
    fast: Received,
    slow: Received,
}

/// `cargo xtask bench clients`.
pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    build::all(workspace)?;
    let (host, address) = start(workspace, args)?;
    thread::sleep(SETTLE);
    let slow = args.slow.min(args.clients);
    let crowds = [(0, 0), (args.clients - slow, 0), (args.clients - slow, slow)];
    let mut cases: [Case; 3] = Default::default();
    for round in 1..=args.rounds {
        for ((fast, slow), case) in crowds.into_iter().zip(&mut cases) {
            let title = format!("round {round}: {fast} fast and {slow} slow pages");
            let length = Duration::from_secs(args.seconds.into());
            silent_step(&title, || {
                case.turn(&host, address, Crowd::open(address, fast, slow)?, length)
            })?;
        }
    }
    drop(host);
    print(&crowds, &cases);
    Ok(())
}

/// Starts a host of its own, which generates events at a steady rate and keeps its state.
fn start(workspace: &Workspace, args: &Args) -> Result<(Owned, SocketAddr)> {
    let folder = empty_folder(workspace, "bench-clients")?;
    let text = fs::read_to_string(workspace.root().join("pipeline.toml"))
        .context("could not read pipeline.toml")?;
    fs::write(folder.join("pipeline.toml"), pipeline(&text, args.rate)?)
        .context("could not write a pipeline")?;
    let mut command = Command::new(workspace.binary());
    command.args(["run", "--listen", "127.0.0.1:0"]).current_dir(folder);
    host::start(&mut command)
}

/// The project's own pipeline with its source replaced.
fn pipeline(text: &str, rate: u32) -> Result<String> {
    let (head, rest) = text.split_once("[source.kafka]").context("no [source.kafka]")?;
    let (_, rest) = rest.split_once("[schema]").context("no [schema] after it")?;
    let rest = rest.replace("\"target/plugins/", "\"../plugins/");
    Ok(format!("{head}[source.generator]\nrate = {rate}\n\n[schema]{rest}"))
}

impl Case {
    /// Measures the host once more in this case.
    fn turn(
        &mut self,
        host: &Owned,
        address: SocketAddr,
        crowd: Crowd,
        length: Duration,
    ) -> Result<()> {
        thread::sleep(SETTLE);
        let (begun, before, read_before) = (Instant::now(), Usage::of(host)?, read(address)?);
        thread::sleep(length);
        let (ended, after, read_after) = (Instant::now(), Usage::of(host)?, read(address)?);
        let seconds = (ended - begun).as_secs_f64();
        self.cpu_percent.push((after.cpu_seconds - before.cpu_seconds) / seconds * 100.0);
        self.events_per_second.push((read_after - read_before) as f64 / seconds);
        self.resident_kb.push(after.resident_kb);
        crowd.close(begun..ended, &mut self.fast, &mut self.slow)
    }
}

/// How many events the host counted.
fn read(address: SocketAddr) -> Result<u64> {
    events_read(&status(address)?)
}

fn print(crowds: &[(u16, u16); 3], cases: &[Case; 3]) {
    let heads = crowds.map(|(fast, slow)| match (fast, slow) {
        (0, 0) => "alone".to_owned(),
        (fast, 0) => format!("{fast} fast"),
        (fast, slow) => format!("{fast} fast, {slow} slow"),
    });
    row("pages", heads);
    let each = |value: fn(&Case) -> Option<f64>, digits: usize| {
        cases
            .each_ref()
            .map(|case| value(case).map_or("–".to_owned(), |value| format!("{value:.digits$}")))
    };
    row("host, % of one core", each(|case| Some(median(&case.cpu_percent)), 1));
    row("host, MB resident", resident_kb(cases).map(|kb| format!("{:.1}", kb / 1024.0)));
    row("events/s counted", each(|case| Some(median(&case.events_per_second)), 0));
    row("updates/s of a fast page", each(|case| case.fast.per_second(), 2));
    row("  the slowest of them", each(|case| case.fast.per_second_min(), 2));
    row("  99 % of its gaps below, ms", each(|case| case.fast.gap_ms(0.99), 0));
    row("updates/s of a slow page", each(|case| case.slow.per_second(), 2));
    row("bytes of an update", each(|case| case.fast.bytes(), 0));
    println!();
    verdicts(crowds, cases);
}

fn row(title: &str, [alone, fast, mixed]: [impl fmt::Display; 3]) {
    println!("{title:<28} {alone:>10} {fast:>14} {mixed:>20}");
}

/// Before there was any page, and at most with pages: what was freed once may be kept for the
/// next ones, so later turns without pages tell nothing.
fn resident_kb([alone, fast, mixed]: &[Case; 3]) -> [f64; 3] {
    let most = |case: &Case| case.resident_kb.iter().copied().fold(0.0, f64::max);
    [alone.resident_kb[0], most(fast), most(mixed)]
}

fn verdicts(crowds: &[(u16, u16); 3], cases: &[Case; 3]) {
    let [alone, fast, mixed] = cases;
    let pages = f64::from(crowds[2].0 + crowds[2].1);
    let cpu = median(&mixed.cpu_percent) - median(&alone.cpu_percent);
    say("processor time of all pages, % of one core", cpu, cpu < CPU_PERCENT_MAX, "< 25");
    let [before, _, peak] = resident_kb(cases);
    let kilobytes = (peak - before) / pages;
    say("memory of a page, kB", kilobytes, kilobytes < CLIENT_KB_MAX, "< 200");
    for (title, case) in [("without slow ones", fast), ("beside slow ones", mixed)] {
        let updates = case.fast.per_second_min().unwrap_or(0.0);
        say(
            &format!("updates/s of every fast page {title}"),
            updates,
            updates >= UPDATES_MIN,
            "≥ 1.8",
        );
    }
    let kept = median(&mixed.events_per_second) / median(&alone.events_per_second);
    say("events/s beside those without pages", kept, kept >= INGEST_MIN, "≥ 0.97");
}

fn say(what: &str, value: f64, holds: bool, target: &str) {
    let verdict = if holds { "ok" } else { "MISSED" };
    println!("{what:<46} {value:>8.2}   target {target:<7} {verdict}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_pipeline_is_given_another_source() {
        let text = include_str!("../../../pipeline.toml");
        let made = pipeline(text, 123).expect("it has a source and a schema");
        assert!(made.contains("[source.generator]\nrate = 123\n\n[schema]\n"), "{made}");
        assert!(!made.contains("brokers ="), "{made}");
        assert!(made.contains("\"../plugins/age.wasm\""), "{made}");
    }
}
