//! A real Apache Kafka: one node, broker and controller at once, under plain Java.
//!
//! Tests that do nothing to their broker share one, which ends with the test program, however that
//! ends. Ports are taken from below the system's range for outgoing connections, so that a stopped
//! broker's port is still free when it starts again.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use crate::network::Network;
use crate::process::{Running, finish};
use crate::wait;
use crate::workplace::root;

/// The properties of `xtask`'s broker: every internal topic is small, and topics are made on
/// purpose only.
const SINGLE_NODE: &str = include_str!("../../../xtask/kafka/single-node.properties");

/// The line that a started broker logs.
const READY: &str = "Kafka Server started";

/// An address at which a broker listens besides its first one.
pub(crate) struct Listener {
    /// The name that the properties know the listener by.
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    /// The machine and the port that clients are told.
    pub(crate) machine: &'static str,
    pub(crate) told: u16,
}

/// A broker with its data; process and data end when dropped.
pub(crate) struct Broker {
    java: Mutex<Option<Running>>,
    /// The address of its machine.
    machine: Ipv4Addr,
    port: u16,
    /// The port of the cluster's controller.
    controller: u16,
    folder: TempDir,
    /// The network that it stands in, which ends after its process.
    network: Option<Network>,
}

impl Broker {
    /// The broker of all tests that leave it as it is.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: OnceLock<Arc<Broker>> = OnceLock::new();
        SHARED.get_or_init(|| Arc::new(Self::on_a_leash("", &[], &[], None))).clone()
    }

    /// A broker of one's own, started.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// A broker with these lines among its properties.
    pub(crate) fn with(properties: &str) -> Self {
        Self::with_listeners(properties, &[], &[])
    }

    /// A broker with these properties, which listens as `more` say too. `users` are arguments for
    /// the tool that formats the data, such as `--add-scram`.
    pub(crate) fn with_listeners(properties: &str, more: &[Listener], users: &[&str]) -> Self {
        let broker = Self::prepared(properties, more, users);
        broker.start();
        broker
    }

    /// The same for a broker that is never dropped: it ends with the test program, with its data and
    /// another folder.
    pub(crate) fn on_a_leash(
        properties: &str,
        more: &[Listener],
        users: &[&str],
        other: Option<&Path>,
    ) -> Self {
        let broker = Self::prepared(properties, more, users);
        let folders: Vec<_> = [broker.folder.path()].into_iter().chain(other).collect();
        broker.started_by(|java| Running::on_a_leash(java, &folders));
        broker
    }

    fn prepared(properties: &str, more: &[Listener], users: &[&str]) -> Self {
        let broker = Self::at(Ipv4Addr::LOCALHOST, free_port(), None);
        broker.prepare(properties, more, &[&["--standalone"], users].concat());
        broker
    }

    /// A broker in a network of its own.
    pub(crate) fn within(network: Network) -> Self {
        let broker = Self::at(network.far(), free_port(), Some(network));
        broker.prepare("", &[], &["--standalone"]);
        broker.start();
        broker
    }

    /// Broker 2 of the cluster whose broker 1 is `first`, which is its controller too.
    pub(crate) fn beside(first: &Self) -> Self {
        let broker = Self::at(Ipv4Addr::LOCALHOST, first.controller, None);
        broker.prepare("process.roles=broker\nnode.id=2\n", &[], &[]);
        broker.start();
        broker
    }

    fn at(machine: Ipv4Addr, controller: u16, network: Option<Network>) -> Self {
        let folder = tempfile::Builder::new().prefix("streamgauge-kafka-").tempdir();
        let folder = folder.expect("a temporary folder can be made");
        Self { java: Mutex::new(None), machine, port: free_port(), controller, folder, network }
    }

    /// Writes the properties and formats the data, with arguments for the tool that does so.
    fn prepare(&self, properties: &str, more: &[Listener], format: &[&str]) {
        let Self { machine, port, controller, .. } = self;
        let mut listeners = format!("PLAINTEXT://{machine}:{port}");
        let mut advertised = listeners.clone();
        for Listener { name, port, machine, told } in more {
            let _ = write!(listeners, ",{name}://127.0.0.1:{port}");
            let _ = write!(advertised, ",{name}://{machine}:{told}");
        }
        if format.contains(&"--standalone") {
            let _ = write!(listeners, ",CONTROLLER://127.0.0.1:{controller}");
            let _ = write!(advertised, ",CONTROLLER://127.0.0.1:{controller}");
        }
        let properties = format!(
            "{SINGLE_NODE}{properties}controller.quorum.bootstrap.servers=127.0.0.1:{controller}\n\
             listeners={listeners}\nadvertised.listeners={advertised}\nlog.dirs={}\n",
            self.folder.path().join("data").display()
        );
        fs::write(self.properties(), properties).expect("the folder can be written to");
        // Any 16 bytes in base64 are an id for a cluster that knows only itself.
        let arguments = ["format", "-t", "c3RyZWFtZ2F1Z2UtdGVzdA", "-c"];
        let mut tool = tool("kafka.tools.StorageTool");
        finish(tool.args(arguments).arg(self.properties()).args(format)).ok();
    }

    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.machine, self.port)
    }

    /// The network that the broker was put into.
    pub(crate) fn network(&self) -> &Network {
        self.network.as_ref().expect("it stands in a network of its own")
    }

    /// Starts the broker, with the data from before.
    pub(crate) fn start(&self) {
        self.started_by(Running::start);
    }

    fn started_by(&self, start: impl FnOnce(&mut Command) -> Running) {
        let log = self.folder.path().join("kafka.log");
        // The line of readiness must be this start's.
        let _ = fs::remove_file(&log);
        let mut command = java(self.network.as_ref(), "-Xmx512m");
        command
            .arg(define("log4j2.configurationFile", &root().join("xtask/kafka/log4j2.xml")))
            .arg(define("kafka.logs.dir", self.folder.path()))
            .arg("kafka.Kafka")
            .arg(self.properties())
            .current_dir(self.folder.path());
        let mut running = start(&mut command);
        wait::until("Kafka to be ready", || {
            assert!(running.is_running(), "Kafka ended:\n{}", running.stderr());
            let logged = fs::read_to_string(&log).unwrap_or_default();
            let is_ready = logged.contains(READY) && TcpStream::connect(self.address()).is_ok();
            is_ready.then_some(())
        });
        *self.java() = Some(running);
    }

    /// Stops the broker in good order and keeps the data.
    pub(crate) fn stop(&self) {
        let running = self.java().take().expect("only a started broker is stopped");
        running.terminate();
    }

    /// The broker stands still (SIGSTOP): connections stay, and nothing comes.
    pub(crate) fn freeze(&self) {
        self.java().as_ref().expect("only a started broker is frozen").signal("STOP");
    }

    /// A frozen broker goes on.
    pub(crate) fn thaw(&self) {
        self.java().as_ref().expect("only a started broker goes on").signal("CONT");
    }

    /// Ends the broker with SIGKILL; its data stays untouched.
    pub(crate) fn kill(&self) {
        let running = self.java().take().expect("only a started broker is killed");
        running.kill();
    }

    fn java(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.java.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn properties(&self) -> PathBuf {
        self.folder.path().join("server.properties")
    }
}

