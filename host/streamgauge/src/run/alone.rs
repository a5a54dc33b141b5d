//! An engine without a source and without a state before it, for measurements: whoever drives it
//! hands it records and moments.

use std::sync::Arc;

use streamgauge_core::{PartitionSnapshot, PartitionState, Position, WallClock};
use streamgauge_decode::Decoder;
use streamgauge_engine::{Configuration, Engine, EngineSetup, LateOutput, Metric, Role};
use streamgauge_outbox::Outbox;
use streamgauge_source::LatencyFrom;

use super::prepare::Prepared;

/// An engine with the metrics of `prepared` and partition 0 at its start, which reads JSON, and the
/// outbox that the engine's publications are for.
pub fn engine(prepared: &Prepared) -> (Engine, Outbox) {
    let metrics = prepared.plugins.iter().map(|plugin| Metric::empty(plugin, 0)).collect();
    let partition = PartitionSnapshot {
        partition: 0,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState::starting_at(0),
        metrics,
    };
    let zone = prepared.pipeline.event_time.zone;
    let partitions = vec![partition];
    let start =
        |plugin| Metric::start(plugin, &prepared.plan.projection, zone, &partitions, WallClock(0));
    let outbox = Outbox::beginning_with(partitions.iter().cloned().map(Arc::new));
    let engine = Engine::new(EngineSetup {
        configuration: Configuration {
            plan: Arc::clone(&prepared.plan),
            decoder: Decoder::json(&prepared.plan.projection),
            batch: prepared.pipeline.batch,
            publish_every: prepared.pipeline.publish_every,
            late_output: LateOutput::None,
        },
        metrics: prepared.plugins.iter().map(start).collect(),
        partitions,
        latency_from: LatencyFrom::Taken,
        now: None,
        role: Role::Worker,
    });
    (engine, outbox)
}
