//! What somebody did to the pipeline while it ran, on its way to the page: moments for "what
//! happened", and warnings, such as that a changed file was not taken over.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Utc;

use super::cause::Cause;

/// Moments that wait for the publisher, which takes them several times a second.
const MOMENTS_MAX: usize = 50;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the wall clock, in milliseconds since the Unix epoch.
    pub at: i64,
    /// What was done, as the wire names it.
    pub what: &'static str,
    /// The metric, or the settings that changed.
    pub of: Option<String>,
    /// The reason, where it failed.
    pub cause: Option<Cause>,
}

/// What was done, and what stands because of it.
#[derive(Default)]
pub struct Acts {
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    moments: Vec<Moment>,
    warnings: Vec<Cause>,
    /// Of metrics that the stream leaves behind.
    slow: Vec<Cause>,
    /// An edition that is being built, with its progress.
    building: Option<Cause>,
}

impl Acts {
    /// Notes that `what` was done just now.
    pub fn note(&self, what: &'static str, of: Option<String>, cause: Option<Cause>) {
        let at = Utc::now().timestamp_millis();
        let mut content = self.lock();
        if content.moments.len() < MOMENTS_MAX {
            content.moments.push(Moment { at, what, of, cause });
        }
    }

    /// The moments since the last call.
    pub fn take(&self) -> Vec<Moment> {
        std::mem::take(&mut self.lock().moments)
    }

    /// Puts `warnings` in the place of those that stood.
    pub fn warn(&self, warnings: Vec<Cause>) {
        self.lock().warnings = warnings;
    }

    /// The warnings of what somebody did last.
    pub fn warnings(&self) -> Vec<Cause> {
        self.lock().warnings.clone()
    }

    /// Those, and the warnings of what goes on in the background.
    pub fn all_warnings(&self) -> Vec<Cause> {
        let content = self.lock();
        let all = content.warnings.iter().chain(&content.building).chain(&content.slow);
        all.cloned().collect()
    }

    /// Tells how far the edition is that is being built; `None` means that none is.
    pub fn tell_building(&self, building: Option<Cause>) {
        self.lock().building = building;
    }

    /// Puts warnings of metrics that do not catch up in the place of those that stood.
    pub fn warn_of_slow(&self, slow: Vec<Cause>) {
        let mut content = self.lock();
        for cause in &slow {
            if !content.slow.iter().any(|known| known.is_same_trouble(cause)) {
                tracing::warn!("{}", cause.message);
            }
        }
        content.slow = slow;
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
