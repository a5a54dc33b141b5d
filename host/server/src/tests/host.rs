//! A running server and its clients.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use super::fixture;
use crate::access::hosts::Hosts;
use crate::app::App;
use crate::limits::Limits;
use crate::page::Page;
use crate::{Access, Server};
use streamgauge_telemetry::Telemetry;
use streamgauge_wire::{Hello, LiveState, Look};

/// A time longer than any test takes: a test that waits for it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn loopback() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// The settings that a test may change.
pub(super) struct Setup {
    pub(super) limits: Limits,
    pub(super) heartbeat_ms: u64,
    pub(super) max_hz: f64,
    pub(super) page: Page,
    pub(super) access: Access,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            heartbeat_ms: 60_000,
            max_hz: 1000.0,
            page: Page::of(|_| None),
            access: Access::default(),
        }
    }
}

pub(super) struct Host {
    pub(super) address: SocketAddr,
    pub(super) live: watch::Sender<Arc<LiveState>>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) telemetry: Arc<Telemetry>,
    running: JoinHandle<std::io::Result<()>>,
    runtime: Runtime,
}

impl Host {
    pub(super) fn start(setup: Setup) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let server = Server::bind(loopback()).expect("any free port");
        let address = server.local_addr();
        let (stop, stop_seen) = watch::channel(false);
        let telemetry = Arc::new(Telemetry::new());
        let hello = Hello {
            epoch: "e1".to_owned(),
            build: "b1".to_owned(),
            tz: "Asia/Shanghai".to_owned(),
            name: "淘宝".to_owned(),
            names: fixture::text("淘宝", "Taobao"),
            look: Look::default(),
            heartbeat_ms: setup.heartbeat_ms,
            max_hz: setup.max_hz,
            control: setup.access.control,
        };
        let first = LiveState { hello: Arc::new(hello), ..fixture::live() };
        let (live, live_seen) = watch::channel(Arc::new(first));
        let hosts = Hosts::of(&setup.access, address);
        let mut app = App::new(
            live_seen,
            Arc::clone(&telemetry),
            Arc::new(fixture::Answers),
            Arc::new(fixture::Acts),
            setup.access,
            hosts,
            stop_seen,
        )
        .with_limits(setup.limits);
        app.page = setup.page;
        let running = runtime.spawn(server.serve_app(Arc::new(app)));
        Self { address, live, stop, telemetry, running, runtime }
    }

    /// Publishes a changed state.
    pub(super) fn publish(&self, change: impl FnOnce(&mut LiveState)) {
        let next = fixture::next(&self.live.borrow(), change);
        self.live.send_replace(Arc::new(next));
    }

    /// A page that has connected, with nothing read yet.
    pub(super) fn connect(&self) -> Client {
        self.try_connect(None).expect("the stream opens")
    }

    /// A page of that origin; or the refusal.
    pub(super) fn try_connect(&self, origin: Option<&str>) -> Result<Client, (u16, Value)> {
        self.try_stream("/api/v1/stream", origin)
    }

    /// The stream at that path; or the refusal.
    pub(super) fn try_stream(
        &self,
        path: &str,
        origin: Option<&str>,
    ) -> Result<Client, (u16, Value)> {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let mut request: Request =
            format!("ws://{}{path}", self.address).into_client_request().expect("a valid address");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Client { socket }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err((response.status().as_u16(), serde_json::from_slice(body).expect("JSON")))
            }
            Err(other) => panic!("the handshake failed: {other}"),
        }
    }

    /// The value of one line of `/metrics`.
    pub(super) fn metric(&self, name: &str) -> Option<f64> {
        let text = crate::metrics::encode(&self.telemetry, &self.live.borrow());
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.parse().ok()
    }

    /// Waits until a line of `/metrics` has a value.
    pub(super) fn wait_for(&self, name: &str, value: f64) {
        let start = std::time::Instant::now();
        while self.metric(name) != Some(value) {
            assert!(start.elapsed() < PATIENCE, "{name} is {:?}", self.metric(name));
            std::thread::yield_now();
        }
    }

    /// Waits until `serve` has come back by itself.
    pub(super) fn ended(self) {
        let ended = async { tokio::time::timeout(PATIENCE, self.running).await };
        let result = self.runtime.block_on(ended).expect("serve ends");
        result.expect("serve does not panic").expect("serve does not fail");
    }
}

/// The client side of one stream.
pub(super) struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    pub(super) fn read(&mut self) -> Message {
        self.socket.read().expect("a message comes")
    }

    /// The next message of the stream.
    pub(super) fn next(&mut self) -> Value {
        let message = self.read();
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    }

    /// The next message, which is of that kind.
    pub(super) fn expect(&mut self, kind: &str) -> Value {
        let message = self.next();
        assert_eq!(message["t"], kind, "{message}");
        message
    }

    /// Reads the greeting and returns the snapshot after it.
    pub(super) fn greeted(&mut self) -> Value {
        self.expect("hello");
        self.expect("schema");
        self.expect("snapshot")
    }

    pub(super) fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).expect("the message goes out");
    }

    /// Reads until the stream ends.
    pub(super) fn drain(mut self) {
        while self.socket.read().is_ok() {}
    }
}

/// The answer to a request over plain HTTP.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) code: u16,
    head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Host {
    pub(super) fn get(&self, path: &str) -> Reply {
        self.request("GET", path, "")
    }

    /// One request on a connection of its own; `extra` are whole header lines.
    pub(super) fn request(&self, method: &str, path: &str, extra: &str) -> Reply {
        let host = self.address;
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{extra}\r\n"
        ))
    }

    /// One request on a connection of its own, as it stands.
    pub(super) fn send(&self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.write_all(request.as_bytes()).expect("the request goes out");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Reply { code, head: head.to_owned(), body: body.to_owned() }
    }
}
