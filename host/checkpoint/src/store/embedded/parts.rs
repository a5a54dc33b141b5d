//! The parts of large accumulators, each stored once: an accumulator grows by differences, and what
//! was stored with the checkpoint before is not written again.
//!
//! A snapshot is stored with the names of the parts in the place of such an accumulator, and the
//! header tells where.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, Digest, PartitionSnapshot, SnapshotError, digest_of};

use super::tables::{Failed, Reading, Writing};
use crate::store::header::{Header, PartNames};

/// The length of the name of a part: its number, and its SHA-256.
const NAME_BYTES: usize = 8 + 32;

/// The parts that this process has stored or is about to.
#[derive(Default)]
pub(super) struct Known {
    /// By the address of the bytes, which are held, so that the address stays theirs.
    parts: HashMap<usize, Part>,
    /// The numbers of all parts that are stored; `None` before the first look.
    stored: Option<BTreeSet<u64>>,
    /// What the checkpoint before names; `None` where it is not known.
    former: Option<BTreeSet<u64>>,
}

struct Part {
    bytes: Arc<[u8]>,
    name: Name,
    is_used: bool,
}

#[derive(Clone, Copy)]
struct Name {
    number: u64,
    digest: Digest,
}

/// Takes the large accumulators out of `rest`, and stores the parts that are not there yet. Returns
/// the bytes that were written.
pub(super) fn take_out(
    writing: &Writing,
    rest: &mut PartitionSnapshot,
    known: &mut Known,
    named: &mut PartNames,
) -> Result<u64, Failed> {
    let mut written = 0;
    for metric in &mut rest.metrics {
        let id = metric.id.clone();
        for (place, accumulator) in (0..).zip(metric.accumulators_mut()) {
            let is_large = |whole: &Arc<[u8]>| whole.len() >= AccumulatorBytes::LARGE_BYTES;
            let is_apart = accumulator.as_whole().is_none_or(is_large);
            if !is_apart {
                continue;
            }
            let mut listed = Vec::with_capacity(accumulator.parts().len() * NAME_BYTES);
            for part in accumulator.parts() {
                let (Name { number, digest }, bytes) = known.name(writing, part)?;
                written += bytes;
                listed.extend_from_slice(&number.to_le_bytes());
                listed.extend_from_slice(&digest.0);
            }
            *accumulator = AccumulatorBytes::whole(listed);
            let of_partition = named.entry(rest.partition).or_default();
            of_partition.entry(id.clone()).or_default().push(place);
        }
    }
    Ok(written)
}

impl Known {
    /// The name of a part, which is stored if it is not; and the bytes that were written.
    fn name(&mut self, writing: &Writing, part: &Arc<[u8]>) -> Result<(Name, u64), Failed> {
        let address = part.as_ptr().addr();
        if let Some(known) =
            self.parts.get_mut(&address).filter(|known| Arc::ptr_eq(&known.bytes, part))
        {
            known.is_used = true;
            return Ok((known.name, 0));
        }
        let stored = self.stored(writing)?;
        let number = stored.last().map_or(1, |last| last + 1);
        stored.insert(number);
        writing.insert_part(number, part)?;
        let name = Name { number, digest: digest_of(part) };
        let known = Part { bytes: Arc::clone(part), name, is_used: true };
        self.parts.insert(address, known);
        Ok((name, part.len() as u64))
    }

    fn stored(&mut self, writing: &Writing) -> Result<&mut BTreeSet<u64>, Failed> {
        match &mut self.stored {
            Some(stored) => Ok(stored),
            none => Ok(none.insert(writing.parts()?)),
        }
    }

    /// Drops the parts that neither the checkpoint which is written now names nor the one before.
    pub(super) fn drop_unnamed(
        &mut self,
        writing: &Writing,
        former: Option<(&Header, u64)>,
    ) -> Result<(), Failed> {
        self.parts.retain(|_, part| std::mem::take(&mut part.is_used));
        let now: BTreeSet<u64> = self.parts.values().map(|part| part.name.number).collect();
        let named_before = match (self.former.take(), former) {
            (Some(named), _) => named,
            (None, Some((header, generation))) if !header.parts.is_empty() => {
                writing.named_parts(header, generation)?
            }
            (None, _) => BTreeSet::new(),
        };
        if self.stored.is_some() || !now.is_empty() || !named_before.is_empty() {
            let stored = self.stored(writing)?;
            let unnamed = |number: &&u64| !now.contains(number) && !named_before.contains(number);
            let unnamed: Vec<u64> = stored.iter().filter(unnamed).copied().collect();
            for number in unnamed {
                writing.remove_part(number)?;
                stored.remove(&number);
            }
        }
        self.former = Some(now);
        Ok(())
    }
}

/// The numbers of the parts that a snapshot names.
pub(super) fn numbers(header: &Header, snapshot: &PartitionSnapshot) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    let mut snapshot = snapshot.clone();
    for names in places(header, &mut snapshot).into_iter().flatten() {
        numbers.extend(names_of(names).into_iter().flatten().map(|name| name.number));
    }
    numbers
}

/// Puts the accumulators that `header` names into a snapshot that was stored without them.
pub(super) fn restore(
    reading: &Reading,
    header: &Header,
    snapshot: &mut PartitionSnapshot,
) -> Result<Result<(), SnapshotError>, Failed> {
    let Some(places) = places(header, snapshot) else { return Ok(Err(SnapshotError::Damaged)) };
    for accumulator in places {
        let Some(names) = names_of(accumulator) else { return Ok(Err(SnapshotError::Damaged)) };
        let mut parts = Vec::new();
        for name in names {
            match reading.part(name.number)? {
                Some(part) if digest_of(&part) == name.digest => parts.push(part),
                _ => return Ok(Err(SnapshotError::Damaged)),
            }
        }
        match AccumulatorBytes::of_parts(parts) {
            Some(whole) => *accumulator = whole,
            None => return Ok(Err(SnapshotError::Damaged)),
        }
    }
    Ok(Ok(()))
}

/// The places in `snapshot` that hold names; `None` where the header names one that is not there.
fn places<'a>(
    header: &Header,
    snapshot: &'a mut PartitionSnapshot,
) -> Option<Vec<&'a mut AccumulatorBytes>> {
    let empty = BTreeMap::new();
    let named = header.parts.get(&snapshot.partition).unwrap_or(&empty);
    let count: usize = named.values().map(Vec::len).sum();
    let mut found = Vec::new();
    for metric in &mut snapshot.metrics {
        let Some(named) = named.get(&metric.id) else { continue };
        let all = (0..).zip(metric.accumulators_mut());
        found.extend(all.filter(|(place, _)| named.contains(place)).map(|(_, found)| found));
    }
    (found.len() == count).then_some(found)
}

fn names_of(accumulator: &AccumulatorBytes) -> Option<Vec<Name>> {
    let (names, rest) = accumulator.as_whole()?.as_chunks::<NAME_BYTES>();
    let name = |bytes: &[u8; NAME_BYTES]| {
        let (number, digest) = bytes.split_first_chunk()?;
        let number = u64::from_le_bytes(*number);
        Some(Name { number, digest: Digest(digest.try_into().ok()?) })
    };
    rest.is_empty().then(|| names.iter().map(name).collect())?
}
