//! The place for records that people want to see again, dead letters and late records alike:
//! nowhere (counted only), a file of JSON lines, or a Kafka topic.
//!
//! Invariant: a file holds, up to the length that a checkpoint names, exactly the entries that the
//! checkpoint covers, unless somebody put the file aside meanwhile: the entries go on in the file
//! that is at the path then. A topic holds each of these entries at least once.

mod error;
mod extent;
mod file;
mod kafka;
mod segments;

#[cfg(test)]
use std::path::Path;

use streamgauge_kafka::SideProducer;
use streamgauge_outbox::{Entry, Origin};
use streamgauge_pipeline::OutletFile;

pub use error::SideOutputError;
pub use extent::Extent;
#[cfg(test)]
pub(crate) use file::EntryFile;
use file::FileTarget;
use kafka::KafkaTarget;
pub use segments::full_files;

/// Lines that are written at once, in bytes: entries are many, and their lines are longer.
const APPENDED_BYTES: usize = 256 << 10;

/// A place for entries of one kind.
pub struct SideOutput {
    target: Target,
    origin: Origin,
    /// The entries and bytes that are written for good.
    extent: Extent,
    /// As a stored checkpoint names it.
    place: Option<String>,
}

enum Target {
    None,
    File(FileTarget),
    Kafka(KafkaTarget),
}

impl SideOutput {
    /// Entries are counted and dropped.
    pub fn none(origin: Origin) -> Self {
        Self::new(Target::None, origin, Extent::default())
    }

    /// A side output at the end of a file. Entries that the last checkpoint does not cover are cut
    /// off; without a checkpoint (`covered` is `None`), an existing file is kept and written on.
    /// `what` names the entries in messages.
    ///
    /// # Errors
    /// The file cannot be opened or cut.
    pub fn file(
        what: &'static str,
        outlet: &OutletFile,
        origin: Origin,
        covered: Option<Extent>,
    ) -> Result<Self, SideOutputError> {
        Self::on_target(FileTarget::open(what, outlet, covered)?, origin, covered)
    }

    /// A side output at the end of a file that is already open, for tests with a double.
    #[cfg(test)]
    pub(crate) fn on_file(
        what: &'static str,
        (path, file): (&Path, Box<dyn EntryFile>),
        origin: Origin,
        covered: Option<Extent>,
    ) -> Result<Self, SideOutputError> {
        Self::on_target(FileTarget::new(what, path, file), origin, covered)
    }

    fn on_target(
        target: FileTarget,
        origin: Origin,
        covered: Option<Extent>,
    ) -> Result<Self, SideOutputError> {
        let length = target.length()?;
        let begun = Extent { segment: target.segment(), bytes: length, entries: 0 };
        let extent =
            covered.map_or(begun, |covered| Extent { bytes: covered.bytes.min(length), ..covered });
        target.cut(extent.bytes)?;
        Ok(Self::new(Target::File(target), origin, extent))
    }

    /// Entries go to a topic, at least once each; `entries` were written before.
    pub fn kafka(
        what: &'static str,
        producer: SideProducer,
        topic: &str,
        origin: Origin,
        entries: u64,
    ) -> Self {
        let target = Target::Kafka(KafkaTarget::new(what, producer, topic));
        Self::new(target, origin, Extent { entries, ..Extent::default() })
    }

    fn new(target: Target, origin: Origin, extent: Extent) -> Self {
        Self { target, origin, extent, place: None }
    }

    /// Names the place as a checkpoint is to name it.
    #[must_use]
    pub fn at(self, place: String) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The place as a checkpoint is to name it.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Resumes the count after so many entries.
    pub fn resume(&mut self, entries: u64) {
        self.extent.entries = entries;
    }

    /// Writes `entries` so that they survive a crash. Entries stay even where the checkpoint that
    /// covers them fails: the checkpoint may have reached the disk nevertheless.
    ///
    /// # Errors
    /// Some entries were not written, and all have to be given again: a file is cut back
    /// to its length before these entries.
    pub fn write<E: Entry>(
        &mut self,
        entries: impl Iterator<Item = E>,
    ) -> Result<(), SideOutputError> {
        let mut count = 0;
        match &mut self.target {
            Target::None => count = entries.count() as u64,
            Target::File(target) => {
                self.extent = target.go_back(self.extent)?;
                let (mut bytes, mut written) = (Vec::new(), self.extent);
                for entry in entries {
                    if count == 0 {
                        target.check_room(written.bytes)?;
                    }
                    bytes.append(&mut entry.to_line(&self.origin));
                    count += 1;
                    if bytes.len() >= APPENDED_BYTES {
                        target.append(&bytes, &mut written)?;
                        bytes.clear();
                    }
                }
                if count > 0 {
                    target.append(&bytes, &mut written)?;
                    target.sync()?;
                }
                self.extent = written;
            }
            Target::Kafka(target) => {
                for entry in entries {
                    target.send(&entry, &self.origin)?;
                    count += 1;
                }
                target.acknowledge()?;
            }
        }
        self.extent.entries += count;
        Ok(())
    }

    /// A checkpoint that names [`SideOutput::extent`] is stored.
    pub fn stored(&mut self) {
        if let Target::File(target) = &mut self.target {
            target.stored(self.extent.segment);
        }
    }

    /// The entries and bytes that are written so far.
    pub fn extent(&self) -> Extent {
        self.extent
    }
}

#[cfg(test)]
mod tests;
