//! Merging accumulators of one metric: pieces of state into one result. Each merger has a plugin
//! instance of its own, so reading never disturbs the workers.

use std::sync::Arc;

use streamgauge_core::{Lateness, TimeWindow};

use super::MetricResult;
use streamgauge_plugin::{Accumulator, CallError, Instance, Plugin};

/// One accumulator state of one pane of one partition.
#[derive(Clone)]
pub(super) struct Piece {
    /// The window's pane; `None` means the cumulative window.
    pub(super) pane: Option<TimeWindow>,
    pub(super) lateness: Lateness,
    pub(super) state_version: u32,
    pub(super) state: Arc<[u8]>,
}

/// Merges pieces of one metric.
pub(super) struct Merger {
    plugin: Plugin,
    instance: Option<Instance>,
}

/// True if both are the very same states.
pub(super) fn are_same(one: &[Piece], other: &[Piece]) -> bool {
    let same = |(a, b): (&Piece, &Piece)| Arc::ptr_eq(&a.state, &b.state);
    one.len() == other.len() && one.iter().zip(other).all(same)
}

impl Merger {
    pub(super) fn new(plugin: &Plugin) -> Self {
        Self { plugin: plugin.clone(), instance: None }
    }

    /// The result of `pieces` over `window`, merged in the order of the pieces: first the pieces on
    /// time, then the late ones, then both.
    pub(super) fn merge(
        &mut self,
        window: Option<TimeWindow>,
        pieces: &[Piece],
    ) -> Result<MetricResult, CallError> {
        let instance = match &mut self.instance {
            Some(instance) => instance,
            none => none.insert(Instance::open(&self.plugin)?),
        };
        let merged = merge(instance, &self.plugin, window, pieces);
        if merged.is_err() {
            self.instance = None;
        }
        merged
    }
}

fn merge(
    instance: &mut Instance,
    plugin: &Plugin,
    window: Option<TimeWindow>,
    pieces: &[Piece],
) -> Result<MetricResult, CallError> {
    let mut fold = |lateness: Lateness| -> Result<Accumulator, CallError> {
        let sum = instance.create(window)?;
        for piece in pieces.iter().filter(|piece| piece.lateness == lateness) {
            let part = instance.restore(piece.pane, piece.state_version, &piece.state)?;
            instance.merge(sum, part)?;
            instance.release(part)?;
        }
        Ok(sum)
    };
    let (on_time, late) = (fold(Lateness::OnTime)?, fold(Lateness::Late)?);
    let total = instance.create(window)?;
    instance.merge(total, on_time)?;
    instance.merge(total, late)?;
    let result = MetricResult {
        on_time: instance.result(plugin, on_time)?,
        late: instance.result(plugin, late)?,
        total: instance.result(plugin, total)?,
    };
    for accumulator in [on_time, late, total] {
        instance.release(accumulator)?;
    }
    Ok(result)
}
