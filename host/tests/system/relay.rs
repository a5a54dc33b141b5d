//! A port that stays while what stands behind it changes, as when a broker comes back with another
//! configuration: every connection breaks, and new ones meet something else.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What stands behind the port.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behind {
    /// The listener at this port.
    Port(u16),
    /// A server that answers whatever is asked so, and ends the connection.
    Words(&'static [u8]),
    /// A server that takes connections and says nothing.
    Silence,
    /// The port is closed, so that the system refuses connections by itself.
    Nobody,
}

struct State {
    behind: Behind,
    /// Both ends of each connection.
    open: Vec<TcpStream>,
    is_over: bool,
}

/// The port; closed when dropped.
pub(crate) struct Relay {
    state: Arc<Mutex<State>>,
}

impl Relay {
    pub(crate) fn new(port: u16, behind: Behind) -> Self {
        let state = State { behind, open: Vec::new(), is_over: false };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || serve(port, &shared));
        Self { state }
    }

    /// Breaks all connections; new ones meet `behind`.
    pub(crate) fn turn(&self, behind: Behind) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.behind = behind;
        for stream in state.open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.turn(Behind::Nobody);
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
    }
}

fn serve(port: u16, shared: &Mutex<State>) {
    let mut listener = None;
    loop {
        {
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if state.is_over {
                return;
            }
            if matches!(state.behind, Behind::Nobody) {
                listener = None;
            } else {
                let listener = listener.get_or_insert_with(|| listen(port));
                while let Ok((stream, _)) = listener.accept() {
                    // A connection that cannot be passed on is closed.
                    let _ = pass(stream, &mut state);
                }
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn listen(port: u16) -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
    listener.set_nonblocking(true).expect("a listener that does not wait");
    listener
}

fn pass(stream: TcpStream, state: &mut State) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    state.open.push(stream.try_clone()?);
    match state.behind {
        Behind::Port(port) => {
            let other = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            for each in [&stream, &other] {
                each.set_nodelay(true)?;
            }
            state.open.push(other.try_clone()?);
            copy(stream.try_clone()?, other.try_clone()?);
            copy(other, stream);
        }
        Behind::Words(words) => {
            let mut stream = stream;
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 64]);
                let _ = stream.write_all(words);
                let _ = stream.shutdown(Shutdown::Both);
            });
        }
        Behind::Silence | Behind::Nobody => {}
    }
    Ok(())
}

/// Copies what comes from one end to the other until either ends.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}
