//! `cargo xtask shots`: screenshots of the page over a running demo, for people to look at.

use std::{
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{
    build::{self, page},
    host, http,
    process::{self, Owned},
    setup,
    step::{silent_step, step},
    workspace::Workspace,
};

const MOVING_LIMIT: Duration = Duration::from_mins(1);
/// So many times the number of events must be seen to grow, a second apart.
const GROWTH_SEEN_MIN: u32 = 4;

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

/// Starts the demo on a port of its choice.
fn start(workspace: &Workspace) -> Result<(Owned, SocketAddr)> {
    let mut command = Command::new(workspace.binary());
    command.args(["demo", "--listen", "127.0.0.1:0"]).current_dir(workspace.root());
    host::start(&mut command)
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
    fn the_number_of_events_is_read_from_a_snapshot() {
        assert_eq!(events_read(r#"{"accounting":{"read":20000}}"#), Some(20_000));
        assert_eq!(events_read("placeholder"), None);
    }
}
