//! A log that nobody reads costs nothing but lines, and a process that is told to end does so. Both
//! are about the process alone, so its records are made up.

use std::fs;
use std::io::{PipeReader, PipeWriter, Write, pipe};
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::host::read;
use crate::process::{Running, finish};
use crate::workplace::{Settings, Workplace};
use crate::{http, wait};

/// The time in which a process that is told to end has ended.
const END_MAX: Duration = Duration::from_secs(10);

/// What a pipe of Linux takes while nobody reads.
const PIPE_BYTES: usize = 64 << 10;

/// A running host whose standard error is somewhere else.
struct Quiet {
    child: Child,
    address: SocketAddr,
}

impl Quiet {
    fn start(place: &Workplace, stderr: PipeWriter) -> Self {
        let mut command = place.command("run");
        command.args(["--listen", "127.0.0.1:0"]).env("STREAMGAUGE_LOG", "debug");
        Self::started(place, command.stderr(stderr))
    }

    fn started(place: &Workplace, command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("a host");
        let address = wait::until("the announced address", || {
            assert_eq!(child.try_wait().expect("a child can be asked"), None, "the host ended");
            let text = fs::read(place.path("state/running.json")).ok()?;
            let running: Value = serde_json::from_slice(&text).ok()?;
            running["address"].as_str()?.parse().ok()
        });
        Self { child, address }
    }

    /// Waits until more is counted, twice, with checkpoints in between.
    fn goes_on(&self) {
        let status = || http::get(self.address, "/api/v1/status").json();
        for round in 1..=2 {
            let (before, at) = (read(&status()), status()["checkpoint"]["at"].clone());
            wait::until(&format!("more than {before} records in round {round}"), || {
                let now = status();
                (read(&now) > before && now["checkpoint"]["at"] != at).then_some(())
            });
        }
        assert_eq!(http::get(self.address, "/readyz").status, 200);
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status()
            .expect("sh can be started");
        assert!(sent.success(), "SIG{name}");
    }

    /// Sends a signal, and waits for the end.
    fn ended_by(mut self, signal: &str) -> (ExitStatus, Duration) {
        let sent = Instant::now();
        self.signal(signal);
        let status = wait::until("the end", || self.child.try_wait().expect("it can be asked"));
        (status, sent.elapsed())
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Both calls fail only for a process that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ends_well(host: Quiet, signal: &str) {
    let (status, took) = host.ended_by(signal);
    assert_eq!(status.code(), Some(0), "SIG{signal}: {status}");
    assert!(took < END_MAX, "SIG{signal}: {took:?}");
}

/// Today's `| head -1`: the first line that was logged after the reader had ended took its thread
/// along, reading stood still for ever under a page that said `live`, and SIGTERM did nothing.
#[test]
fn a_log_whose_reader_has_ended_costs_nothing_but_lines() {
    let place = Workplace::new(&Settings::endless());
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    let host = Quiet::start(&place, writer);
    host.goes_on();
    ends_well(host, "TERM");
}

#[test]
fn a_log_whose_reader_is_stuck_costs_nothing_but_lines() {
    let place = Workplace::new(&Settings::endless());
    let (_stuck, writer) = full();
    let host = Quiet::start(&place, writer);
    host.goes_on();
    ends_well(host, "TERM");
}

/// A pipe that takes nothing more.
fn full() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().expect("a pipe");
    writer.write_all(&vec![b'\n'; PIPE_BYTES]).expect("a new pipe takes as much");
    (reader, writer)
}

#[test]
fn an_interrupt_is_a_request_to_end() {
    let place = Workplace::new(&Settings::endless());
    let (_reader, writer) = pipe().expect("a pipe");
    // The tests themselves may run under nohup, which a host would inherit.
    let run = place.command("run");
    let mut command = Command::new("env");
    command.arg("--default-signal=INT").arg(run.get_program());
    command.args(run.get_args()).args(["--listen", "127.0.0.1:0"]);
    command.current_dir(place.path(".")).stderr(writer);
    let host = Quiet::started(&place, &mut command);
    host.goes_on();
    ends_well(host, "INT");
}

/// Without a page nothing is taken over, so SIGHUP has its old meaning there.
#[test]
fn a_hangup_ends_a_run_without_a_page() {
    let place = Workplace::new(&Settings::endless());
    let run = place.command("run");
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP").arg(run.get_program()).args(run.get_args());
    command.arg("--until-end").current_dir(place.path("."));
    let running = Running::start(&mut command);
    // From then on signals are watched.
    wait::until("the run", || running.stderr().contains("no state in").then_some(()));
    running.signal("HUP");
    let ended = running.wait();
    assert!(ended.stderr.contains("stopped before the end"), "{}", ended.stderr);
    assert_eq!((ended.code, ended.signal), (Some(1), None));
}

/// A terminal that closes ends what runs in it. `script` gives the host a terminal of its own.
#[test]
fn a_closed_terminal_is_a_request_to_end() {
    let place = Workplace::new(&Settings::endless());
    let run = place.command("run");
    let words = [run.get_program()].into_iter().chain(run.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let line = format!("exec {} --listen 127.0.0.1:0", words.join(" "));
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", "script", "--quiet", "--command", &line, "/dev/null"]);
    command.current_dir(place.path(".")).stderr(Stdio::null());
    let terminal = Quiet::started(&place, &mut command);
    terminal.goes_on();
    let (ended, _) = terminal.ended_by("KILL");
    assert_eq!(ended.code(), None, "{ended}");
    let announced = place.path("state/running.json");
    wait::until("the host to end in good order", || (!announced.exists()).then_some(()));
}

#[test]
fn a_closed_terminal_is_no_request_under_nohup() {
    let place = Workplace::new(&Settings::endless());
    let program = place.command("run");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(program.get_program());
    command.args(program.get_args()).args(["--listen", "127.0.0.1:0"]);
    command.current_dir(place.path(".")).stderr(Stdio::null());
    let host = Quiet::started(&place, &mut command);
    host.signal("HUP");
    host.goes_on();
    ends_well(host, "TERM");
}

#[test]
fn a_filter_that_is_none_is_refused_before_anything_starts() {
    let place = Workplace::new(&Settings::endless());
    let ended = finish(place.command("run").env("STREAMGAUGE_LOG", "dbug"));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("`dbug` is no level"), "{}", ended.stderr);
    let ended = finish(place.command("run").env("STREAMGAUGE_LOG_FORMAT", "logfmt"));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("\"logfmt\" is no form"), "{}", ended.stderr);
    assert!(!place.path("state").exists());
}

