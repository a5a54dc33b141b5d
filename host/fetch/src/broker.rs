//! The thread that speaks to one broker: it takes an order, asks, and puts the answer into the inbox.
//! So a broker that is slow, or that has sent half of an answer, holds nobody up.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use kafka_protocol::messages::{FetchRequest, FetchResponse};

use crate::connect_error::ConnectError;
use crate::connection::Connection;
use crate::dialer::Dialer;
use crate::fault::{BrokerFault, FaultKind};
use crate::inbox::{Answer, Inbox};
use crate::order::Order;

/// The first version with the record format of today and with transactions.
const FETCH_LEAST: i16 = 4;

/// How long a connection that is just being made may take.
const HANGING: Duration = Duration::from_millis(600);

/// The handle of a thread that speaks to a broker.
pub(crate) struct Broker {
    pub(crate) address: String,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    order: Option<Order>,
    is_over: bool,
    /// The connection, so that it can be ended from outside.
    socket: Option<TcpStream>,
    standing: Standing,
    /// Since when a connection is being made.
    connecting: Option<Instant>,
}

/// How the connection stands.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// It was never up.
    Beginning {
        since: SystemTime,
        fault: Option<BrokerFault>,
    },
    Up {
        /// Since when a question waits for its answer.
        asked: Option<Instant>,
    },
    Down {
        since: SystemTime,
        fault: BrokerFault,
    },
}

impl Broker {
    /// Begins to speak to the broker number `node`.
    pub(crate) fn start(node: i32, address: &str, dialer: &Dialer, inbox: &Arc<Inbox>) -> Self {
        let standing = Standing::Beginning { since: SystemTime::now(), fault: None };
        let state = State { order: None, is_over: false, socket: None, standing, connecting: None };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let speaker = Speaker {
            node,
            address: address.to_owned(),
            dialer: dialer.clone(),
            inbox: Arc::clone(inbox),
            shared: Arc::clone(&shared),
            connection: None,
            is_answered: false,
            pause: dialer.settings.reconnect.0,
        };
        thread::Builder::new()
            .name(format!("fetch-{node}"))
            .spawn(move || speaker.run())
            .expect("a thread can be started");
        Self { address: address.to_owned(), shared }
    }

    /// Gives the next order. The one before was answered.
    pub(crate) fn order(&self, order: Order) {
        self.shared.lock().order = Some(order);
        self.shared.changed.notify_one();
    }

    /// How the connection stands. One that is being made for longer than a broker takes that closes
    /// it is one to a broker that does not answer.
    pub(crate) fn standing(&self) -> Standing {
        let state = self.shared.lock();
        let mut standing = state.standing.clone();
        let hangs = state.connecting.is_some_and(|since| since.elapsed() >= HANGING);
        if hangs {
            let reason = "it takes the connection, or not even that, and nothing comes back";
            let silent = BrokerFault::new(FaultKind::Silent, &self.address, reason);
            match &mut standing {
                Standing::Beginning { fault, .. } => *fault = Some(silent),
                Standing::Down { fault, .. } => *fault = silent,
                Standing::Up { .. } => {}
            }
        }
        standing
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_over = true;
        if let Some(socket) = state.socket.take() {
            // The thread that reads from it is woken by that.
            let _ = socket.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_one();
    }
}

impl State {
    /// A question is asked. A connection that never brought an answer, after one that broke, is not up
    /// yet.
    fn ask(&mut self, is_answered: bool) {
        if is_answered || matches!(self.standing, Standing::Beginning { fault: None, .. }) {
            self.standing = Standing::Up { asked: Some(Instant::now()) };
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next order; `None` means that there will be none.
    fn next(&self) -> Option<Order> {
        let is_waiting = |state: &mut State| state.order.is_none() && !state.is_over;
        let state = self.changed.wait_while(self.lock(), is_waiting);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.is_over { None } else { state.order.take() }
    }

    /// Waits, unless it is all over.
    fn pause(&self, time: Duration) {
        let is_waiting = |state: &mut State| !state.is_over;
        drop(self.changed.wait_timeout_while(self.lock(), time, is_waiting));
    }
}

/// The thread's side.
struct Speaker {
    node: i32,
    address: String,
    dialer: Dialer,
    inbox: Arc<Inbox>,
    shared: Arc<Shared>,
    connection: Option<Connection>,
    /// Whether it brought an answer.
    is_answered: bool,
    /// How long the next failed attempt to connect is paid with.
    pause: Duration,
}

impl Speaker {
    fn run(mut self) {
        while let Some(order) = self.shared.next() {
            let number = order.number;
            let result = match self.serve(order) {
                Ok(answer) => Ok(answer),
                Err(ConnectError::Fault(fault)) => {
                    self.down(&fault);
                    Err(fault)
                }
                Err(ConnectError::Unsupported(reason)) => {
                    self.inbox.put(|mail| mail.unsupported = Some(reason));
                    return;
                }
            };
            let throttled = result.as_ref().map_or(0, |answer| answer.throttle_time_ms);
            let (node, order) = (self.node, number);
            self.inbox.put(|mail| mail.answers.push_back(Answer { node, order, result }));
            // The broker does not listen meanwhile.
            self.shared.pause(Duration::from_millis(u64::try_from(throttled).unwrap_or(0)));
        }
    }

    /// Connects where that is needed, and asks.
    fn serve(&mut self, order: Order) -> Result<FetchResponse, ConnectError> {
        let is_expired = |connection: &Connection| {
            connection.expires.is_some_and(|expires| Instant::now() >= expires)
        };
        self.connection = self.connection.take().filter(|connection| !is_expired(connection));
        let connection = if let Some(connection) = &mut self.connection {
            connection
        } else {
            let shared = Arc::clone(&self.shared);
            let made = |socket: &TcpStream| {
                let mut state = shared.lock();
                state.socket = socket.try_clone().ok();
                if state.is_over {
                    let _ = socket.shutdown(Shutdown::Both);
                }
            };
            self.shared.lock().connecting = Some(Instant::now());
            let connection = self.dialer.connect(&self.address, made);
            self.shared.lock().connecting = None;
            let connection = connection?;
            self.connection.insert(connection)
        };
        let version = connection.version::<FetchRequest>(FETCH_LEAST)?;
        let settings = &self.dialer.settings;
        let (request, buffer) = order.request(settings, version);
        self.shared.lock().ask(self.is_answered);
        let answer = connection.ask(&request, version, settings.wait, buffer)?;
        self.shared.lock().standing = Standing::Up { asked: None };
        self.is_answered = true;
        self.pause = settings.reconnect.0;
        Ok(answer)
    }

    /// Notes that there is no connection, and waits before the next attempt.
    fn down(&mut self, fault: &BrokerFault) {
        self.connection = None;
        // One that brought answers is made anew at once.
        let was_good = std::mem::take(&mut self.is_answered);
        let mut state = self.shared.lock();
        state.socket = None;
        state.standing = match &state.standing {
            Standing::Beginning { since, .. } => {
                Standing::Beginning { since: *since, fault: Some(fault.clone()) }
            }
            Standing::Up { .. } => {
                Standing::Down { since: SystemTime::now(), fault: fault.clone() }
            }
            Standing::Down { since, .. } => Standing::Down { since: *since, fault: fault.clone() },
        };
        drop(state);
        if !was_good {
            self.shared.pause(self.pause);
            self.pause = (self.pause * 2).min(self.dialer.settings.reconnect.1);
        }
    }
}
