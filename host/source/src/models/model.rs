//! The interface of a shape, by which an event is made at a place of the log and written, clean or
//! dirty.

use std::fmt::Debug;

use streamgauge_core::RecordTime;
use streamgauge_core::random::Random;

/// A shape: how its events come about and how they are written.
pub(super) trait Model: Debug {
    type Event;
    type Dirt: Copy + Debug + 'static;
    /// The fields of a record, as written.
    const FIELDS: &'static [&'static str];
    /// All kinds of dirt.
    const DIRT: &'static [Self::Dirt];

    /// The event at `place`; whether it is late is up to its draws.
    fn event(&self, place: Place, random: &mut Random) -> Self::Event;

    /// Appends a clean record.
    fn write(&self, event: &Self::Event, out: &mut Vec<u8>);

    /// Appends a record with this dirt.
    fn write_dirty(
        &self,
        event: &Self::Event,
        dirt: Self::Dirt,
        random: &mut Random,
        out: &mut Vec<u8>,
    );
}

/// Where a record stands in the whole log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// How many records stand before it when all partitions take turns.
    pub(super) position: u64,
    pub(super) stamp: RecordTime,
}