#[test]
fn the_log_in_json_tells_the_story_of_a_run() {
    let place = Workplace::new(&Settings::endless());
    for state in ["no state in", "state restored from"] {
        let mut command = place.command("run");
        command.args(["--listen", "127.0.0.1:0"]);
        // The option is stronger than the variable.
        if state == "no state in" {
            command.args(["--log-format", "json"]).env("STREAMGAUGE_LOG_FORMAT", "text");
        } else {
            command.env("STREAMGAUGE_LOG_FORMAT", "json");
        }
        let running = Running::start(&mut command);
        wait::until("a host that listens", || {
            running.stderr().contains("dashboard at").then_some(())
        });
        wait::until("a checkpoint", || place.path("state/streamgauge.redb").exists().then_some(()));
        let ended = running.terminate().ok();
        let line = |line: &str| -> Value { serde_json::from_str(line).expect(line) };
        let lines: Vec<Value> = ended.stderr.lines().map(line).collect();
        assert!(
            lines.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string())
        );
        let said = |words: &str| {
            lines
                .iter()
                .any(|line| line["fields"]["message"].as_str().is_some_and(|m| m.contains(words)))
        };
        for words in ["streamgauge 0.", "starts pipeline", state, "stopped: read", "= on time"] {
            assert!(said(words), "{words}: {}", ended.stderr);
        }
    }
}

#[test]
fn the_version_names_the_commit_and_the_help_the_environment() {
    let program = || Command::new(streamgauge_tests::program());
    let version = finish(program().arg("--version")).ok().stdout;
    let commit = Command::new("git").args(["rev-parse", "HEAD"]).output().ok();
    if commit.is_some_and(|commit| commit.status.success()) {
        let named = version.trim().strip_suffix(')').and_then(|text| text.split_once(" ("));
        let (_, commit) = named.unwrap_or_else(|| panic!("{version}"));
        assert!(commit.len() == 12 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{version}");
    }
    for arguments in [["--help"].as_slice(), &["run", "--help"]] {
        let help = finish(program().args(arguments)).ok().stdout;
        for variable in
            ["STREAMGAUGE_LOG", "STREAMGAUGE_LOG_FORMAT", "STREAMGAUGE_CACHE", "WATCHDOG_USEC"]
        {
            assert!(help.contains(variable), "{variable}: {help}");
        }
    }
}

#[test]
fn a_service_manager_hears_that_the_pipeline_is_up_alive_and_stops() {
    let place = Workplace::new(&Settings::endless());
    let manager = UnixDatagram::bind(place.path("notify")).expect("a socket");
    manager.set_read_timeout(Some(wait::DEADLINE)).expect("a time");
    let mut command = place.command("run");
    command.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::null());
    command.env("NOTIFY_SOCKET", place.path("notify")).env("WATCHDOG_USEC", "4000000");
    let host = Quiet::started(&place, &mut command);
    let heard = || {
        let mut buffer = [0; 64];
        let length = manager.recv(&mut buffer).expect("a word in time");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let words: Vec<String> = (0..4).map(|_| heard()).collect();
    assert_eq!(words.iter().filter(|words| *words == "READY=1").count(), 1, "{words:?}");
    assert_eq!(words.iter().filter(|words| *words == "WATCHDOG=1").count(), 3, "{words:?}");
    ends_well(host, "TERM");
    let last: Vec<String> = (0..3).map(|_| heard()).take_while(|w| w != "STOPPING=1").collect();
    assert!(last.len() < 3, "{last:?}");
}
