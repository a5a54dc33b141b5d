//! Where the workers of a run publish.

use std::sync::Arc;

use streamgauge_outbox::{News, Outbox};

use crate::run::opening::{Parked, Share};

/// An outbox a worker, with the states of its partitions. Where a new partition begins is part of
/// the state: "latest" must not move at a crash. What stands still is shown and stored with the
/// first worker's.
pub(super) fn fill(shares: &[Share], parked: &[Parked], news: &Arc<News>) -> Vec<Arc<Outbox>> {
    let beginning = |(i, share): (usize, &Share)| {
        let stopped = parked.iter().filter(|_| i == 0).map(|parked| &parked.state);
        let states = share.partitions.iter().chain(stopped);
        let states = states.map(|state| Arc::new(state.clone()));
        Arc::new(Outbox::beginning_with(states).telling(news))
    };
    shares.iter().enumerate().map(beginning).collect()
}
