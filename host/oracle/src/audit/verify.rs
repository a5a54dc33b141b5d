//! A checkpoint against its log: the oracle reads the covered records again and must come to the
//! same digests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_core::{FinalPane, GapKind, OffsetGap, PartitionSnapshot, SEMANTICS};

use streamgauge_source::Span;

use super::log::Audited;

use crate::semantics::{self, MetricState, Oracle, OracleError, PartitionState, Record};
use streamgauge_source::SourceError;

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

/// Why a verification failed to run.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A plugin crashed or broke its contract.
    #[error(transparent)]
    Oracle(#[from] OracleError),
}

impl Verification {
    /// True if every partition was verified, without a difference.
    pub fn is_equal(&self) -> bool {
        self.partitions.iter().all(|p| p.impossible.is_none() && p.differences.is_empty())
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
                "verified": p.impossible.is_none(),
                "reason": p.impossible,
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

/// A partition while its log is read.
struct Reading {
    oracle: semantics::Partition,
    /// Still to come, the next one last.
    gaps: Vec<OffsetGap>,
    records: u64,
    error: Option<OracleError>,
}

/// Reads the log that `partitions` cover and compares. `final_panes` are the stored panes.
///
/// # Errors
/// The log cannot be read, or a plugin fails.
pub fn verify(
    audited: &Audited<'_>,
    partitions: &[Arc<PartitionSnapshot>],
    final_panes: &[Arc<FinalPane>],
) -> Result<Verification, VerifyError> {
    let oracle = audited.oracle()?;
    let mut readings = BTreeMap::new();
    let mut spans = Vec::new();
    let mut audits = Vec::new();
    for snapshot in partitions {
        let (state, partition) = (&snapshot.state, snapshot.partition);
        let span = Span { partition, from: state.origin, to: state.next_offset };
        let impossible = impossible(audited, snapshot);
        if impossible.is_none() {
            spans.push(span);
            readings.insert(partition, Reading::new(&oracle, snapshot)?);
        }
        audits.push(PartitionAudit {
            partition,
            span,
            records: 0,
            impossible,
            semantics: state.semantics,
            differences: Vec::new(),
        });
    }
    audited.read(&spans, &mut |partition, meta, value| {
        let Some(reading) = readings.get_mut(&partition) else { return true };
        let (offset, stamp) = (meta.offset, meta.time.millis());
        reading.accept(Record { offset, stamp, taken: None, value })
    })?;
    for (audit, snapshot) in audits.iter_mut().zip(partitions) {
        if let Some(reading) = readings.remove(&audit.partition) {
            audit.records = reading.records;
            let recomputed = reading.finish()?;
            audit.differences = differences(snapshot, &recomputed, final_panes);
        }
    }
    Ok(Verification { partitions: audits })
}

/// Why the records of a partition cannot be read again.
fn impossible(audited: &Audited<'_>, snapshot: &PartitionSnapshot) -> Option<String> {
    let state = &snapshot.state;
    let Some((low, high)) = audited.held(snapshot.partition) else {
        return Some("the log has no such partition any more".to_owned());
    };
    if let Some(gap) = state.gaps.iter().find(|gap| gap.kind != GapKind::LogStartMoved) {
        let name = gap.kind.name();
        return Some(format!("records that were counted are gone ({name} at offset {})", gap.from));
    }
    if state.next_offset > high {
        return Some(format!(
            "it covers offsets up to {}, the log ends at {high}",
            state.next_offset
        ));
    }
    if low > state.origin && state.next_offset > state.origin {
        return Some(format!("it begins at offset {}, the log only at {low}", state.origin));
    }
    None
}

impl Reading {
    fn new(oracle: &Oracle, snapshot: &PartitionSnapshot) -> Result<Self, OracleError> {
        let partition = oracle.partition(snapshot.partition, snapshot.state.origin)?;
        let mut gaps = snapshot.state.gaps.clone();
        gaps.reverse();
        Ok(Self { oracle: partition, gaps, records: 0, error: None })
    }

    /// Returns whether reading continues.
    fn accept(&mut self, record: Record<'_>) -> bool {
        self.skip_up_to(record.offset);
        if self.error.is_none() {
            self.records += 1;
            self.error = self.oracle.accept(record).err();
        }
        self.error.is_none()
    }

    fn skip_up_to(&mut self, offset: i64) {
        while let Some(gap) = self.gaps.pop_if(|gap| gap.from <= offset) {
            let kind = semantics::GapKind::LogStartMoved;
            self.oracle.skip(semantics::Gap { kind, from: gap.from, to: gap.to });
        }
    }

    fn finish(mut self) -> Result<PartitionState, OracleError> {
        self.skip_up_to(i64::MAX);
        match self.error {
            Some(error) => Err(error),
            None => self.oracle.state(),
        }
    }
}

/// The differences between a stored state and a recomputed one: counts first, then digests.
fn differences(
    stored: &PartitionSnapshot,
    recomputed: &PartitionState,
    final_panes: &[Arc<FinalPane>],
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
            compare(what, offset, "can be recomputed: `run --rebuild`".to_owned());
            continue;
        }
        // It is at a place of its own, which the recount has passed.
        if metric.phase.is_lagging() {
            continue;
        }
        let (own, other) = (metric.accounting.folded(), again.folded());
        compare(format!("metric {}: folded", metric.id), own.to_string(), other.to_string());
        let what = format!("metric {} (digest)", metric.id);
        compare(what, metric.digest().to_string(), again.digest().to_string());
        let own = final_digests(metric.id.as_str(), stored.partition, final_panes, again);
        let kept = again.windows.iter().flat_map(|windows| &windows.finals).count();
        compare(format!("metric {}: final panes", metric.id), own.to_string(), kept.to_string());
    }
    found
}

/// How many of the final panes that the oracle keeps are stored just so.
fn final_digests(
    metric: &str,
    partition: u32,
    final_panes: &[Arc<FinalPane>],
    recomputed: &MetricState,
) -> usize {
    let own = final_panes.iter().filter(|p| p.partition == partition && p.metric == metric);
    let stored: BTreeSet<Vec<u8>> = own.map(|pane| pane.encode()).collect();
    let kept = recomputed.windows.iter().flat_map(|windows| &windows.finals);
    kept.filter(|pane| stored.contains(&pane.encode())).count()
}