/// A tool of Kafka, by its class.
pub(crate) fn tool(class: &str) -> Command {
    let mut command = java(None, "-Xmx256m");
    command.arg(class);
    command
}

/// Java with Kafka's classes, in a network if one is given. It lives for a short time only, and
/// starts in two thirds of the time with one compiler, and in little more than half of that with
/// classes at hand; it says nothing of those that it cannot use.
///
/// # Panics
/// The jars are not there.
fn java(network: Option<&Network>, heap: &str) -> Command {
    let jars = env::var_os("STREAMGAUGE_KAFKA_LIB")
        .map_or_else(|| root().join("target/kafka/lib"), PathBuf::from);
    let is_there = fs::read_dir(&jars).is_ok_and(|mut entries| entries.next().is_some());
    assert!(is_there, "no jars of Kafka in {}; hint: `cargo xtask test`", jars.display());
    let mut command = network.map_or_else(|| Command::new("java"), |n| n.command("java"));
    command.arg(heap).args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:disable"]);
    let classes = jars.with_file_name("classes.jsa");
    command.arg(format!("-XX:SharedArchiveFile={}", classes.display()));
    command.arg("-cp").arg(jars.join("*"));
    command
}

fn define(name: &str, value: &Path) -> String {
    format!("-D{name}={}", value.display())
}

/// A port that nobody listens on, and that no other test of this process is given.
pub(crate) fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() % u32::from(COUNT)) as u16;
    let candidate = || {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (u32::from(start) + u32::from(step)) as u16 % COUNT;
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(port)
    };
    wait::until("a free port", candidate)
}
