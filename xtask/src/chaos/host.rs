//! The host of the demo, which does not live long.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::Chaos;
use crate::{
    http,
    process::{self, Owned},
};

/// The longest time for a start.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The pause between two questions to a starting host, whose start takes milliseconds.
const LOOK_EVERY: Duration = Duration::from_millis(5);

const STATUS: &str = "/api/v1/status";

/// A running host whose page can be asked for.
pub(super) struct Host {
    child: Owned,
    address: SocketAddr,
    log: PathBuf,
    serving_after: Duration,
}

/// `listen`, with any free port in the place of 0: the page must stay where it is.
pub(super) fn fixed(listen: SocketAddr) -> Result<SocketAddr> {
    if listen.port() != 0 {
        return Ok(listen);
    }
    let listener = TcpListener::bind(listen).context("no port is free")?;
    listener.local_addr().context("no port is free")
}

impl Host {
    /// Starts the host and waits until its page answers.
    pub(super) fn start(chaos: &Chaos<'_>, listen: SocketAddr) -> Result<Self> {
        let begun = Instant::now();
        let mut command = chaos.program("host")?;
        command.args(["run", "--listen", &listen.to_string()]);
        if chaos.args.public {
            command.arg("--public");
        }
        let child = command.spawn().map_err(|error| process::not_started(&command, error))?;
        let mut host = Self {
            child: Owned(child),
            address: listen,
            log: chaos.folder.join("host.log"),
            serving_after: Duration::ZERO,
        };
        while host.get(STATUS).is_err() {
            host.ensure_running()?;
            ensure!(!chaos.is_interrupted(), "interrupted");
            ensure!(begun.elapsed() < START_LIMIT, "the page does not answer");
            thread::sleep(LOOK_EVERY);
        }
        host.serving_after = begun.elapsed();
        Ok(host)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From its start to the first answer of its page.
    pub(super) fn serving_after(&self) -> Duration {
        self.serving_after
    }

    /// A document of the page.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        let text = http::get(self.address, path)?;
        serde_json::from_str(&text).with_context(|| format!("{path} is not JSON"))
    }

    /// Records that are counted.
    pub(super) fn read(&self) -> Result<u64> {
        read(&self.get(STATUS)?).context("the status has no accounting")
    }

    /// Records in the state that it took up, or moments later.
    pub(super) fn recovered(&self) -> Result<u64> {
        let begun = Instant::now();
        loop {
            let status = self.get(STATUS)?;
            let is_restored = status["partitions"].as_array().is_some_and(|list| !list.is_empty());
            if is_restored {
                return read(&status).context("the status has no accounting");
            }
            ensure!(begun.elapsed() < START_LIMIT, "the host does not take up its state");
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Fails if the host ended by itself.
    pub(super) fn ensure_running(&mut self) -> Result<()> {
        let ended = self.child.0.try_wait().context("could not ask for the host")?;
        let Some(status) = ended else { return Ok(()) };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        bail!("the host ended ({status}): {last}\n  hint: its log is {}", self.log.display())
    }

    /// Ends the host by SIGKILL, so that nothing is stored.
    pub(super) fn kill(mut self) -> Result<()> {
        self.child.0.kill().context("could not kill the host")?;
        self.child.0.wait().context("could not wait for the host's end")?;
        Ok(())
    }
}

fn read(status: &Value) -> Option<u64> {
    status["accounting"]["read"].as_u64()
}
