//! The host that shows the plugin, as a child of this process. It is started once, and takes over
//! what was built since as it takes over any change: page, address, sockets and counts stay.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::pipeline::Shown;
use super::say::say;
use super::words::swapped;
use crate::cli::failure::Failure;
use crate::cli::output::tell;
use crate::cli::running::RunningHost;
use crate::run::announce::Announcement;

/// The time in which a host has to serve its page, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The pause between two looks at the host.
const ASK: Duration = Duration::from_millis(20);

/// The running host, if there is one. The host ends when its input ends, so that no host is left
/// behind even where this process is killed.
#[derive(Default)]
pub(super) struct Show {
    host: Option<(Child, Shown)>,
    /// The address of the last page, whose port was free then.
    address: Option<SocketAddr>,
}

impl Show {
    /// True if the host that runs can take over `next`.
    pub(super) fn takes(&self, next: &Shown) -> bool {
        self.host.as_ref().is_some_and(|(_, shown)| shown.leads_to(next))
    }

    /// Lets the host take over its file and its plugins as they are now. What it cannot take over
    /// leaves it as it is.
    pub(super) fn swap(&self) {
        let Some((_, shown)) = &self.host else { return };
        let taken = RunningHost::at(&shown.state_dir()).and_then(|host| host.act("reload"));
        match taken {
            Ok(done) => {
                for line in swapped(&done) {
                    say(&line);
                }
                self.page(shown);
            }
            Err(failure) => {
                tell(failure.message);
                say("what is on the page stays, and counts on");
            }
        }
    }

    /// Starts the host of `shown`.
    pub(super) fn start(&mut self, mut command: Command, shown: Shown) -> Result<(), Failure> {
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().map_err(Failure::failed)?;
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(announcement) = Announcement::read(&shown.state_dir()) {
                self.address = Some(announcement.address);
                self.page(&shown);
                shown.hint().into_iter().for_each(say);
                self.host = Some((child, shown));
                return Ok(());
            }
            if child.try_wait().map_err(Failure::failed)?.is_some() {
                say("the host did not start: the cause stands above");
                return Ok(());
            }
            std::thread::sleep(ASK);
        }
        self.host = Some((child, shown));
        self.end();
        Err(Failure::failed(format!("the host did not serve its page in {PATIENCE:?}")))
    }

    fn page(&self, shown: &Shown) {
        self.address.iter().for_each(|at| say(&format!("on the page: {}", shown.url(*at))));
    }

    /// The address of the page before, where any port is right: whoever looks at that page goes on
    /// looking. `None` means that a port was asked for, or that the port is taken now.
    pub(super) fn kept_port(&self, listen: SocketAddr) -> Option<SocketAddr> {
        let kept = self.address.filter(|kept| listen.port() == 0 && kept.ip() == listen.ip())?;
        TcpListener::bind(kept).ok().map(|_| kept)
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
