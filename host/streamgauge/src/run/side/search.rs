//! The search for a record at which a plugin crashes. A metric that crashed lags from its last
//! export, with the records of the hand-over that failed; it is read from there again in batches
//! that are a sixteenth of these, and so on, until a hand-over of one record fails. That record is
//! then left out. All that the search needs to know is stored with the metric, so a crash of the
//! program in the midst of it loses nothing.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use streamgauge_core::{
    Crash, LeftOut, MetricPhase, MetricSnapshot, MetricStop, POISON_MAX, POISON_ROWS, PluginCall,
    RecordRange, StopKind, WallClock,
};
use streamgauge_engine::Metric;
use streamgauge_outbox::Overview;
use streamgauge_pipeline::BatchSettings;
use streamgauge_plugin::Plugin;

use super::settling::hand_back;
use super::setup::SideReaders;
use crate::run::supervisor::Told;

/// Into so many batches the records of a hand-over that crashed are cut.
const CUTS: i64 = 16;

/// What is known of a metric whose plugin crashes, by partition.
pub(super) struct Search {
    pub(super) crashes: Vec<Crash>,
    /// Records that were found since the metric's place.
    pub(super) left_out: BTreeMap<u32, Vec<LeftOut>>,
}

impl Search {
    /// How large batches may be, so that fewer records are to blame at the next crash.
    pub(super) fn batch(&self, settings: BatchSettings) -> BatchSettings {
        let records = |crash: &Crash| crash.records.last - crash.records.first + 1;
        // Where one record was found the next one may be near.
        let found = (!self.left_out.is_empty()).then_some(1);
        let Some(fewest) = self.crashes.iter().map(records).chain(found).min() else {
            return settings;
        };
        let rows = usize::try_from((fewest / CUTS).max(1)).unwrap_or(1);
        let max = settings.max.min(rows.try_into().unwrap_or(settings.max));
        BatchSettings { min: settings.min.min(max), max, ..settings }
    }

    /// Leaves out the records that were found.
    pub(super) fn leave_out(&self, metrics: &mut [Metric]) {
        for (partition, records) in &self.left_out {
            for metric in &mut *metrics {
                metric.leave_out(*partition, records.clone());
            }
        }
    }
}

impl SideReaders {
    /// True if one more record would have to be left out than may be.
    pub(super) fn has_crashed_too_often(&self, overview: &Overview, id: &str) -> bool {
        let conditions = self.plugins.iter().find(|plugin| plugin.settings().id == id);
        let conditions = conditions.map(Plugin::conditions);
        let metrics = overview.partitions.iter().flat_map(|partition| &partition.metrics);
        metrics.filter(|metric| metric.id == id).any(|metric| {
            let found = metric.phase.lag().map_or(0, |lag| lag.left_out.len());
            let poison = metric.poison.as_ref().filter(|known| Some(known.under) == conditions);
            let offered = metric.accounting.on_time + metric.accounting.late;
            let recent = poison.map_or(0, |known| known.recent(offered));
            found > 0 && recent + found > POISON_MAX
        })
    }
}

/// Why a metric stops that lags.
pub(super) struct Failed {
    pub(super) kind: StopKind,
    pub(super) reason: String,
    pub(super) call: Option<PluginCall>,
    pub(super) records: Option<RecordRange>,
}

/// Stops a metric wherever it lags: it crashes at too many records.
pub(super) fn stop_poisoned(overview: &Overview, workers: &[Told], plugins: &[Plugin], id: &str) {
    let last = overview.partitions.iter().find_map(|partition| {
        let metric = partition.metric(id)?;
        let LeftOut { offset, reason } = metric.phase.lag()?.left_out.last()?.clone();
        let partition = partition.partition;
        let records = RecordRange { partition, first: offset, last: offset };
        Some((reason, Some(records)))
    });
    let (words, records) = last.unwrap_or_default();
    let reason = format!(
        "it crashes at more than {POISON_MAX} of the last {POISON_ROWS} rows, each of them left \
         out so far; at this one {words}"
    );
    let failed = Failed { kind: StopKind::Crash, reason, call: Some(PluginCall::Add), records };
    stop((overview, workers, plugins), id, &failed, |_| true);
}

/// Stops a metric in those of the partitions in which it lags.
pub(super) fn stop(
    (overview, workers, plugins): (&Overview, &[Told], &[Plugin]),
    id: &str,
    failed: &Failed,
    is_in: impl Fn(u32) -> bool,
) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = Some(WallClock(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)));
    let plugin = plugins.iter().find(|plugin| plugin.settings().id == id);
    let metrics = || {
        let partitions = overview.partitions.iter();
        partitions.filter_map(|partition| {
            let metric = partition.metric(id)?;
            Some((partition.partition, metric))
        })
    };
    let mut stopped = None;
    let mut at = Vec::new();
    for (partition, metric) in metrics().filter(|(partition, _)| is_in(*partition)) {
        let MetricPhase::Lagging(lag) = &metric.phase else { continue };
        let stop = MetricStop {
            kind: failed.kind,
            reason: failed.reason.clone(),
            call: failed.call,
            records: failed.records,
            since,
            place: Some(lag.place),
            under: plugin.map(Plugin::conditions),
        };
        at.push(format!("{partition}@{}", metric.next_offset));
        stopped.get_or_insert_with(|| stop.clone());
        let phase = MetricPhase::Stopped(stop.into());
        let metric = MetricSnapshot { phase, ..metric.clone() };
        hand_back(workers, partition, metric, lag.place);
    }
    if let Some(stop) = stopped {
        tracing::error!(
            "metric `{id}` stopped at {}: {stop}; its last good result stays, and the other \
             metrics continue",
            at.join(", ")
        );
    }
}
