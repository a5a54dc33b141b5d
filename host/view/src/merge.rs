//! Merging accumulators of one metric: pieces of state into one result. Each merger has a plugin
//! instance of its own, so reading never disturbs the workers.

use std::sync::Arc;

use streamgauge_core::{Lateness, PluginCall, TimeWindow};

use super::MetricResult;
use super::rows_max::{Cut, OtherRows, RESULT_ROWS_MAX};
use streamgauge_plugin::{Accumulator, CallError, Instance, Plugin};
use thiserror::Error;

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
    ) -> Result<MetricResult, Failed> {
        let instance = match &mut self.instance {
            Some(instance) => instance,
            none => {
                let opened = Instance::open(&self.plugin);
                let failed = |error| Failed { call: PluginCall::Open, error };
                none.insert(opened.map_err(failed)?)
            }
        };
        let merged = merge(instance, &self.plugin, window, pieces);
        let call = instance.last_call();
        if merged.is_err() {
            self.instance = None;
        }
        merged.map_err(|error| Failed { call, error })
    }
}

/// The call of the plugin that gave no result.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{}` failed: {error}", call.name())]
pub(super) struct Failed {
    call: PluginCall,
    error: CallError,
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
    // A large table is cut before the next one comes.
    let outputs = &plugin.descriptor().outputs;
    let mut result = MetricResult { total: instance.result(plugin, total)?, ..Default::default() };
    let cut = Cut::of(outputs, &mut result.total, RESULT_ROWS_MAX);
    result.on_time = instance.result(plugin, on_time)?;
    let on_time_rest = cut.as_ref().map(|(cut, ..)| cut.apply(outputs, &mut result.on_time));
    result.late = instance.result(plugin, late)?;
    let late_rest = cut.as_ref().map(|(cut, ..)| cut.apply(outputs, &mut result.late));
    result.other = cut.map(|(_, keys, total)| OtherRows {
        keys,
        total,
        on_time: on_time_rest.unwrap_or_default(),
        late: late_rest.unwrap_or_default(),
    });
    for accumulator in [on_time, late, total] {
        instance.release(accumulator)?;
    }
    Ok(result)
}
