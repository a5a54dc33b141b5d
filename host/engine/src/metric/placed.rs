//! Where the rows of a hand-over are placed, once for all metrics with the same windows: they have
//! the same panes open, as long as they came from the same place.

use std::cell::RefCell;
use std::rc::Rc;

use streamgauge_core::{ByLateness, TimeWindow, WindowSet};

use super::placement::Placement;

/// What the metrics before found out about the rows of a hand-over.
#[derive(Default)]
pub struct Placed(RefCell<Vec<Known>>);

/// The rows as one kind of windows placed them.
struct Known {
    before: WindowSet,
    after: WindowSet,
    found: Found,
}

/// Where rows are.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) placements: Rc<ByLateness<Placement>>,
    /// The panes that rows are in, each once.
    pub(super) panes: Rc<Vec<TimeWindow>>,
}

impl Placed {
    /// Where the rows are by `set`, which comes to where it would be had it placed them.
    pub(super) fn known(&self, set: &mut WindowSet) -> Option<Found> {
        let known = self.0.borrow();
        let known = known.iter().find(|known| known.before.places_as(set))?;
        set.follow(&known.before, &known.after);
        Some(known.found.clone())
    }

    /// Remembers where rows are by a set that was as `before`.
    pub(super) fn remember(&self, before: WindowSet, after: WindowSet, found: Found) {
        self.0.borrow_mut().push(Known { before, after, found });
    }
}
