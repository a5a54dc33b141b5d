//! The host that shows the plugin, as a child of this process.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::pipeline::Shown;
use super::say::say;
use crate::cli::failure::Failure;

/// The time in which a host has to serve its page, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The pause between two questions to the host.
const ASK: Duration = Duration::from_millis(20);

/// The running host, if there is one. The host ends when its input ends, so that no host is left
/// behind even where this process is killed.
#[derive(Default)]
pub(super) struct Show {
    host: Option<(Child, Shown)>,
    hint: Option<String>,
    /// The address of the last page, whose port was free then.
    address: Option<SocketAddr>,
}

impl Show {
    /// Ends the host that is there and starts the next one.
    pub(super) fn start(&mut self, mut command: Command, shown: Shown) -> Result<(), Failure> {
        self.end();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(Failure::failed)?;
        let address = greeting(child.stdout.take());
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match address.recv_timeout(ASK) {
                Ok(address) => {
                    say(&format!("on the page: {address}"));
                    self.address = socket(&address).or(self.address);
                    self.hint(&shown);
                    self.host = Some((child, shown));
                    return Ok(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    child.wait().map_err(Failure::failed)?;
                    say("the host did not start: the cause stands above");
                    return Ok(());
                }
            }
        }
        self.host = Some((child, shown));
        self.end();
        Err(Failure::failed(format!("the host did not serve its page in {PATIENCE:?}")))
    }

    /// The address of the page before, where any port is right: whoever looks at that page goes on
    /// looking. `None` means that a port was asked for, or that the port is taken now.
    pub(super) fn kept_port(&self, listen: Option<SocketAddr>) -> Option<SocketAddr> {
        let asked = listen.filter(|listen| listen.port() == 0)?;
        let kept = self.address.filter(|kept| kept.ip() == asked.ip())?;
        TcpListener::bind(kept).ok().map(|_| kept)
    }

    /// Tells the author the hint, once.
    fn hint(&mut self, shown: &Shown) {
        if self.hint != shown.hint() {
            self.hint = shown.hint();
            self.hint.iter().for_each(|hint| say(hint));
        }
    }

    /// Says if the host ended by itself.
    pub(super) fn look(&mut self) -> Result<(), Failure> {
        if let Some((child, _)) = &mut self.host
            && let Some(status) = child.try_wait().map_err(Failure::failed)?
        {
            say(&format!("the host ended: {status}"));
            self.host = None;
        }
        Ok(())
    }

    /// Ends the host in good order.
    pub(super) fn end(&mut self) {
        let Some((mut child, _shown)) = self.host.take() else { return };
        drop(child.stdin.take());
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match child.try_wait() {
                Ok(None) => std::thread::sleep(ASK),
                _ => return,
            }
        }
        // The host hangs; nothing of a demo is worth waiting for.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The socket in an address such as `http://127.0.0.1:5001/#token=TOKEN`.
fn socket(address: &str) -> Option<SocketAddr> {
    let (_, rest) = address.split_once("://")?;
    rest.split('/').next()?.trim().parse().ok()
}

/// The address in the host's first words, when the host has its port. The rest of the output is
/// read and dropped.
fn greeting(output: Option<ChildStdout>) -> Receiver<String> {
    let (sender, address) = channel();
    std::thread::spawn(move || {
        for line in output.into_iter().flat_map(|output| BufReader::new(output).lines()) {
            let Ok(line) = line else { return };
            if let Some(at) = line.find("http://") {
                // Nobody waits any more once the address is known.
                let _ = sender.send(line[at..].to_owned());
            }
        }
    });
    address
}
