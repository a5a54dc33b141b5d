//! A checkpoint against its log: the oracle reads the covered records again and must come to the
//! same digests.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_core::{
    GapKind, MetricSnapshot, POISON_MAX, PartitionSnapshot, PartitionState, SEMANTICS,
};
use streamgauge_source::Span;

use super::log::Audited;
use super::reading::{Task, Told, VerifyError, recount};
use super::stored::{Stored, StoredPanes};
use crate::semantics::{self, MetricState, NotResumed};

/// The outcome of a verification, partition by partition.
pub struct Verification {
    /// The partitions of the checkpoint, by number.
    pub partitions: Vec<PartitionAudit>,
}

/// The outcome of the verification for one partition.
pub struct PartitionAudit {
    /// The number of the audited partition.
    pub partition: u32,
    /// The records that the checkpoint covers and the verification reads again.
    pub span: Span,
    /// The number of records that were read again.
    pub records: u64,
    /// The reason why the partition cannot be verified; `None` means that the partition was
    /// verified.
    pub impossible: Option<String>,
    /// The metrics that could not be verified though their partition was, each with the reason.
    pub not_verified: Vec<String>,
    /// The revision of the semantics under which the state began.
    pub semantics: u32,
    /// The differences between stored and recomputed state, empty if both are equal.
    pub differences: Vec<Difference>,
}

/// A count or a digest that differs between checkpoint and recount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The name of the count or digest.
    pub what: String,
    /// The value in the checkpoint, as text.
    pub stored: String,
    /// The value that the oracle computes from the log.
    pub recomputed: String,
}

impl Verification {
    /// True if everything was verified, without a difference.
    pub fn is_equal(&self) -> bool {
        self.partitions.iter().all(|p| p.is_whole() && p.differences.is_empty())
    }

    /// True if something differs in what could be verified.
    pub fn differs(&self) -> bool {
        self.partitions.iter().any(|p| !p.differences.is_empty())
    }

    /// The verification as JSON, for `streamgauge verify --json`.
    pub fn to_json(&self) -> Value {
        let difference = |d: &Difference| json!({ "what": d.what, "stored": d.stored, "recomputed": d.recomputed });
        let partition = |p: &PartitionAudit| {
            json!({
                "partition": p.partition,
                "from": p.span.from,
                "to": p.span.to,
                "records": p.records,
                "empty_offsets": p.empty_offsets(),
                "verified": p.impossible.is_none(),
                "reason": p.impossible,
                "not_verified": p.not_verified,
                "semantics": p.semantics,
                "differences": p.differences.iter().map(difference).collect::<Value>(),
            })
        };
        json!({
            "equal": self.is_equal(),
            "partitions": self.partitions.iter().map(partition).collect::<Value>(),
        })
    }
}

impl PartitionAudit {
    /// True if all of the partition was verified.
    fn is_whole(&self) -> bool {
        self.impossible.is_none() && self.not_verified.is_empty()
    }

    /// The offsets that hold no record: markers of transactions, aborted records, and what
    /// compaction took.
    pub fn empty_offsets(&self) -> u64 {
        if self.impossible.is_some() { 0 } else { self.span.offsets().saturating_sub(self.records) }
    }

    /// What is to be known where the state began under another revision of the semantics than the
    /// one that the oracle counts by.
    pub fn other_semantics(&self) -> Option<String> {
        let revision = self.semantics;
        let rule = match revision {
            SEMANTICS => return None,
            1 => {
                ", in which a record that may not move the watermark (fallback, future, past) opened \
                 a window of its own: windows may differ by that"
            }
            _ => "",
        };
        Some(format!(
            "began under revision {revision} of the semantics{rule}; `streamgauge run --rebuild` \
             counts everything anew under revision {SEMANTICS}"
        ))
    }
}

/// Reads the log that `stored` covers and compares; `told` learns how far it is.
///
/// # Errors
/// The log cannot be read, or a plugin fails.
pub fn verify(
    audited: &Audited<'_>,
    stored: Stored<'_>,
    told: Told<'_>,
) -> Result<Verification, VerifyError> {
    let oracle = audited.oracle()?;
    let (mut tasks, mut audits) = (Vec::new(), Vec::new());
    for snapshot in stored.partitions {
        let (state, partition) = (&snapshot.state, snapshot.partition);
        let kept = stored.kept_of(partition);
        let from = first_needed(state, kept.map(|kept| &kept.state));
        let span = Span { partition, from, to: state.next_offset };
        let impossible = impossible(audited, snapshot, kept);
        if impossible.is_none() {
            tasks.push(Task { span, stored: snapshot, kept });
        }
        audits.push(PartitionAudit {
            partition,
            span,
            records: 0,
            impossible,
            not_verified: Vec::new(),
            semantics: state.semantics,
            differences: Vec::new(),
        });
    }
    let is_compacted = audited.is_compacted();
    let mut recounted = recount(audited, &oracle, &tasks, told)?;
    for (audit, snapshot) in audits.iter_mut().zip(stored.partitions) {
        let Some(again) = recounted.remove(&audit.partition) else { continue };
        audit.records = again.records;
        let counted = snapshot.state.accounting.read;
        let gone = counted.saturating_sub(again.state.event_time.read);
        if is_compacted && gone > 0 {
            audit.impossible = Some(format!(
                "its topic is compacted, and {gone} of {counted} records are not there any more"
            ));
            continue;
        }
        audit.differences = differences(snapshot, &again.state, stored.panes);
        let note = |metric: NotResumed| format!("metric {}: {}", metric.metric, metric.reason);
        audit.not_verified = again.not_resumed.into_iter().map(note).collect();
        let own = snapshot.metrics.iter().filter_map(|metric| own_place(snapshot, metric));
        audit.not_verified.extend(own);
    }
    Ok(Verification { partitions: audits })
}

