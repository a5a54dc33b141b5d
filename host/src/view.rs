//! The merged view: per metric, the published states of all partitions merged at read, in the
//! order (on time before late, partition). Nothing merged is ever stored. The view has plugin
//! instances of its own, so reading never disturbs the workers.

mod frame;
mod panel;

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{Lateness, MetricAccounting, PartitionSnapshot, WindowSpec};

use crate::plugin::{Accumulator, CallError, Instance, Plugin, ResultTable};
use crate::server::wire::{Frame, Panel};

pub(crate) use frame::to_json;
pub use panel::panels;

/// One metric's merged result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricResult {
    /// Of the records on time.
    pub on_time: ResultTable,
    /// Of the late ones.
    pub late: ResultTable,
    /// Of both.
    pub total: ResultTable,
}

/// A metric in the view.
pub struct MetricView {
    plugin: Plugin,
    panels: Vec<Panel>,
    instance: Option<Instance>,
    seen: Vec<Piece>,
    result: MetricResult,
    accounting: MetricAccounting,
    /// Why the workers stopped it.
    quarantine: Option<String>,
    /// Why what was seen could not be merged.
    failure: Option<String>,
    frames: BTreeMap<String, Arc<Frame>>,
}

/// One accumulator state of one partition.
#[derive(Clone)]
struct Piece {
    lateness: Lateness,
    state_version: u32,
    state: Arc<[u8]>,
}

impl MetricView {
    /// The view of `plugin`, with nothing in it yet.
    pub fn new(plugin: &Plugin) -> Self {
        let mut view = Self {
            plugin: plugin.clone(),
            panels: panels(plugin),
            instance: None,
            seen: Vec::new(),
            result: MetricResult::default(),
            accounting: MetricAccounting::default(),
            quarantine: None,
            failure: None,
            frames: BTreeMap::new(),
        };
        view.draw();
        view
    }

    /// The metric's id.
    pub fn id(&self) -> &str {
        &self.plugin.settings().id
    }

    /// The plugin.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Its panels.
    pub fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// The merged result as of the last update.
    pub fn result(&self) -> &MetricResult {
        &self.result
    }

    /// The merged books as of the last update.
    pub fn accounting(&self) -> MetricAccounting {
        self.accounting
    }

    /// Why the metric stands still, if it does.
    pub fn trouble(&self) -> Option<&str> {
        self.quarantine.as_deref().or(self.failure.as_deref())
    }

    /// A frame per panel; the same `Arc` until it changes.
    pub fn frames(&self) -> &BTreeMap<String, Arc<Frame>> {
        &self.frames
    }

    /// Merges what `partitions` (in order) hold of this metric, if that changed.
    pub fn update(&mut self, partitions: &[Arc<PartitionSnapshot>], quarantine: Option<&str>) {
        let mut accounting = MetricAccounting::default();
        let mut pieces = Vec::new();
        for metric in partitions.iter().flat_map(|p| &p.metrics).filter(|m| m.id == self.id()) {
            accounting.add(&metric.accounting);
            let cumulative = metric.windows.iter().filter(|w| w.spec == WindowSpec::Cumulative);
            for pane in cumulative.flat_map(|w| &w.panes) {
                for (lateness, state) in Lateness::ALL.into_iter().zip([&pane.on_time, &pane.late])
                {
                    let state_version = metric.state_version;
                    let piece = |state: &Arc<[u8]>| Piece {
                        lateness,
                        state_version,
                        state: Arc::clone(state),
                    };
                    pieces.extend(state.as_ref().map(piece));
                }
            }
        }
        // Stable: within a verdict the order of the partitions stays.
        pieces.sort_by_key(|piece| piece.lateness);
        self.accounting = accounting;
        let same = |(a, b): (&Piece, &Piece)| Arc::ptr_eq(&a.state, &b.state);
        let unchanged = pieces.len() == self.seen.len() && pieces.iter().zip(&self.seen).all(same);
        let quarantine = quarantine.map(str::to_owned);
        if unchanged && self.quarantine == quarantine {
            return;
        }
        self.quarantine = quarantine;
        self.failure = None;
        match self.merge(&pieces) {
            Ok(result) => self.result = result,
            Err(error) => {
                self.instance = None;
                self.failure = Some(format!("its result could not be read: {error}"));
            }
        }
        self.seen = pieces;
        self.draw();
    }

    fn merge(&mut self, pieces: &[Piece]) -> Result<MetricResult, CallError> {
        let plugin = &self.plugin;
        let instance = match &mut self.instance {
            Some(instance) => instance,
            none => none.insert(Instance::open(plugin)?),
        };
        let mut fold = |lateness: Lateness| -> Result<Accumulator, CallError> {
            let sum = instance.create(None)?;
            for piece in pieces.iter().filter(|piece| piece.lateness == lateness) {
                let part = instance.restore(None, piece.state_version, &piece.state)?;
                instance.merge(sum, part)?;
                instance.release(part)?;
            }
            Ok(sum)
        };
        let (on_time, late) = (fold(Lateness::OnTime)?, fold(Lateness::Late)?);
        let total = instance.create(None)?;
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

    fn draw(&mut self) {
        let trouble = self.trouble().map(str::to_owned);
        for panel in &self.panels {
            let former = self.frames.get(&panel.id);
            let mut frame = frame::draw(&self.plugin, panel, &self.result, trouble.as_deref());
            frame.rev = former.map_or(1, |former| former.rev);
            if former.is_some_and(|former| **former == frame) {
                continue;
            }
            frame.rev += u64::from(former.is_some());
            self.frames.insert(panel.id.clone(), Arc::new(frame));
        }
    }
}
