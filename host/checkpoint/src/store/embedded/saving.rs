//! Writing a checkpoint, one partition after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{FinalPane, digest_of};

use super::tables::{Failed, Writing};
use super::{parts, stopped};
use crate::store::header::{Header, PartNames, StoppedStates};
use crate::store::{Checkpoint, Keep};

/// What this process has stored.
#[derive(Default)]
pub(super) struct Known {
    stopped: stopped::Known,
    parts: parts::Known,
}

/// Writes a checkpoint as the next generation, and drops the generations older than the one before.
/// Returns the size of the checkpoint in bytes. `carried` are older panes that come with it.
pub(super) fn save(
    writing: &Writing,
    checkpoint: &Checkpoint,
    carried: &[Arc<FinalPane>],
    (keep, now): (&Keep, i64),
    known: &mut Known,
) -> Result<u64, Failed> {
    let former = writing.newest()?;
    let generation = former.map_or(1, |former| former + 1);
    let (mut bytes, mut digests) = (0, BTreeMap::new());
    let (mut named, mut apart) = (StoppedStates::new(), PartNames::new());
    // One after the other: each is in memory as published, as bytes, and in the store.
    for snapshot in &checkpoint.partitions {
        let (mut rest, written) =
            stopped::store(writing, snapshot, &mut known.stopped, &mut named)?;
        bytes += written + parts::take_out(writing, &mut rest, &mut known.parts, &mut apart)?;
        let rest = rest.encode();
        bytes += rest.len() as u64;
        digests.insert(snapshot.partition, digest_of(&rest).to_string());
        writing.insert_snapshot(generation, snapshot.partition, &rest)?;
    }
    let (kept, written) = stopped::store_kept(writing, &checkpoint.kept, &mut known.stopped)?;
    bytes += written;
    let mut header = Header::new(generation, now, checkpoint, digests);
    (header.kept, header.stopped, header.parts) = (kept, named, apart);
    let encoded = header.encode();
    bytes += encoded.len() as u64;
    writing.insert_header(generation, &encoded)?;
    for pane in carried.iter().chain(&checkpoint.final_panes) {
        writing.insert_pane(generation, pane)?;
    }
    if let Some(former) = former {
        // By the watermarks of the checkpoint before, so that a rollback to that checkpoint loses
        // nothing.
        let times = writing.largest_event_times(former)?;
        writing.prune(keep, &times)?;
        writing.drop_before(former)?;
        let mut kept = stopped::digests(&header);
        let header = writing.header(former)?;
        kept.extend(header.iter().flat_map(stopped::digests));
        writing.keep_stopped(&kept)?;
        known.parts.drop_unnamed(writing, header.as_ref().map(|header| (header, former)))?;
    }
    Ok(bytes)
}
