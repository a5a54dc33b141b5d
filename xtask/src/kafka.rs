//! A real single-node Apache Kafka (`KRaft`) for trying things, and the jars for the tests.
//!
//! All files of the broker lie in `target/kafka`: the jars, the data, the log and the record of
//! the running process. The broker listens on the loopback address only.

mod archive;
mod broker;
mod jars;
mod properties;
mod record;
mod topic;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

pub(crate) use crate::kafka::archive::provide as provide_jars;
use crate::kafka::record::Record;
use crate::workspace::Workspace;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Starts the broker and waits until it is ready.
    Up(Up),
    /// Stops the broker; its data stays.
    Down {
        /// Delete its topics and all its other data too.
        #[arg(long)]
        wipe: bool,
    },
    /// Says whether the broker runs, and where.
    Status,
}

#[derive(clap::Args)]
pub(crate) struct Up {
    /// The port that clients connect to.
    #[arg(long, default_value_t = 9092, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// How many partitions a topic gets that is created without a number.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    partitions: u16,
}

pub(crate) fn command(workspace: &Workspace, command: Command) -> Result<()> {
    let home = Home::new(workspace);
    match command {
        Command::Up(up) => broker::up(workspace, &home, &up),
        Command::Down { wipe } => broker::down(&home, wipe),
        Command::Status => broker::status(&home),
    }
}

/// A broker for as long as this value lives; one that ran before is left running.
pub(crate) struct Running {
    home: Home,
    pid: u32,
    was_there: bool,
}

impl Running {
    /// Starts the broker on `port`, or finds it there.
    pub(crate) fn start(workspace: &Workspace, port: u16) -> Result<Self> {
        let home = Home::new(workspace);
        let running = |home: &Home| Record::read(home).filter(|record| record.is_running(home));
        let was_there = running(&home).is_some();
        broker::up(workspace, &home, &Up { port, partitions: 1 })?;
        let pid = running(&home).context("the broker ended again at once")?.pid;
        Ok(Self { home, pid, was_there })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.was_there
            && let Err(error) = broker::down(&self.home, false)
        {
            eprintln!("warning: {error:#}");
        }
    }
}

/// A broker of one's own: a new one on a free port, gone with this value.
pub(crate) struct Own {
    home: Home,
    port: u16,
}

impl Own {
    /// Starts a broker without any data, which will be in `dir`.
    pub(crate) fn start(workspace: &Workspace, dir: PathBuf) -> Result<Self> {
        Self::start_in(workspace, Home { dir, ..Home::new(workspace) })
    }

    fn start_in(workspace: &Workspace, home: Home) -> Result<Self> {
        let port = broker::free_port()?;
        let own = Self { home, port };
        broker::start(workspace, &own.home, &Up { port, partitions: 1 })?;
        Ok(own)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Hands every record of a topic to `take`, in no order between partitions.
    pub(crate) fn for_each_record(&self, topic: &str, take: impl FnMut(&[u8])) -> Result<()> {
        topic::for_each_record(&self.home, &self.address(), topic, take)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Err(error) = broker::down(&self.home, true) {
            eprintln!("warning: {error:#}");
        }
    }
}

/// The folder of the broker and the files in it.
struct Home {
    dir: PathBuf,
    /// The jars, which all brokers share.
    lib: PathBuf,
    /// Where Java writes the broker's classes when it ends.
    archive: Option<PathBuf>,
}

impl Home {
    fn new(workspace: &Workspace) -> Self {
        let dir = workspace.target().join("kafka");
        Self { lib: dir.join("lib"), dir, archive: None }
    }

    fn lib(&self) -> PathBuf {
        self.lib.clone()
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Written by Kafka's logger; its readiness is read here.
    fn log(&self) -> PathBuf {
        self.dir.join("kafka.log")
    }

    /// Output of the Java machine itself, such as an out-of-memory error.
    fn console(&self) -> PathBuf {
        self.dir.join("console.log")
    }

    fn properties(&self) -> PathBuf {
        self.dir.join("server.properties")
    }

    /// The ports, and the process id while the broker runs.
    fn record(&self) -> PathBuf {
        self.dir.join("broker.json")
    }
}
