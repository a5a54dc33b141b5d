//! The broker's life: its storage made once, its process started detached, waited for, stopped.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use super::{
    Home, Up, jars,
    properties::Properties,
    record::{MAIN_CLASS, Record},
};
use crate::{
    process,
    step::{seconds, silent_step},
    workspace::Workspace,
};

const READY_LINE: &str = "Kafka Server started";
const READY_LIMIT: Duration = Duration::from_secs(90);
/// What Java is told that lives for a short time, as the tests say it: one compiler, and the simplest
/// collector.
const QUICK: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
/// The most lines of the log that are shown when the broker did not start.
const LOG_LINES_SHOWN_MAX: usize = 25;

pub(super) fn up(workspace: &Workspace, home: &Home, up: &Up) -> Result<()> {
    let record = Record::read(home);
    if let Some(running) = record.as_ref().filter(|record| record.is_running(home)) {
        eprintln!("the broker is already running at 127.0.0.1:{}", running.port);
        ensure!(
            running.port == up.port,
            "port {} was asked for\n  hint: first `cargo xtask kafka down`",
            up.port
        );
        return Ok(());
    }
    let begun = Instant::now();
    let pid = start(workspace, home, up)?;
    print_next(workspace, home, up.port, pid, begun.elapsed());
    Ok(())
}

/// Starts a broker that does not run yet, and gives its process once it is ready.
pub(super) fn start(workspace: &Workspace, home: &Home, up: &Up) -> Result<u32> {
    ensure_free(up.port)?;
    let record = Record::read(home);
    jars::provide(workspace)?;
    let controller_port =
        controller_port(record.as_ref(), up.port, |port| ensure_free(port).is_ok())?;
    configure(home, up, controller_port)?;
    if !home.data().join("meta.properties").is_file() {
        silent_step("the broker's storage is made", || format_storage(home))?;
    }
    let mut child = silent_step("the broker starts", || {
        let mut child = start_broker(workspace, home)?;
        Record { pid: child.id(), port: up.port, controller_port }.write(home)?;
        wait_until_ready(home, &mut child, up.port)?;
        Ok(child)
    })?;
    ensure!(matches!(child.try_wait(), Ok(None)), "the broker ended again at once");
    Ok(child.id())
}

pub(super) fn down(home: &Home, wipe: bool) -> Result<()> {
    match Record::read(home).filter(|record| record.is_running(home)) {
        Some(running) => silent_step("the broker stops", || running.stop(home))?,
        None => eprintln!("the broker is not running"),
    }
    if wipe && home.data().exists() {
        fs::remove_dir_all(home.data()).context("could not delete the broker's data")?;
        eprintln!("its data is deleted");
    }
    Ok(())
}

pub(super) fn status(home: &Home) -> Result<()> {
    let Some(running) = Record::read(home).filter(|record| record.is_running(home)) else {
        bail!("the broker is not running\n  hint: `cargo xtask kafka up`");
    };
    let port = running.port;
    let state = if accepts(port) { "ready" } else { "starting" };
    println!(
        "broker {state} at 127.0.0.1:{port} (pid {}, log {})",
        running.pid,
        home.log().display()
    );
    Ok(())
}

fn ensure_free(port: u16) -> Result<()> {
    // The port is tried both ways, as a listener on every address does not keep all systems from binding to one.
    let free = !accepts(port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    let other = port.checked_add(100).unwrap_or(9192);
    ensure!(
        free,
        "port {port} on 127.0.0.1 is taken by another program\n  \
         hint: `ss -ltnp 'sport = :{port}'` names it; or take another port: \
         `cargo xtask kafka up --port {other}`"
    );
    Ok(())
}

/// The storage remembers the controller's address, so its port stays while it is free.
fn controller_port(
    record: Option<&Record>,
    port: u16,
    is_free: impl Fn(u16) -> bool,
) -> Result<u16> {
    let known = record.map(|record| record.controller_port);
    let candidates = [known, port.checked_add(1)];
    let is_usable = |candidate: &u16| *candidate != port && is_free(*candidate);
    if let Some(chosen) = candidates.into_iter().flatten().find(is_usable) {
        return Ok(chosen);
    }
    free_port()
}

/// A port that nobody listens on.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr().context("no port is free")?.port())
}

fn configure(home: &Home, up: &Up, controller_port: u16) -> Result<()> {
    let data = home.data();
    let properties =
        Properties { port: up.port, controller_port, partitions: up.partitions, data: &data };
    fs::create_dir_all(&data).context("could not make the broker's folder")?;
    fs::write(home.properties(), properties.render()).context("could not write server.properties")
}