/// Why the records of a partition cannot be read again.
fn impossible(
    audited: &Audited<'_>,
    snapshot: &PartitionSnapshot,
    kept: Option<&Arc<PartitionSnapshot>>,
) -> Option<String> {
    let state = &snapshot.state;
    let Some((low, high)) = audited.held(snapshot.partition) else {
        return Some("the log has no such partition any more".to_owned());
    };
    if kept.is_some_and(|kept| !is_before(&kept.state, state)) {
        return Some("the kept state is not an earlier one of this state".to_owned());
    }
    let passed = kept.map_or(0, |kept| kept.state.gaps.len());
    let from = first_needed(state, kept.map(|kept| &kept.state));
    let mut gaps = state.gaps[passed..].iter();
    if let Some(gap) = gaps.find(|gap| gap.kind != GapKind::LogStartMoved) {
        let name = gap.kind.name();
        return Some(format!("records that were counted are gone ({name} at offset {})", gap.from));
    }
    if state.next_offset > high {
        return Some(format!(
            "it covers offsets up to {}, the log ends at {high}",
            state.next_offset
        ));
    }
    if low > from && state.next_offset > from {
        return Some(format!("it begins at offset {from}, the log only at {low}"));
    }
    None
}

/// The first offset that is read again: an edition of the state may begin with a gap.
fn first_needed(state: &PartitionState, kept: Option<&PartitionState>) -> i64 {
    let (passed, from) = kept.map_or((0, state.origin), |kept| (kept.gaps.len(), kept.next_offset));
    let gaps = state.gaps.get(passed..).unwrap_or_default();
    gaps.iter().take_while(|gap| gap.from <= from).fold(from, |from, gap| from.max(gap.to))
}

/// True if `state` may be what became of `kept`.
fn is_before(kept: &PartitionState, state: &PartitionState) -> bool {
    kept.origin == state.origin
        && kept.semantics == state.semantics
        && kept.next_offset <= state.next_offset
        && kept.accounting.read <= state.accounting.read
        && state.gaps.starts_with(&kept.gaps)
}

/// Why a metric cannot be held against a recount of the records that it counts; `None` means that
/// it can.
fn own_place(partition: &PartitionSnapshot, metric: &MetricSnapshot) -> Option<String> {
    let id = &metric.id;
    let is_in_log = metric.phase.lag().is_none_or(|lag| {
        let passed = lag.place.gaps as usize;
        passed == partition.state.gaps.len()
    });
    if !is_in_log {
        let offset = metric.next_offset;
        return Some(format!("metric {id}: it is still being counted, at offset {offset}"));
    }
    // Of more records than are kept, the first ones are not known any more.
    let poison = metric.poison.as_ref().map_or(0, |poison| poison.records.len());
    (poison >= POISON_MAX).then(|| {
        format!("metric {id}: it leaves out more records than are known, as its plugin crashed")
    })
}

/// The differences between a stored state and a recomputed one: counts first, then digests.
fn differences(
    stored: &PartitionSnapshot,
    recomputed: &semantics::PartitionState,
    panes: &StoredPanes,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |what: String, stored: String, recomputed: String| {
        if stored != recomputed {
            found.push(Difference { what, stored, recomputed });
        }
    };
    let (books, h) = (&stored.state.accounting, &recomputed.event_time);
    for (what, stored, recomputed) in [
        ("records read", books.read, h.read),
        ("records on time", books.on_time, h.on_time),
        ("late records", books.late, h.late),
        ("rejected records", books.rejected(), h.rejected.iter().sum()),
    ] {
        compare(what.to_owned(), stored.to_string(), recomputed.to_string());
    }
    let watermark = |time: Option<i64>| time.map_or("none".to_owned(), |time| time.to_string());
    let largest = stored.state.max_event_time.map(|time| time.0);
    compare("largest event time".into(), watermark(largest), watermark(h.max_event_time));
    let digest = h.digest().to_string();
    compare("event time and books (digest)".into(), stored.state_digest().to_string(), digest);
    for metric in &stored.metrics {
        let Some(again) = recomputed.metrics.iter().find(|m| m.id == metric.id) else {
            continue;
        };
        if let Some(stop) = metric.phase.stop() {
            let what = format!("metric {}", metric.id);
            let offset = format!("stopped at offset {}: {stop}", metric.next_offset);
            compare(what, offset, "can be recomputed: `state rebuild`".to_owned());
            continue;
        }
        if own_place(stored, metric).is_some() {
            continue;
        }
        let (own, other) = (metric.accounting.folded(), again.folded());
        compare(format!("metric {}: folded", metric.id), own.to_string(), other.to_string());
        let what = format!("metric {} (digest)", metric.id);
        let digest = metric.digest().map_or("of no whole state".to_owned(), |d| d.to_string());
        compare(what, digest, again.digest().to_string());
        let own = stored_just_so(panes.of(stored.partition, &metric.id), again);
        let kept = again.windows.iter().flat_map(|windows| &windows.finals).count();
        compare(format!("metric {}: final panes", metric.id), own.to_string(), kept.to_string());
    }
    found
}

/// How many of the final panes that the oracle keeps are stored just so.
fn stored_just_so(stored: Option<&BTreeSet<[u8; 32]>>, recomputed: &MetricState) -> usize {
    let kept = recomputed.windows.iter().flat_map(|windows| &windows.finals);
    kept.filter(|pane| stored.is_some_and(|stored| stored.contains(&pane.digest().0))).count()
}
