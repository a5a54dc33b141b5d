//! Engine and oracle, part by part, so that a difference says where it is before a digest does.

use std::collections::BTreeSet;

use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;
use streamgauge_core::{MetricSnapshot, PartitionSnapshot};
use streamgauge_oracle as oracle;
use streamgauge_oracle::{MetricState, PartitionState, WindowPhase};
use streamgauge_view::WindowState;

use crate::case::Expected;
use crate::ran::Ran;

pub(crate) fn compare(expected: &Expected, ran: &Ran) -> Result<(), TestCaseError> {
    prop_assert_eq!(expected.partitions.len(), ran.partitions.len());
    for (expected, found) in expected.partitions.iter().zip(&ran.partitions) {
        partition(expected, found)?;
        finals(expected, ran)?;
    }
    let of_partition = |p: &PartitionState| {
        let excluded: u64 = p.metrics.iter().map(|metric| metric.excluded).sum();
        p.event_time.rejected.iter().sum::<u64>() + excluded
    };
    prop_assert_eq!(ran.letters, expected.partitions.iter().map(of_partition).sum::<u64>());
    merged(expected, ran)
}

fn partition(expected: &PartitionState, found: &PartitionSnapshot) -> Result<(), TestCaseError> {
    let (h, books) = (&expected.event_time, &found.state.accounting);
    prop_assert_eq!(h.next_offset, found.state.next_offset);
    prop_assert_eq!(
        (h.read, h.on_time, h.late, h.rejected),
        (books.read, books.on_time, books.late, books.rejections)
    );
    prop_assert_eq!(
        (h.fallback, h.future, h.past, h.delay_sum, h.delay_max),
        (books.fallback, books.future, books.past, books.late_delay_sum, books.late_delay_max)
    );
    prop_assert_eq!(h.max_event_time, found.state.max_event_time.map(|time| time.0));
    let bound = found.state.histogram.bound_for(999).map(i64::unsigned_abs);
    prop_assert_eq!(h.histogram.bound_for(999), bound);
    prop_assert_eq!(h.digest(), found.state_digest());
    let samples = expected.late_samples.iter();
    let samples: Vec<_> = samples
        .map(|s| (s.offset, s.stamp.unwrap_or(-1), s.event_time, s.delay, s.length, &*s.start))
        .collect();
    let kept = found.late_samples.iter();
    let kept: Vec<_> = kept
        .map(|s| (s.offset, s.time.0, s.event_time.0, s.delay, s.record_bytes, &*s.record))
        .collect();
    prop_assert_eq!(samples, kept);
    prop_assert_eq!(expected.metrics.len(), found.metrics.len());
    for (expected, found) in expected.metrics.iter().zip(&found.metrics) {
        metric(expected, found)?;
    }
    Ok(())
}

fn metric(expected: &MetricState, found: &MetricSnapshot) -> Result<(), TestCaseError> {
    prop_assert_eq!(&expected.id, &found.id);
    let books = &found.accounting;
    prop_assert_eq!(
        (expected.on_time, expected.late, expected.excluded),
        (books.on_time, books.late, books.excluded),
        "the books of {}",
        found.id
    );
    for (expected, found) in expected.windows.iter().zip(&found.windows) {
        let spec = found.spec;
        prop_assert_eq!((expected.size, expected.slide), spec.to_millis());
        let panes = expected.panes.iter();
        let panes: Vec<_> =
            panes.map(|p| (p.span.map(|s| (s.start, s.end)), p.corrections)).collect();
        let open = found.panes.iter();
        let open: Vec<_> =
            open.map(|p| (p.window.map(|w| (w.start.0, w.end.0)), p.corrections)).collect();
        prop_assert_eq!(panes, open, "open panes of {}", spec);
        let books = found.books;
        prop_assert_eq!(
            (expected.floor, expected.expired, expected.evicted, expected.final_panes),
            (books.floor.map(|f| f.0), books.expired, books.evicted, found.final_panes),
            "floor, expired, evicted, final panes of {}",
            spec
        );
    }
    prop_assert_eq!(Some(expected.digest()), found.digest(), "the digest of {}", found.id);
    Ok(())
}

/// Every final pane was stored once, and those that the oracle keeps are among them.
fn finals(expected: &PartitionState, ran: &Ran) -> Result<(), TestCaseError> {
    let own = ran.final_panes.iter().filter(|pane| pane.partition == expected.number);
    let stored: Vec<Vec<u8>> = own.map(|pane| pane.encode()).collect();
    let distinct: BTreeSet<&Vec<u8>> = stored.iter().collect();
    prop_assert_eq!(distinct.len(), stored.len(), "a final pane was stored twice");
    let final_panes: u64 =
        expected.metrics.iter().flat_map(|m| &m.windows).map(|w| w.final_panes).sum();
    prop_assert_eq!(stored.len() as u64, final_panes);
    for kept in expected.metrics.iter().flat_map(|m| &m.windows).flat_map(|w| &w.finals) {
        let bytes = oracle::FinalPane::encode(kept);
        prop_assert_eq!(distinct.contains(&bytes), true, "{:?} is not stored", kept);
    }
    Ok(())
}

/// The merged windows are the same, with their states and rows.
fn merged(expected: &Expected, ran: &Ran) -> Result<(), TestCaseError> {
    prop_assert_eq!(expected.merged.len(), ran.results.len());
    for (expected, (id, found)) in expected.merged.iter().zip(&ran.results) {
        prop_assert_eq!(&expected.id, id);
        let name = |w: &oracle::MergedWindow| {
            ((w.size, w.slide), w.span.map(|s| (s.start, s.end)), w.state.map_or("open", phase))
        };
        let names: Vec<_> = expected.windows.iter().map(name).collect();
        let found_name = |w: &streamgauge_view::WindowResult| {
            let window = w.id.window.map(|w| (w.start.0, w.end.0));
            (w.id.spec.to_millis(), window, w.state.map_or("open", WindowState::name))
        };
        let found_names: Vec<_> = found.iter().map(found_name).collect();
        prop_assert_eq!(names, found_names, "the windows of {}", id);
        for (expected, found) in expected.windows.iter().zip(found) {
            let result = &found.result;
            prop_assert_eq!(&expected.on_time, &result.on_time, "{} on time", id);
            prop_assert_eq!(&expected.late, &result.late, "{} late", id);
            prop_assert_eq!(&expected.total, &result.total, "{} in total", id);
        }
    }
    Ok(())
}

fn phase(phase: WindowPhase) -> &'static str {
    match phase {
        WindowPhase::Open => "open",
        WindowPhase::Closed => "closed",
        WindowPhase::Corrected => "corrected",
        WindowPhase::Final => "final",
    }
}
