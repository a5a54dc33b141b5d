//! The thread that asks who leads the partitions: every few seconds, and at once where a broker says
//! that it does not.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::{self, Cluster};
use crate::connect_error::ConnectError;
use crate::connection::Connection;
use crate::dialer::Dialer;
use crate::fault::BrokerFault;
use crate::inbox::Inbox;

/// The least time between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// The handle of the thread.
pub(crate) struct Leaders {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_wanted: bool,
    is_over: bool,
    socket: Option<TcpStream>,
}

impl Leaders {
    /// Begins to ask, every few seconds from now on.
    pub(crate) fn start(dialer: &Dialer, inbox: &Arc<Inbox>) -> Self {
        let shared = Arc::new(Shared::default());
        let asker = Asker {
            dialer: dialer.clone(),
            inbox: Arc::clone(inbox),
            shared: Arc::clone(&shared),
            connection: None,
            known: Vec::new(),
            pause: PAUSE,
        };
        thread::Builder::new()
            .name("leaders".into())
            .spawn(move || asker.run())
            .expect("a thread can be started");
        Self { shared }
    }

    /// Asks as soon as the pause after the last answer is over.
    pub(crate) fn want(&self) {
        self.shared.lock().is_wanted = true;
        self.shared.changed.notify_one();
    }
}

impl Drop for Leaders {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_over = true;
        if let Some(socket) = state.socket.take() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an answer is wanted, `every` at most and `pause` at least. False means that it is
    /// all over.
    fn wait(&self, pause: Duration, every: Duration) -> bool {
        let pause = pause.min(every);
        let state = self.changed.wait_timeout_while(self.lock(), pause, |state| !state.is_over);
        let state = state.unwrap_or_else(PoisonError::into_inner).0;
        let is_idle = |state: &mut State| !state.is_over && !state.is_wanted;
        let state = self.changed.wait_timeout_while(state, every.saturating_sub(pause), is_idle);
        let mut state = state.unwrap_or_else(PoisonError::into_inner).0;
        state.is_wanted = false;
        !state.is_over
    }
}

/// The thread's side.
struct Asker {
    dialer: Dialer,
    inbox: Arc<Inbox>,
    shared: Arc<Shared>,
    connection: Option<Connection>,
    /// The addresses that brokers told last.
    known: Vec<String>,
    /// The least time until the next question.
    pause: Duration,
}

impl Asker {
    fn run(mut self) {
        loop {
            let result = match self.ask() {
                Ok(cluster) => Ok(cluster),
                Err(ConnectError::Fault(fault)) => Err(fault),
                Err(ConnectError::Unsupported(reason)) => {
                    self.inbox.put(|mail| mail.unsupported = Some(reason));
                    return;
                }
            };
            let (shortest, longest) = self.dialer.settings.reconnect;
            let every = self.dialer.settings.leaders_every;
            // Without an answer the next attempt is made as after any lost connection.
            let every = if result.is_ok() {
                self.pause = PAUSE;
                every
            } else {
                self.pause = (self.pause * 2).max(shortest).min(longest);
                self.pause
            };
            self.inbox.put(|mail| mail.cluster = Some(result));
            if !self.shared.wait(self.pause, every) {
                return;
            }
        }
    }

    fn ask(&mut self) -> Result<Cluster, ConnectError> {
        if let Some(connection) = self.connection.as_mut() {
            let is_good = connection.expires.is_none_or(|expires| Instant::now() < expires);
            if is_good && let Ok(cluster) = cluster::ask(connection, &self.dialer.settings.topic) {
                return Ok(self.heard(cluster));
            }
            self.connection = None;
        }
        let bootstrap = self.dialer.settings.brokers.split(',').map(|one| one.trim().to_owned());
        let mut candidates: Vec<String> = self.known.iter().cloned().chain(bootstrap).collect();
        candidates.dedup();
        let mut failure = None;
        for address in candidates.iter().filter(|address| !address.is_empty()) {
            match self.ask_at(address) {
                Ok(cluster) => return Ok(self.heard(cluster)),
                Err(ConnectError::Fault(fault)) => failure = Some(worse(failure, fault)),
                Err(unsupported) => return Err(unsupported),
            }
            if self.shared.lock().is_over {
                break;
            }
        }
        Err(failure.map_or_else(
            || ConnectError::Unsupported("`brokers` names no broker".to_owned()),
            ConnectError::Fault,
        ))
    }

    fn ask_at(&mut self, address: &str) -> Result<Cluster, ConnectError> {
        let shared = Arc::clone(&self.shared);
        let made = |socket: &TcpStream| shared.lock().socket = socket.try_clone().ok();
        let mut connection = self.dialer.connect(&with_port(address), made)?;
        let cluster = cluster::ask(&mut connection, &self.dialer.settings.topic)?;
        self.connection = Some(connection);
        Ok(cluster)
    }

    fn heard(&mut self, cluster: Cluster) -> Cluster {
        self.known = cluster.addresses.values().cloned().collect();
        cluster
    }
}

/// librdkafka's port where none is given, and its prefix of a protocol taken away.
fn with_port(address: &str) -> String {
    let address = address.rsplit_once("://").map_or(address, |(_, address)| address);
    let has_port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { address.to_owned() } else { format!("{address}:9092") }
}

/// The fault that says more.
fn worse(before: Option<BrokerFault>, fault: BrokerFault) -> BrokerFault {
    match before {
        Some(before) if before.kind.is_telling() || !fault.kind.is_telling() => before,
        _ => fault,
    }
}
