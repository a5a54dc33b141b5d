//! Facts of the domain as the wire names them. Every name that the page knows a state or a cause by
//! stands here, and nowhere else in the host.

use std::sync::Arc;

use streamgauge_checkpoint::{CheckpointRecord, CheckpointReport, StoredTotals};
use streamgauge_core::{Accounting, OffsetGap, Rejection, WatermarkLeap, WindowBooks, WindowSpec};
use streamgauge_kafka::FetchChoice;
use streamgauge_wire as wire;

use super::partition::{PartitionPhase, PartitionView};
use crate::run::acts::Moment;
use crate::run::cause::{Cause, CauseCode};

/// The client that fetches from Kafka.
pub(crate) fn fetch(choice: FetchChoice) -> wire::FetchStatus {
    wire::FetchStatus { client: choice.client.name(), reason: choice.reason }
}

/// The name of a cause, as in docs/wire.md under causes.
pub(crate) fn code(code: CauseCode) -> &'static str {
    match code {
        CauseCode::BrokerUnreachable => "broker_unreachable",
        CauseCode::Broker(kind) => kind.name(),
        CauseCode::TopicMissing => "topic_missing",
        CauseCode::NoPartitions => "no_partitions",
        CauseCode::FileMissing => "file_missing",
        CauseCode::SourceFailed => "source_failed",
        CauseCode::LogMoved => "log_moved",
        CauseCode::Gap(kind) => kind.name(),
        CauseCode::Restoring => "restoring",
        CauseCode::CheckpointFailing => "checkpoint_failing",
        CauseCode::OutputFull => "output_full",
        CauseCode::MostlyLate => "mostly_late",
        CauseCode::MostlyFuture => "mostly_future",
        CauseCode::YearCurrentOnOldData => "year_current_on_old_data",
        CauseCode::MostlyRejected => "mostly_rejected",
        CauseCode::MostlyExcluded => "mostly_excluded",
        CauseCode::MostlyFallback => "mostly_fallback",
        CauseCode::MostlyPast => "mostly_past",
        CauseCode::MostlyExpired => "mostly_expired",
        CauseCode::TransactionOpen => "transaction_open",
        CauseCode::MetricStopped => "metric_stopped",
        CauseCode::MetricLagging => "metric_lagging",
        CauseCode::MetricUnreadable => "metric_unreadable",
        CauseCode::BackupFailing => "backup_failing",
        CauseCode::MemoryNearLimit => "memory_near_limit",
        CauseCode::PluginBusy => "plugin_busy",
        CauseCode::ReloadRefused => "reload_refused",
        CauseCode::CatchUpSlow => "catch_up_slow",
        CauseCode::RestartNeeded => "restart_needed",
        CauseCode::Rebuilding => "rebuilding",
    }
}

/// A cause for the page.
pub(crate) fn cause(cause: Cause) -> wire::Cause {
    let Cause { code: of, message, args, remedy } = cause;
    wire::Cause { code: code(of).to_owned(), message, args, hint: remedy }
}

/// Dead letters by reason, the largest count first; `excluded` counts the rows that metrics leave out.
pub(super) fn dead_letters(
    books: &Accounting,
    excluded: u64,
    written: u64,
) -> wire::DeadLetterStatus {
    let rejected = rejected(books).into_iter();
    let all = rejected.chain([("excluded", excluded)]).filter(|(_, count)| *count > 0);
    let mut by_reason: Vec<_> = all.map(|(name, count)| (name.to_owned(), count)).collect();
    by_reason.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    wire::DeadLetterStatus { written, by_reason }
}

/// Something that somebody did, for the page.
pub(super) fn happened(Moment { at, what, of, cause: why }: Moment) -> wire::Happened {
    wire::Happened { at, what, of, cause: why.map(cause) }
}

fn phase(phase: PartitionPhase) -> &'static str {
    match phase {
        PartitionPhase::Running => "running",
        PartitionPhase::Idle => "idle",
        PartitionPhase::Gap => "gap",
        PartitionPhase::Unanswered => "unanswered",
        PartitionPhase::HeldBack => "held_back",
        PartitionPhase::Forbidden => "forbidden",
        PartitionPhase::Waiting => "waiting",
        PartitionPhase::Ended => "ended",
        PartitionPhase::Failed => "failed",
    }
}

