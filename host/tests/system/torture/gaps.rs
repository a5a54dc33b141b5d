//! Records that were deleted before the host read them, and the gaps that the host names for these
//! records.
//!
//! A gap is believed only where records were deleted: the gap must end where the deletion ended,
//! and begin where the host can have stood. Every record outside a gap must be counted.

use std::collections::BTreeMap;

use serde_json::Value;

/// A deletion of all records before `to`, while the host stood at `stored` or later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deletion {
    pub(super) partition: u32,
    pub(super) stored: i64,
    pub(super) to: i64,
}

/// The offsets of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skipped {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// The gaps known so far, by partition.
#[derive(Default)]
pub(super) struct Gaps {
    known: BTreeMap<u32, Vec<Skipped>>,
}

impl Gaps {
    /// How many gaps a partition has.
    pub(super) fn count(&self, partition: u32) -> usize {
        self.known.get(&partition).map_or(0, Vec::len)
    }

    /// The gaps in `result` that were not there before, by partition; or the error in these gaps.
    pub(super) fn new_in(
        &mut self,
        result: &Value,
        deletions: &[Deletion],
    ) -> Result<BTreeMap<u32, Vec<Skipped>>, String> {
        let mut new = BTreeMap::new();
        for place in result["at"].as_array().into_iter().flatten() {
            let partition = place["partition"].as_u64().unwrap_or_default() as u32;
            let named: Vec<Skipped> = list(&place["gaps"])?;
            let known = self.known.entry(partition).or_default();
            let Some(more) = named.strip_prefix(known.as_slice()) else {
                return Err(format!("partition {partition}: {known:?} became {named:?}"));
            };
            if let Some(gap) = more.iter().find(|gap| !is_caused(partition, **gap, deletions)) {
                return Err(format!("partition {partition}: nobody made {gap:?}"));
            }
            new.insert(partition, more.to_vec());
            *known = named;
        }
        Ok(new)
    }
}

fn is_caused(partition: u32, gap: Skipped, deletions: &[Deletion]) -> bool {
    let mut of_partition = deletions.iter().filter(|d| d.partition == partition);
    of_partition.any(|d| d.to == gap.to && (d.stored..d.to).contains(&gap.from))
}

fn list(gaps: &Value) -> Result<Vec<Skipped>, String> {
    let gap = |gap: &Value| match (&gap["kind"], gap["from"].as_i64(), gap["to"].as_i64()) {
        (kind, Some(from), Some(to)) if kind == "log_start_moved" => Ok(Skipped { from, to }),
        _ => Err(format!("{gap} is not a moved start of a log")),
    };
    gaps.as_array().into_iter().flatten().map(gap).collect()
}
