//! SIGHUP: a request to reload, as services take it, or the end of the terminal that the process
//! was started in, which ends the process.
//!
//! A terminal that is gone is no longer the process's own, which the system does before it sends the
//! signal to all; where the shell sends it, a moment may pass. Under nohup the signal stays ignored.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGHUP;
use signal_hook::flag;

use super::stop::is_ignored;

/// How long the system may take to part the process from its terminal.
const MOMENT: Duration = Duration::from_millis(100);

/// The meaning of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Look at the pipeline file and the plugins again.
    Reload,
    /// The terminal is gone.
    Stop,
}

/// The watch of the signal.
pub struct Hangup {
    raised: Arc<AtomicBool>,
    had_terminal: bool,
}

impl Hangup {
    /// Begins to watch; `None` means that the process was started with the signal ignored.
    ///
    /// # Errors
    /// The system refuses.
    pub fn watch() -> io::Result<Option<Self>> {
        if is_ignored(SIGHUP) {
            return Ok(None);
        }
        let raised = Arc::default();
        flag::register(SIGHUP, Arc::clone(&raised))?;
        Ok(Some(Self { raised, had_terminal: has_terminal() }))
    }

    /// The request since the last call.
    pub fn take(&self) -> Option<Request> {
        if !self.raised.swap(false, Ordering::Relaxed) {
            return None;
        }
        if self.had_terminal {
            thread::sleep(MOMENT);
        }
        let is_gone = self.had_terminal && !has_terminal();
        Some(if is_gone { Request::Stop } else { Request::Reload })
    }
}

/// True if the process has a terminal that could hang up.
fn has_terminal() -> bool {
    File::open("/dev/tty").is_ok()
}
