//! The states as of now with the stored history, written piece by piece.
//!
//! Invariant: each final pane is written once, and none is missing. The states are looked at first,
//! with the panes that are not stored yet; what becomes final afterwards is an open pane of those
//! states, and is left out of the history.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use chrono::Utc;
use streamgauge_checkpoint::store::{Checkpoint, ExportWriter};
use streamgauge_core::{
    EventTime, FinalPane, MetricSnapshot, PartitionSnapshot, TimeWindow, WindowSpec,
};
use streamgauge_outbox::{HistoryStore, Overview, StoredPane, Take};
use streamgauge_pipeline::MetricSettings;
use streamgauge_server::query::Refused;

use crate::run::status::RunStatus;

/// So many stored panes are looked up at once.
const PANES_AT_ONCE: usize = 256;

/// Writes what `state export` would, of `metrics`. `settings` is a checkpoint of nothing but its
/// settings and its identity.
pub(super) fn write(
    out: &mut dyn Write,
    run_status: &RunStatus,
    metrics: &[MetricSettings],
    settings: Checkpoint,
) -> Result<(), Refused> {
    let failed = |error: std::io::Error| Refused::failed(&error);
    let overview = run_status.overview();
    let checkpoint = Checkpoint { partitions: overview.partitions.clone(), ..settings };
    let mut writer =
        ExportWriter::begin(out, Utc::now().timestamp_millis(), &checkpoint).map_err(failed)?;
    for pane in &overview.final_panes {
        writer.final_pane(&pane.encode()).map_err(failed)?;
    }
    let wanted = Wanted::of(&overview);
    if let Some(history) = run_status.history_store() {
        let kinds = metrics.iter().flat_map(|metric| {
            let specs = metric.windows.iter().filter(|spec| **spec != WindowSpec::Cumulative);
            let metrics = overview.partitions.iter().flat_map(|partition| &partition.metrics);
            let of_this = metrics.filter(|own| own.id == metric.id);
            let series: BTreeSet<String> = of_this.map(MetricSnapshot::series).collect();
            specs.flat_map(move |spec| series.clone().into_iter().map(|series| (series, *spec)))
        });
        for (series, spec) in kinds {
            each_stored(&*history, &series, spec, |pane| {
                if !wanted.has(&pane) {
                    return Ok(());
                }
                let found = history.pane(&pane).map_err(|error| Refused::failed(&error))?;
                // One that is too old since then is not kept any more.
                found.map_or(Ok(()), |pane| writer.final_pane(&pane.encode()).map_err(failed))
            })?;
        }
    }
    writer.end().map(drop).map_err(failed)
}

/// Hands over the stored panes of a metric and kind, a few at a time.
fn each_stored(
    history: &dyn HistoryStore,
    series: &str,
    spec: WindowSpec,
    mut take: impl FnMut(StoredPane) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut starts = TimeWindow::ALWAYS;
    loop {
        let find = |starts, count| {
            let found = history.find(series, spec, starts, Take::Oldest(count));
            found.map_err(|error| Refused::failed(&error))
        };
        let mut found = find(starts, PANES_AT_ONCE)?;
        let is_last = found.len() < PANES_AT_ONCE;
        if let Some(last) = found.last()
            && !is_last
        {
            // Panes of other partitions may start with the last one.
            let (start, end) = (last.window.start, last.window.start.plus(1));
            found.retain(|pane| pane.window.start < start);
            starts.start = start;
            if found.is_empty() {
                found = find(TimeWindow { start, end }, usize::MAX)?;
                starts.start = end;
            }
        }
        found.into_iter().try_for_each(&mut take)?;
        if is_last {
            return Ok(());
        }
    }
}

/// The stored panes that belong to the states of a look.
struct Wanted<'a> {
    snapshots: BTreeMap<u32, &'a PartitionSnapshot>,
    /// Panes that were not stored then.
    unstored: BTreeSet<(String, WindowSpec, EventTime, u32)>,
}

impl<'a> Wanted<'a> {
    fn of(overview: &'a Overview) -> Self {
        let snapshots = overview.partitions.iter().map(|of| (of.partition, &**of)).collect();
        let panes = overview.final_panes.iter();
        let key = |pane: &'a Arc<FinalPane>| {
            let series = FinalPane::series(&pane.metric, pane.build);
            (series, pane.spec, pane.window.start, pane.partition)
        };
        Self { snapshots, unstored: panes.map(key).collect() }
    }

    fn has(&self, pane: &StoredPane) -> bool {
        let StoredPane { series, spec, window, partition, .. } = pane;
        let key = (series.to_string(), *spec, window.start, *partition);
        let is_unstored = self.unstored.contains(&key);
        let snapshot = self.snapshots.get(partition);
        !is_unstored && snapshot.is_none_or(|snapshot| !is_later(pane, snapshot))
    }
}

