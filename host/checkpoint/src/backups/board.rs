//! What is known of backups outside: written by their thread, read by whoever shows it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::folder::BackupFile;
use crate::report::{Failing, FailureKind};
use crate::store::StateReader;

/// The report of backups, shared.
#[derive(Default)]
pub struct BackupBoard {
    report: Mutex<BackupReport>,
    /// The state that is backed up; `None` means that none is yet.
    reader: Mutex<Option<StateReader>>,
}

/// What backups came to since the program began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupReport {
    /// The backups that were made.
    pub made: u64,
    /// The backups that failed.
    pub failed: u64,
    /// When the last one was made, in milliseconds since the Unix epoch.
    pub at: Option<i64>,
    /// The size of the last one in bytes.
    pub bytes: u64,
    /// The failures since the last one that was made, if there are any.
    pub failing: Option<Failing>,
}

impl BackupBoard {
    /// What backups came to.
    pub fn read(&self) -> BackupReport {
        self.lock().clone()
    }

    /// From now on this state is backed up; returns the one before.
    pub fn read_from(&self, reader: Option<StateReader>) -> Option<StateReader> {
        std::mem::replace(&mut *self.reader.lock().unwrap_or_else(PoisonError::into_inner), reader)
    }

    /// The state that is backed up; `None` means that none is yet.
    pub(super) fn reader(&self) -> Option<StateReader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes in a backup; returns the failures before it.
    pub(super) fn made(&self, made: &BackupFile) -> Option<Failing> {
        let mut report = self.lock();
        report.made += 1;
        (report.at, report.bytes) = (Some(made.at), made.bytes);
        report.failing.take()
    }

    /// Takes in a failure at `at`, in milliseconds since the Unix epoch. Returns whether its reason
    /// is another one than before.
    pub(super) fn failed(&self, at: i64, reason: String) -> bool {
        let mut report = self.lock();
        report.failed += 1;
        let before = report.failing.take();
        let is_new = before.as_ref().is_none_or(|before| before.reason != reason);
        let (since, failures) = before.map_or((at, 0), |before| (before.since, before.failures));
        let kind = FailureKind::Failed;
        report.failing = Some(Failing { since, failures: failures + 1, reason, kind });
        is_new
    }

    fn lock(&self) -> MutexGuard<'_, BackupReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
