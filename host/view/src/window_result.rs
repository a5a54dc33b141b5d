//! The result over one window, or why there is none.

use std::sync::Arc;

use thiserror::Error;

use super::merge::Failed;
use super::trouble::{LastGood, Trouble};
use super::windows::WindowState;
use super::{MetricResult, WindowId};

/// The result over one window.
#[derive(Clone)]
pub struct WindowResult {
    /// The kind and start of the window.
    pub id: WindowId,
    /// The window's phase; `None` means the cumulative window.
    pub state: Option<WindowState>,
    /// The rows; the same `Arc` until the window changes.
    pub result: Arc<MetricResult>,
}

/// The plugin gives no result of states that it once wrote.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("its result could not be read: {failed}")]
pub struct Unreadable {
    pub(super) failed: Failed,
    pub(super) last: Option<LastGood>,
}

impl Unreadable {
    /// What to show instead, and why.
    pub fn instead(&self, id: WindowId, state: Option<WindowState>) -> (WindowResult, Trouble) {
        let last = self.last.as_ref();
        let result = last.map(|last| Arc::clone(&last.result)).unwrap_or_default();
        let last = last.map(|last| last.read.clone());
        let trouble = Trouble::Unreadable { reason: self.failed.to_string(), last };
        (WindowResult { id, state, result }, trouble)
    }
}