/// True for a pane that is open in a snapshot, or that no record had reached.
fn is_later(pane: &StoredPane, snapshot: &PartitionSnapshot) -> bool {
    let start = Some(pane.window.start);
    let metric = snapshot.metrics.iter().find(|metric| metric.series() == *pane.series);
    let set = metric.and_then(|metric| metric.windows.iter().find(|set| set.spec == pane.spec));
    let is_open = set.is_some_and(|set| {
        set.panes.binary_search_by_key(&start, |open| open.window.map(|open| open.start)).is_ok()
    });
    is_open || start > snapshot.state.max_event_time
}

#[cfg(test)]
mod tests {
    use streamgauge_checkpoint::store::{EmbeddedStore, StateStore as _};
    use streamgauge_core::{
        MetricAccounting, MetricPhase, MetricSnapshot, PaneSnapshot, PartitionState, Position,
        WindowSetSnapshot,
    };

    use super::*;

    const HOUR: WindowSpec = WindowSpec::Tumbling { size: 3_600_000 };

    fn pane(start: i64, partition: u32) -> Arc<FinalPane> {
        let window = TimeWindow { start: EventTime(start), end: EventTime(start + 3_600_000) };
        let (metric, on_time) = ("age".to_owned(), Some(Arc::from([1, 2].as_slice())));
        let (state_version, corrections, late) = (1, 0, None);
        Arc::new(FinalPane {
            metric,
            build: 0,
            spec: HOUR,
            partition,
            state_version,
            window,
            corrections,
            on_time,
            late,
        })
    }

    /// The starts and partitions of what is handed over of `final_panes`.
    fn handed_over(final_panes: Vec<Arc<FinalPane>>) -> Vec<(i64, u32)> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut store = EmbeddedStore::open(dir.path()).expect("a new store");
        store.save(&Checkpoint { final_panes, ..Checkpoint::default() }).expect("saved");
        let mut found = Vec::new();
        let all = each_stored(&*store.history(), "age", HOUR, |pane| {
            found.push((pane.window.start.0, pane.partition));
            Ok(())
        });
        all.expect("readable");
        found
    }

    #[test]
    fn every_stored_pane_is_handed_over_once_however_many_start_together() {
        let counts = [0, 1, PANES_AT_ONCE - 1, PANES_AT_ONCE, PANES_AT_ONCE + 1, 700];
        for partitions in [1, 3, PANES_AT_ONCE as u32, 300] {
            for count in counts {
                let all = (0..count as i64)
                    .map(|n| (n / i64::from(partitions), (n % i64::from(partitions)) as u32))
                    .collect::<Vec<_>>();
                let panes = all.iter().map(|(start, partition)| pane(*start, *partition));
                assert_eq!(handed_over(panes.collect()), all, "{count} of {partitions}");
            }
        }
    }

    /// A pane that became final and was stored between a look at the history and one at the states
    /// was in neither.
    #[test]
    fn what_becomes_final_after_the_look_is_open_in_it_and_left_out_of_the_history() {
        let mut set = WindowSetSnapshot::empty(HOUR);
        let window = Some(TimeWindow { start: EventTime(20), end: EventTime(21) });
        set.panes.push(PaneSnapshot { window, corrections: 0, on_time: None, late: None });
        let metric = MetricSnapshot {
            id: "age".to_owned(),
            state_version: 1,
            origin: 0,
            next_offset: 8,
            accounting: MetricAccounting::default(),
            windows: vec![set],
            phase: MetricPhase::Running,
            build: 0,
            poison: None,
            missed: Vec::new(),
        };
        let max_event_time = Some(EventTime(30));
        let snapshot = PartitionSnapshot {
            partition: 0,
            position: Position::default(),
            late_samples: Vec::new(),
            state: PartitionState { max_event_time, ..PartitionState::starting_at(0) },
            metrics: vec![metric],
        };
        let overview = Overview {
            partitions: vec![snapshot.into()],
            final_panes: vec![pane(19, 0)],
            ..Overview::default()
        };
        let wanted = Wanted::of(&overview);
        let stored = |start, partition| StoredPane {
            series: "age".into(),
            spec: HOUR,
            window: TimeWindow { start: EventTime(start), end: EventTime(start + 1) },
            partition,
            is_corrected: false,
            revision: 1,
        };
        assert!(wanted.has(&stored(18, 0)));
        assert!(!wanted.has(&stored(19, 0)), "it was written as it was not stored yet");
        assert!(!wanted.has(&stored(20, 0)), "it is open");
        assert!(wanted.has(&stored(21, 0)));
        assert!(wanted.has(&stored(30, 0)));
        assert!(!wanted.has(&stored(31, 0)), "no record had reached it");
        assert!(wanted.has(&stored(20, 1)), "nothing is known of its partition");
    }
}
