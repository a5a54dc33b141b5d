//! Copies of the state in another folder, every so often, so that a damaged disk is not the end of
//! it. A copy is what `state export` writes, and `state import` brings it back.
//!
//! A thread of its own makes them, so a slow disk holds up neither workers nor checkpoints. The
//! state is read into a file beside it first: while a state is read, its own file grows with each
//! checkpoint, and a disk that hangs must not make it grow for ever.
//!
//! Invariant: a backup has its name when it is whole and on the disk, and the newest one stays until
//! the next one is.

mod board;
mod folder;
mod making;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_pipeline::BackupSettings;
use thiserror::Error;

use crate::store::StateError;
pub use board::{BackupBoard, BackupReport};
pub use folder::{BackupFile, backups_in, leftovers, over};

/// How often the thread looks whether it should stop or a backup is due.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long to wait for the first checkpoint.
const WAIT_FOR_STATE: Duration = Duration::from_secs(1);

/// The longest wait after a failure.
const RETRY_AFTER: Duration = Duration::from_mins(1);

/// How long the end of a run waits for a backup that is being written.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Makes backups of one state.
pub struct Backups {
    /// Where to, how often and how many.
    pub settings: BackupSettings,
    /// The identity of the state.
    pub identity: String,
    /// Names the state that is read, which stays open for checkpoints meanwhile, and is told what
    /// each backup came to.
    pub board: Arc<BackupBoard>,
}

/// The thread that makes backups; dropping it ends the thread.
pub struct RunningBackups {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Why there is no new backup.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// A file could not be written.
    #[error("{} could not be written: {error}", path.display())]
    Write {
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the system.
        error: std::io::Error,
    },
    /// The new backup and the newest one are more than the folder may have.
    #[error(
        "a backup of {bytes} bytes, with the one before of {newest} bytes, is more than the \
         {bytes_max} bytes of `size_max`"
    )]
    NoRoom {
        /// The size of the new backup.
        bytes: u64,
        /// The size of the one before, which stays until the new one is there.
        newest: u64,
        /// The most that all may have together.
        bytes_max: u64,
    },
    /// The run ended while the backup was being written; nothing of it stays.
    #[error("the run ends")]
    Stopped,
}

impl BackupError {
    /// The advice for the user.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::State(error) => error.hint(),
            Self::Write { .. } => {
                "look at the folder of `backups` in [state.embedded], its disk and its owner"
            }
            Self::NoRoom { .. } => "raise `size_max` of `backups` in [state.embedded]",
            Self::Stopped => "the next run makes one",
        }
    }
}

impl Backups {
    /// Makes backups in a thread of its own.
    pub fn start(self) -> RunningBackups {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let named = thread::Builder::new().name("backups".to_owned());
        let thread = named.spawn(move || self.run(&told)).expect("a thread can be started");
        RunningBackups { stop, thread }
    }

    fn run(&self, stop: &AtomicBool) {
        let mut next = Instant::now() + self.first_wait();
        while !stop.load(Ordering::Relaxed) {
            if Instant::now() >= next {
                next = Instant::now() + self.back_up(stop);
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// The time to the next backup: a start does not make one where the newest is new enough.
    fn first_wait(&self) -> Duration {
        let mut found = backups_in(&self.settings.dir).unwrap_or_default().into_iter();
        let newest = found.rfind(|file| file.is_of(&self.identity));
        let Some(newest) = newest else { return Duration::ZERO };
        let age = Utc::now().timestamp_millis().saturating_sub(newest.at);
        let age = Duration::from_millis(age.max(0).unsigned_abs());
        self.settings.every.saturating_sub(age)
    }

    /// Makes a backup, and tells what came of it. Returns the time to the next try.
    fn back_up(&self, stop: &AtomicBool) -> Duration {
        let began = Instant::now();
        match self.make(stop) {
            Ok(Some(made)) => {
                let took = began.elapsed();
                tracing::debug!(bytes = made.bytes, ?took, "backup {}", made.path.display());
                if let Some(failing) = self.board.made(&made) {
                    tracing::info!("backups are made again, after {} failures", failing.failures);
                }
                self.settings.every
            }
            Ok(None) => WAIT_FOR_STATE,
            Err(BackupError::Stopped) => Duration::ZERO,
            Err(error) => {
                let reason = format!("{error}; hint: {}", error.hint());
                if self.board.failed(Utc::now().timestamp_millis(), reason.clone()) {
                    tracing::warn!("no backup of the state: {reason}");
                }
                self.settings.every.min(RETRY_AFTER)
            }
        }
    }
}

impl Drop for RunningBackups {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        // A disk that hangs is left alone: the end of the process ends its thread.
        while !self.thread.is_finished() && begun.elapsed() < STOP_TIMEOUT {
            thread::sleep(LOOK_EVERY / 5);
        }
    }
}
