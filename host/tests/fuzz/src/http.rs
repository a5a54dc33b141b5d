//! A running server for the fuzz target of its HTTP surface, with the data of the server's own tests.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use streamgauge_server::{Access, Server};
use streamgauge_telemetry::Telemetry;
use tokio::sync::watch;

use crate::fixture;

/// A server that answers a whole request within this time.
const MOMENT: Duration = Duration::from_millis(3);

/// The server ends a connection that its client has ended, in any case within this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// After so many inputs the server is asked whether it is well.
const ASK_EVERY: u32 = 200;

/// A server that runs as long as the process.
pub(crate) struct Http {
    address: SocketAddr,
    inputs: u32,
}

impl Http {
    /// A server on a free port.
    pub(crate) fn new() -> Self {
        let server = Server::bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let address = server.local_addr();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let (_live, live) = watch::channel(Arc::new(fixture::live()));
            let (_stop, stop) = watch::channel(false);
            let (telemetry, answers) = (Arc::new(Telemetry::new()), Arc::new(fixture::Answers));
            let (acts, access) = (Arc::new(fixture::Acts), Access::default());
            let serving = server.serve(live, telemetry, answers, acts, access, stop);
            runtime.expect("a runtime").block_on(serving).expect("it serves");
        });
        Self { address, inputs: 0 }
    }

    /// Sends `bytes` over a connection of their own.
    ///
    /// # Panics
    /// The server keeps a connection whose client has left, gives something that is no answer, or is
    /// not well afterwards.
    pub(crate) fn check(&mut self, bytes: &[u8]) {
        let answer = self.ask(bytes);
        // A client of the older version is answered in it.
        let is_answer = [b"HTTP/1.1 ", b"HTTP/1.0 "].iter().any(|begin| answer.starts_with(*begin));
        assert!(answer.is_empty() || is_answer, "{answer:?}");
        self.inputs += 1;
        if self.inputs.is_multiple_of(ASK_EVERY) {
            let well =
                self.ask(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assert!(well.starts_with(b"HTTP/1.1 200 "), "{well:?}");
        }
    }

    /// The first bytes of the answer.
    fn ask(&self, bytes: &[u8]) -> Vec<u8> {
        let mut socket = TcpStream::connect(self.address).expect("it listens");
        // A connection leaves nothing behind, so that ports do not run out.
        SockRef::from(&socket).set_linger(Some(Duration::ZERO)).expect("a socket");
        socket.set_read_timeout(Some(MOMENT)).expect("a socket");
        // The server may have ended the connection meanwhile.
        let _ = socket.write_all(bytes);
        let (mut answer, mut piece) = (Vec::new(), vec![0; 64 << 10]);
        let mut is_ended = false;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match socket.read(&mut piece) {
                Ok(0) => return answer,
                Ok(count) if answer.len() < 1000 => answer.extend_from_slice(&piece[..count]),
                Ok(_) => {}
                Err(error) if is_pause(error.kind()) && !is_ended => {
                    is_ended = true;
                    let _ = socket.shutdown(Shutdown::Write);
                }
                Err(error) if is_pause(error.kind()) => {}
                Err(_) => return answer,
            }
        }
        panic!("the connection is still open after {bytes:?}")
    }
}

fn is_pause(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
