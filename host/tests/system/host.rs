//! A running `streamgauge run`, with the requests of its page.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::http::{self, Response, Stream};
use crate::process::{Ended, Running};
use crate::wait;
use crate::workplace::Workplace;

/// The words before the address in the host's output.
const GREETING: &str = "dashboard at http://";

/// A running host; killed when dropped.
pub(crate) struct Host {
    running: Running,
    address: SocketAddr,
}

impl Host {
    /// Starts the pipeline of `place` and waits until the page answers.
    pub(crate) fn start(place: &Workplace) -> Self {
        Self::start_with(place, &[])
    }

    /// Starts the pipeline of `place` with further arguments.
    pub(crate) fn start_with(place: &Workplace, arguments: &[&str]) -> Self {
        let mut command = place.command("run");
        command.args(["--listen", "127.0.0.1:0"]).args(arguments);
        Self::started(&mut command)
    }

    /// Starts the pipeline of `place` as the last arguments of another command, which becomes the
    /// host.
    pub(crate) fn start_by(place: &Workplace, by: &[&str]) -> Self {
        let run = place.command("run");
        let mut command = Command::new(by[0]);
        command.args(&by[1..]).arg(run.get_program()).args(run.get_args());
        command.args(["--listen", "127.0.0.1:0"]).current_dir(place.path("."));
        Self::started(&mut command)
    }

    fn started(command: &mut Command) -> Self {
        let mut running = Running::start(command);
        let address = wait::until("the host's address", || {
            let is_running = running.is_running();
            let said = running.stderr();
            let greeted = |line: &str| {
                let (_, rest) = line.split_once(GREETING)?;
                // A guarded page has more behind its address.
                rest.split('/').next()?.parse().ok()
            };
            let address = said.lines().find_map(greeted);
            assert!(address.is_some() || is_running, "the host ended:\n{said}");
            address
        });
        Self { running, address }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        http::get(self.address, path)
    }

    /// The stream behind the page.
    pub(crate) fn stream(&self) -> Stream {
        Stream::open(self.address)
    }

    pub(crate) fn status(&self) -> Value {
        self.get("/api/v1/status").json()
    }

    /// The first status for which `is_so` returns true.
    pub(crate) fn status_when(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let last = RefCell::new(Value::Null);
        let described =
            || format!("{what}; last {}; the host said:\n{}", last.borrow(), self.running.stderr());
        wait::until_with(described, || {
            let status = self.status();
            let found = is_so(&status).then(|| status.clone());
            last.replace(status);
            found
        })
    }

    /// Waits until so many records were read.
    pub(crate) fn has_read(&self, count: u64) -> Value {
        self.status_when(&format!("{count} records"), |status| read(status) >= count)
    }

    /// The first status after the state was restored, which is shown before that too.
    pub(crate) fn restored(&self, partitions: usize) -> Value {
        self.status_when("the restored state", |status| {
            let are_all = status["partitions"].as_array().is_some_and(|l| l.len() == partitions);
            are_all && status["mode"] != "restoring"
        })
    }

    /// The sum of the series `name` in `/metrics`, such as `streamgauge_batch_rows_sum`.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").body;
        let values: Vec<f64> = text
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])))
            .map(|line| line.rsplit(' ').next().and_then(|v| v.parse().ok()).expect("a number"))
            .collect();
        assert!(!values.is_empty(), "no series {name} in\n{text}");
        values.iter().sum()
    }

    /// Sends the host a signal, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        self.running.signal(name);
    }

    /// The id of the host's process.
    pub(crate) fn pid(&self) -> u32 {
        self.running.pid()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stands still while `meanwhile` is done (SIGSTOP, SIGCONT).
    pub(crate) fn paused(&self, meanwhile: impl FnOnce()) {
        self.running.signal("STOP");
        meanwhile();
        self.running.signal("CONT");
    }

    /// The log of the host so far.
    pub(crate) fn log(&self) -> String {
        self.running.stderr()
    }

    pub(crate) fn kill(self) {
        let ended = self.running.kill();
        assert_eq!(ended.signal, Some(9), "it ended by itself:\n{}", ended.stderr);
    }

    /// Pauses the host for so long: SIGSTOP, and SIGCONT afterwards.
    pub(crate) fn pause(&self, duration: Duration) {
        self.running.signal("STOP");
        thread::sleep(duration);
        self.running.signal("CONT");
    }

    /// Waits for the end.
    pub(crate) fn wait(self) -> Ended {
        self.running.wait()
    }

    /// SIGTERM, and then waits for the end.
    pub(crate) fn terminate(self) -> Ended {
        self.running.terminate()
    }
}

/// The records read so far: `accounting.read` of a status.
pub(crate) fn read(status: &Value) -> u64 {
    status["accounting"]["read"].as_u64().expect("a status has accounting")
}
