//! The supervisor's part of a reload: the pipeline in force, the next one, and the one before.

use std::sync::Arc;

use super::current::{Active, Current};
use super::handover::Handover;
use super::prepare::Prepared;

/// Where changed pipelines come from, and what is known of the one before.
pub struct Reloading {
    /// The pipeline that runs, as others see it.
    pub current: Arc<Current>,
    /// The way to the supervisor.
    pub handover: Arc<Handover<Prepared>>,
    /// The pipeline that ran before, until the changed one reads.
    pub(super) former: Option<Arc<Active>>,
}

impl Reloading {
    /// Of a run that begins with `prepared`.
    pub fn new(prepared: &Prepared) -> Self {
        let current = Arc::new(Current::new(prepared.clone()));
        Self { current, handover: Arc::default(), former: None }
    }

    /// True while a changed pipeline waits to be taken.
    pub(super) fn is_asked(&self) -> bool {
        self.handover.is_asked()
    }
}