/// Java with a small heap and Kafka's classes.
pub(super) fn java(home: &Home, heap: &str) -> Command {
    let mut command = Command::new("java");
    command.arg(heap).arg("-cp").arg(home.lib().join("*"));
    command
}

fn format_storage(home: &Home) -> Result<()> {
    let storage_tool = || {
        let mut command = java(home, "-Xmx256m");
        command.args(QUICK).arg("kafka.tools.StorageTool");
        command
    };
    let uuid = process::output(storage_tool().arg("random-uuid"))?;
    let uuid = uuid.lines().last().unwrap_or_default().trim();
    process::run_quietly(
        storage_tool()
            .args(["format", "--standalone", "--ignore-formatted", "-t", uuid, "-c"])
            .arg(home.properties()),
    )
}

fn start_broker(workspace: &Workspace, home: &Home) -> Result<Child> {
    // The line of readiness must be this start's.
    if home.log().exists() {
        fs::remove_file(home.log()).context("could not remove the old log")?;
    }
    let console = File::create(home.console()).context("could not make console.log")?;
    let mut command = java(home, "-Xmx512m");
    if let Some(archive) = &home.archive {
        let option = format!("-XX:ArchiveClassesAtExit={}", archive.display());
        command.args(QUICK).arg(option);
    }
    // The options must stand before the class; a group of its own keeps Ctrl-C away from it.
    command
        .arg(define("log4j2.configurationFile", &workspace.root().join("xtask/kafka/log4j2.xml")))
        .arg(define("kafka.logs.dir", &home.dir))
        .arg(MAIN_CLASS)
        .arg(home.properties())
        .current_dir(&home.dir)
        .stdin(Stdio::null())
        .stdout(console.try_clone().context("could not share console.log")?)
        .stderr(console)
        .process_group(0);
    command.spawn().map_err(|error| process::not_started(&command, error))
}

fn define(key: &str, path: &Path) -> String {
    format!("-D{key}={}", path.display())
}

fn wait_until_ready(home: &Home, child: &mut Child, port: u16) -> Result<()> {
    let logged = || fs::read_to_string(home.log()).is_ok_and(|log| log.contains(READY_LINE));
    let mut ended = false;
    let ready = process::wait_until(READY_LIMIT, || {
        ended = !matches!(child.try_wait(), Ok(None));
        ended || (logged() && accepts(port))
    });
    if ready && !ended {
        return Ok(());
    }
    for path in [home.console(), home.log()] {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let shown = &lines[lines.len().saturating_sub(LOG_LINES_SHOWN_MAX)..];
        eprintln!("{}", shown.join("\n"));
    }
    let what = if ended { "ended while it started" } else { "is not ready after 90 s" };
    bail!(
        "the broker {what}\n  hint: its last lines stand above, the rest in {}; \
         `cargo xtask kafka down --wipe` begins anew",
        home.log().display()
    );
}

fn accepts(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

fn print_next(workspace: &Workspace, home: &Home, port: u16, pid: u32, elapsed: Duration) {
    let version = jars::version(&home.lib()).unwrap_or_default();
    let relative =
        |path: &Path| path.strip_prefix(workspace.root()).unwrap_or(path).display().to_string();
    println!(
        "Apache Kafka {version} is ready at 127.0.0.1:{port} after {} (pid {pid}, log {})",
        seconds(elapsed),
        relative(&home.log())
    );
    println!("next:");
    if port != 9092 {
        println!("  set `brokers = \"127.0.0.1:{port}\"` under [source.kafka] in pipeline.toml");
    }
    let binary = relative(&workspace.binary());
    println!("  {binary} produce --generate 100000 --partitions 4");
    println!("  {binary} run");
    println!("  cargo xtask kafka down");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_another_one() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = taken.local_addr().expect("it is bound").port();
        let message = ensure_free(port).expect_err("it is taken").to_string();
        assert!(message.starts_with(&format!("port {port} on 127.0.0.1 is taken")), "{message}");
        assert!(message.contains("kafka up --port"), "{message}");
    }

    #[test]
    fn the_controllers_port_is_kept_while_it_is_free() {
        let record = Record { pid: 1, port: 9092, controller_port: 9300 };
        let chosen = |is_free: fn(u16) -> bool| {
            controller_port(Some(&record), 9092, is_free).expect("some port is free")
        };
        assert_eq!(chosen(|_| true), 9300);
        assert_eq!(chosen(|port| port != 9300), 9093);
        let other = chosen(|port| port != 9300 && port != 9093);
        assert!(![9092, 9093, 9300].contains(&other), "{other}");
        assert_eq!(controller_port(None, 9092, |_| true).expect("9093 is free"), 9093);
    }
}
