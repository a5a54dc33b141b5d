//! Ctrl-C and SIGTERM: the first one asks to end in good order, the second one at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Watches the signals until dropped.
pub struct Stop {
    requested: Arc<AtomicBool>,
    registered: Vec<SigId>,
}

impl Stop {
    /// Begins to watch.
    ///
    /// # Errors
    /// The system refuses.
    pub fn on_signals() -> io::Result<Self> {
        Self::on(&[SIGINT, SIGTERM])
    }

    fn on(signals: &[i32]) -> io::Result<Self> {
        let mut stop = Self { requested: Arc::default(), registered: Vec::new() };
        for &signal in signals {
            // In this order, for the first signal must find the flag unset.
            let at_once =
                flag::register_conditional_shutdown(signal, 128 + signal, stop.requested.clone())?;
            stop.registered.push(at_once);
            stop.registered.push(flag::register(signal, stop.requested.clone())?);
        }
        Ok(stop)
    }

    /// The flag that a signal raises.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.requested)
    }

    /// True once a signal came.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use signal_hook::consts::SIGUSR2;

    use super::*;

    #[test]
    fn a_signal_is_a_request_and_no_end() {
        // A signal that nothing else in this process listens to.
        let stop = Stop::on(&[SIGUSR2]).expect("signals can be watched");
        assert!(!stop.is_requested());
        signal_hook::low_level::raise(SIGUSR2).expect("a signal to this process");
        assert!(stop.is_requested());
    }
}
