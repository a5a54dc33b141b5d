//! `cargo xtask shots`: screenshots of the page over a running demo, for people to look at.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::{
    build::{self, page},
    http,
    process::{self, Owned},
    setup,
    step::{silent_step, step},
    workspace::Workspace,
};

const SERVING_LIMIT: Duration = Duration::from_secs(30);
const MOVING_LIMIT: Duration = Duration::from_mins(1);
/// So many times the number of events must be seen to grow, a second apart.
const GROWTH_SEEN_MIN: u32 = 4;

/// `cargo xtask shots`.
pub(crate) fn command(workspace: &Workspace) -> Result<()> {
    let scopes = [setup::Scope::Build, setup::Scope::Test];
    setup::ensure(workspace, &scopes, setup::Consent::Root)?;
    build::all(workspace)?;
    let (host, address) = step("the demo starts", || start(workspace))?;
    silent_step("its figures move", || wait_until_moving(address))?;
    let shots = workspace.target().join("shots");
    step("screenshots", || {
        let mut npm = page::npm(workspace);
        npm.args(["run", "shots", "--"]).arg(&shots).env("SHOTS_URL", format!("http://{address}"));
        if let Some(browser) = setup::chromium() {
            npm.env("CHROMIUM", browser);
        }
        process::run(&mut npm)
    })?;
    drop(host);
    println!("screenshots are in {}", shots.display());
    Ok(())
}

/// Starts the demo on a port of its choice and learns that from what it prints.
fn start(workspace: &Workspace) -> Result<(Owned, SocketAddr)> {
    let mut command = Command::new(workspace.binary());
    command
        .args(["demo", "--listen", "127.0.0.1:0"])
        .current_dir(workspace.root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| process::not_started(&command, error))?;
    let mut host = Owned(child);
    let (sender, lines) = channel();
    forward(host.0.stdout.take().context("standard output is piped")?, sender.clone());
    forward(host.0.stderr.take().context("standard error is piped")?, sender);
    Ok((host, first_address(&lines)?))
}

/// Shows what the host prints, and reads on to the end so that the host never waits for a reader.
fn forward(stream: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            eprintln!("    | {line}");
            // Nobody listens any more once the address is known.
            let _ = lines.send(line);
        }
    });
}

fn first_address(lines: &Receiver<String>) -> Result<SocketAddr> {
    let end = Instant::now() + SERVING_LIMIT;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let Ok(line) = lines.recv_timeout(left) else {
            bail!("the demo did not print its address\n  hint: what it printed stands above");
        };
        if let Some(address) = address_in(&line) {
            return Ok(address);
        }
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
    rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ':']).parse().ok()
}

fn wait_until_moving(address: SocketAddr) -> Result<()> {
    let mut grown = 0;
    let mut last = 0;
    let mut looked = Instant::now();
    let moving = process::wait_until(MOVING_LIMIT, || {
        if looked.elapsed() < Duration::from_secs(1) {
            return false;
        }
        looked = Instant::now();
        let read = http::get(address, "/api/v1/snapshot").ok().and_then(|body| events_read(&body));
        if let Some(read) = read.filter(|&read| read > last) {
            grown += 1;
            last = read;
        }
        grown >= GROWTH_SEEN_MIN
    });
    ensure!(moving, "the demo's figures do not move\n  hint: what it printed stands above");
    Ok(())
}

fn events_read(snapshot: &str) -> Option<u64> {
    let snapshot: Value = serde_json::from_str(snapshot).ok()?;
    snapshot["accounting"]["read"].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_what_the_host_prints() {
        let expected = Some(SocketAddr::from(([127, 0, 0, 1], 5001)));
        for line in [
            "http://127.0.0.1:5001",
            "  打开 http://127.0.0.1:5001/ 查看",
            "\u{1b}[1mhttp://127.0.0.1:5001\u{1b}[0m",
            "serving at http://127.0.0.1:5001.",
        ] {
            assert_eq!(address_in(line), expected, "{line}");
        }
        assert_eq!(address_in("loading plugins"), None);
    }

    #[test]
    fn the_number_of_events_is_read_from_a_snapshot() {
        assert_eq!(events_read(r#"{"accounting":{"read":20000}}"#), Some(20_000));
        assert_eq!(events_read("placeholder"), None);
    }
}
