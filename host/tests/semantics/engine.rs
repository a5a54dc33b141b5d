//! The engine without threads and sources: decoder, partition and metrics as in a worker.

use std::sync::Arc;

use streamgauge::run::prepare::Prepared;
use streamgauge_core::{
    FinalPane, Lateness, MetricPhase, MetricPlace, Partition, PartitionSnapshot, PartitionState,
    Plan, Position, RecordMeta, RecordTime, Row, WallClock,
};
use streamgauge_decode::Decoder;
use streamgauge_engine::{Metric, Offered};
use streamgauge_outbox::Attachments;

use crate::setting::Event;

/// The engine's state after a log.
pub(crate) struct Outcome {
    pub(crate) snapshot: PartitionSnapshot,
    pub(crate) final_panes: Vec<Arc<FinalPane>>,
}

struct Engine<'a> {
    plan: &'a Plan,
    partition: Partition,
    metrics: Vec<Metric>,
    number: u32,
}

/// Runs the engine over a log that is cut into batches after each record for which `cut` returns
/// true.
pub(crate) fn run(
    prepared: &Prepared,
    number: u32,
    log: &[Event],
    cut: impl Fn(usize) -> bool,
) -> Outcome {
    let plan = &prepared.plan;
    let zone = prepared.pipeline.event_time.zone;
    let beginning = PartitionSnapshot {
        partition: number,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics: prepared.plugins.iter().map(|plugin| Metric::empty(plugin, 0)).collect(),
    };
    let beginning = std::slice::from_ref(&beginning);
    let start = |plugin| Metric::start(plugin, &plan.projection, zone, beginning, WallClock(0));
    let partition = Partition::new(plan, PartitionState::starting_at(0), 0, Vec::new());
    let metrics = prepared.plugins.iter().map(start).collect();
    let mut engine = Engine { plan, partition, metrics, number };
    let mut decoder = Decoder::json(&plan.projection);
    let mut row = Row::default();
    for (index, event) in log.iter().enumerate() {
        let value = event.value.as_bytes();
        let read = decoder.decode(value, &mut row).map(|()| &row);
        let time = RecordTime(event.stamp);
        let meta = RecordMeta { offset: index as i64, time, cursor: 0 };
        engine.partition.accept(plan, meta, value, read, WallClock(0));
        if cut(index) {
            engine.flush();
        }
    }
    engine.flush();
    engine.outcome()
}

impl Engine<'_> {
    fn flush(&mut self) {
        let offered = Offered {
            partition: self.number,
            on_time: self.partition.pending(Lateness::OnTime),
            late: self.partition.pending(Lateness::Late),
            watermark: self.partition.watermark(self.plan),
            next_offset: self.partition.state().next_offset,
            place: MetricPlace::default(),
            placed: None,
        };
        self.metrics.iter_mut().for_each(|metric| metric.fold(offered));
        self.partition.clear_pending();
    }

    fn outcome(mut self) -> Outcome {
        let mut with = Attachments::default();
        let number = self.number;
        let exported = self.metrics.iter_mut().map(|metric| metric.export(number, &mut with));
        let mut metrics: Vec<_> = exported.collect();
        metrics.sort_by(|a, b| a.id.cmp(&b.id));
        let mut phases = self.metrics.iter().flat_map(Metric::phases);
        assert!(phases.all(|(_, phase)| *phase == MetricPhase::Running));
        let snapshot = PartitionSnapshot {
            partition: number,
            position: Position::default(),
            late_samples: self.partition.late_samples(),
            state: self.partition.state().clone(),
            metrics,
        };
        Outcome { snapshot, final_panes: with.final_panes }
    }
}
