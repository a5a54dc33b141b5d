//! The supervisor's part of a reload: the pipeline in force, the next one, and the one before.

use std::cell::Cell;
use std::sync::Arc;

use streamgauge_checkpoint::store::{StateReader, StateStore};

use super::current::{Active, Current};
use super::handover::Handover;
use super::prepare::Prepared;

/// Where changed pipelines come from, and what is known of the one before.
pub struct Reloading {
    /// The pipeline that runs, as others see it.
    pub current: Arc<Current>,
    /// The way to the supervisor.
    pub handover: Arc<Handover<Next>>,
    /// The pipeline that ran before, until the changed one reads.
    pub(super) former: Option<Former>,
    /// How many builds are noted as shown until those in their places have caught up; `None` means
    /// that nothing was looked for yet.
    pub(super) noted: Cell<Option<usize>>,
}

/// A pipeline that is to be in force.
pub struct Next {
    /// The settings, the plan and the plugins.
    pub prepared: Prepared,
    /// The edition of the state that it goes on from; `None` means the one that runs.
    pub switch: Option<Switch>,
}

/// An edition of the state, to go on from.
pub struct Switch {
    /// The number of the edition.
    pub edition: u32,
    /// The store of the edition.
    pub store: Box<dyn StateStore>,
    /// Reads the store for backups; `None` means that none are made of it.
    pub reader: Option<StateReader>,
}

/// The pipeline that was in force before, with its edition where that is another one.
pub(super) struct Former {
    pub(super) active: Arc<Active>,
    pub(super) switch: Option<Switch>,
}

impl Reloading {
    /// Of a run that begins with `prepared`.
    pub fn new(prepared: &Prepared) -> Self {
        let current = Arc::new(Current::new(prepared.clone()));
        Self { current, handover: Arc::default(), former: None, noted: Cell::new(None) }
    }

    /// True while a changed pipeline waits to be taken.
    pub(super) fn is_asked(&self) -> bool {
        self.handover.is_asked()
    }
}