/// A partition for the page.
pub(super) fn partition(view: &PartitionView) -> wire::PartitionStatus {
    wire::PartitionStatus {
        partition: view.partition,
        offset: view.offset,
        read_to: view.read_to,
        end: view.end,
        lag: view.lag(),
        held_back: view.held_back,
        empty_offsets: view.empty_offsets,
        watermark: view.watermark.map(|watermark| watermark.0),
        state: phase(view.phase),
        cause: view.cause.clone().map(cause),
        gaps: view.gaps.iter().map(gap).collect(),
        leap: view.leap.map(leap),
    }
}

fn gap(gap: &OffsetGap) -> wire::GapStatus {
    wire::GapStatus { kind: gap.kind.name(), from: gap.from, to: gap.to }
}

fn leap(leap: WatermarkLeap) -> wire::LeapStatus {
    let WatermarkLeap { offset, time, from, to } = leap;
    wire::LeapStatus { offset, time: time.millis(), from: from.0, to: to.0 }
}

/// The last checkpoints, newest first.
pub(super) fn checkpoints(report: &CheckpointReport) -> wire::Checkpoints {
    let sample = |record: &CheckpointRecord| wire::CheckpointSample {
        at: record.at,
        duration_ms: record.took.as_secs_f64() * 1e3,
        bytes: record.bytes,
        cause: record
            .error
            .clone()
            .map(|error| cause(Cause::checkpoint_failing(record.kind, error))),
    };
    wire::Checkpoints { checkpoints: report.recent.iter().rev().map(sample).collect() }
}

/// The last checkpoint for the page.
pub(super) fn checkpoint(report: &CheckpointReport) -> wire::CheckpointStatus {
    wire::CheckpointStatus {
        at: report.at,
        duration_ms: report.took.as_secs_f64() * 1e3,
        bytes: report.bytes,
        failures: report.failing.as_ref().map_or(0, |failing| failing.failures),
        error: report.failing.as_ref().map(|failing| failing.reason.clone()),
    }
}

/// The rows that one kind of windows leaves out, for the page.
pub(super) fn window_books((spec, books): &(WindowSpec, WindowBooks)) -> wire::WindowStatus {
    let WindowBooks { expired, unplaced, evicted, .. } = *books;
    wire::WindowStatus { window: spec.to_string(), expired, unplaced, evicted }
}

/// The books for the page.
pub(super) fn accounting(books: &Accounting) -> wire::AccountingStatus {
    wire::AccountingStatus {
        read: books.read,
        on_time: books.on_time,
        late: books.late,
        rejected: books.rejected(),
        fallback: books.fallback,
        future: books.future,
        past: books.past,
    }
}

/// Rejected records by reason, the largest count first.
pub(crate) fn rejected(books: &Accounting) -> Vec<(&'static str, u64)> {
    let counts = Rejection::NAMES.into_iter().zip(books.rejections);
    let mut by_reason: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
    by_reason.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    by_reason
}

/// The counts of the last checkpoint for monitoring.
pub(super) fn stored(
    report: &CheckpointReport,
    totals: &StoredTotals,
    writes_late: bool,
) -> Arc<wire::StoredCounts> {
    let window = |(spec, books): (&WindowSpec, &WindowBooks)| window_books(&(*spec, *books));
    let rows = totals.metrics.iter().map(|(metric, totals)| wire::StoredRows {
        metric: metric.clone(),
        folded: totals.accounting.folded(),
        excluded: totals.accounting.excluded,
        windows: totals.windows.iter().map(window).collect(),
    });
    Arc::new(wire::StoredCounts {
        accounting: accounting(&totals.accounting),
        rejected: rejected(&totals.accounting),
        dead_letters: report.dead_letters,
        late_records: writes_late.then_some(report.late_records),
        metrics: rows.collect(),
    })
}
