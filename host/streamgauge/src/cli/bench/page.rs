//! A page as far as the host can tell: a WebSocket that asks for updates and reads them.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tungstenite::{Message, Utf8Bytes, WebSocket, client};

use crate::cli::failure::Failure;

/// The longest wait for a message; a pipeline with nothing to tell sends a heart beat every 2 s.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How every update begins.
const UPDATE: &str = r#"{"t":"update""#;

/// An open page.
pub(super) struct Page {
    socket: WebSocket<TcpStream>,
}

impl Page {
    /// Opens the page of the pipeline that serves at `address`, and asks for `hz` updates a second,
    /// of which the pipeline gives no more than its `[server] max_hz`.
    ///
    /// # Errors
    /// Nobody serves a page there.
    pub(super) fn open(address: SocketAddr, hz: u32) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::failed(format!("no page can be opened at {address}: {error}"))
        };
        let connect = || -> io::Result<TcpStream> {
            let stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let stream = connect().map_err(|error| failed(&error))?;
        let (mut socket, _) = client(format!("ws://{address}/api/v1/stream"), stream)
            .map_err(|error| failed(&error))?;
        let asked = Message::text(format!(r#"{{"t":"sub","hz":{hz}}}"#));
        socket.send(asked).map_err(|error| failed(&error))?;
        Ok(Self { socket })
    }

    /// The next update, as it is written (docs/wire.md). Other messages are passed over.
    ///
    /// # Errors
    /// The connection is gone, or no message has come for 20 s.
    pub(super) fn next(&mut self) -> Result<Utf8Bytes, Failure> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) if text.starts_with(UPDATE) => return Ok(text),
                Ok(_) => {}
                Err(error) => {
                    return Err(Failure::failed(format!("the page gets no updates: {error}")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_page_asks_and_reads_updates_alone() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server = thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a page comes");
            let mut socket = tungstenite::accept(stream).expect("it greets");
            let asked = socket.read().expect("it asks");
            let long = format!(r#"{{"t":"update","seq":2{}}}"#, " ".repeat(70_000));
            for text in [r#"{"t":"hello"}"#, r#"{"t":"update","seq":1}"#, r#"{"t":"hb"}"#, &long] {
                socket.send(Message::text(text)).expect("the page reads");
            }
            socket.close(None).expect("the page reads");
            asked
        });
        let mut page = Page::open(address, 50).expect("the server answers");
        let lengths: Vec<usize> =
            std::iter::from_fn(|| page.next().ok()).map(|text| text.len()).collect();
        assert_eq!(lengths, [22, 70_022]);
        let asked = server.join().expect("the server ran");
        assert_eq!(asked, Message::text(r#"{"t":"sub","hz":50}"#));
    }

    #[test]
    fn a_page_that_nobody_serves_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let failure = Page::open(address, 2).err().expect("nobody is there");
        let words = format!("no page can be opened at {address}: ");
        assert!(failure.message.contains(&words), "{}", failure.message);
    }
}
