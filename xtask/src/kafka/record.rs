//! The record of the broker's process, by which a process that still runs is found again.
//!
//! A process id alone may belong to somebody else by now, so a process counts as the broker only
//! if its command line names both Kafka's main class and this clone's `server.properties`.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Home;
use crate::{process, step::seconds};

/// The class that a broker's command line names.
pub(super) const MAIN_CLASS: &str = "kafka.Kafka";
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// The broker as its record knows it.
pub(super) struct Record {
    pub(super) pid: u32,
    pub(super) port: u16,
    pub(super) controller_port: u16,
}

impl Record {
    pub(super) fn read(home: &Home) -> Option<Self> {
        let value: Value = serde_json::from_slice(&fs::read(home.record()).ok()?).ok()?;
        let number = |key: &str| value[key].as_u64();
        Some(Self {
            pid: number("pid")?.try_into().ok()?,
            port: number("port")?.try_into().ok()?,
            controller_port: number("controller_port")?.try_into().ok()?,
        })
    }

    pub(super) fn write(&self, home: &Home) -> Result<()> {
        let Self { pid, port, controller_port } = self;
        let value = json!({"pid": pid, "port": port, "controller_port": controller_port});
        fs::write(home.record(), format!("{value}\n")).context("could not record the broker")
    }

    pub(super) fn is_running(&self, home: &Home) -> bool {
        command_line(self.pid).is_some_and(|line| is_broker(&line, &home.properties()))
    }

    pub(super) fn stop(&self, home: &Home) -> Result<()> {
        let pid = process::pid(self.pid).context("the broker's record holds no process id")?;
        process::terminate(pid)?;
        ensure!(
            process::wait_until(STOP_LIMIT, || !self.is_running(home)),
            "the broker (pid {}) has not stopped within {}\n  hint: its log is {}",
            self.pid,
            seconds(STOP_LIMIT),
            home.log().display()
        );
        Ok(())
    }
}

/// The command line of a running process, its arguments separated in some way.
fn command_line(pid: u32) -> Option<String> {
    let proc = Path::new("/proc");
    if proc.join("self").exists() {
        let bytes = fs::read(proc.join(pid.to_string()).join("cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    process::probe("ps", &["-p", &pid.to_string(), "-o", "command="])
}

fn is_broker(command_line: &str, properties: &Path) -> bool {
    command_line.trim_end().ends_with(&format!("{MAIN_CLASS} {}", properties.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_clones_broker_is_recognised() {
        let ours = Path::new("/a/target/kafka/server.properties");
        let line = |class: &str, path: &str| format!("java -Xmx512m -cp /a/lib/* {class} {path} ");
        let path = "/a/target/kafka/server.properties";
        assert!(is_broker(&line("kafka.Kafka", path), ours));
        assert!(!is_broker(&line("kafka.Kafka", "/b/target/kafka/server.properties"), ours));
        assert!(!is_broker(&line("kafka.tools.StorageTool", path), ours));
        assert!(!is_broker(&format!("less {path}"), ours));
    }
}
