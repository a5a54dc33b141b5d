//! Merging accumulators of one metric: pieces of state into one result. Each merger has a plugin
//! instance of its own, so reading never disturbs the workers.

use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, PluginCall, TimeWindow};

use super::cells::with_text;
use super::piece::{Piece, States};
use super::rows_max::Rows;
use super::standing::Standing;
use super::{MetricResult, WindowId};
use streamgauge_outbox::{HistoryError, HistoryStore};
use streamgauge_plugin::{Accumulator, CallError, Instance, Plugin};
use thiserror::Error;

/// The fewest pieces that are kept merged.
const PREFIX_PIECES_MIN: usize = 2;

/// Merges pieces of one metric.
pub(super) struct Merger {
    plugin: Plugin,
    /// Where it is worn, another one takes its place for the next call.
    instance: Option<Instance>,
    /// What is kept merged in the instance.
    standing: Option<Standing>,
}

/// The first pieces of a window, merged: on time and late.
#[derive(Clone)]
pub(super) struct Prefix {
    pub(super) pieces: usize,
    states: [Arc<[u8]>; 2],
}

impl Prefix {
    pub(super) fn bytes(&self) -> usize {
        self.states.iter().map(|state| state.len()).sum()
    }
}

impl Merger {
    pub(super) fn new(plugin: &Plugin) -> Self {
        Self { plugin: plugin.clone(), instance: None, standing: None }
    }

    /// True if a window is large enough to be kept merged, so that only what is new is merged.
    pub(super) fn stands_on(&self, id: WindowId, pieces: &[Piece]) -> bool {
        id.spec == self.plugin.settings().first_window()
            && !self.plugin.descriptor().is_bounded
            && Standing::is_for(pieces)
    }

    /// The result of a window that is kept merged: what is new among `pieces` is merged with what
    /// was merged before. The merge law of the plugin is `exact`, so the order does not matter.
    pub(super) fn merge_on(
        &mut self,
        id: WindowId,
        pieces: &[Piece],
        rows: Rows,
    ) -> Result<MetricResult, Failed> {
        self.standing(id, pieces, |instance, plugin, sums| result(instance, plugin, sums, rows))
    }

    /// What `make` makes of the accumulators of a window that is kept merged.
    fn standing<T>(
        &mut self,
        id: WindowId,
        pieces: &[Piece],
        make: impl FnOnce(&mut Instance, &Plugin, [Accumulator; 3]) -> Result<T, CallError>,
    ) -> Result<T, Failed> {
        self.call(|instance, plugin, standing| {
            let now = match standing.take() {
                Some(mut former) if former.id() == id && former.leads_to(pieces) => {
                    former.follow(pieces, instance)?;
                    former
                }
                former => {
                    former.map(|former| former.release(instance)).transpose()?;
                    Standing::new(id, pieces, instance)?
                }
            };
            let done = make(instance, plugin, now.sums());
            *standing = Some(now);
            Ok(done?)
        })
    }

    /// The rows of a window whose text in a column is `key`, wherever they are among all rows. The
    /// whole result is made for that, which is dear where it is large.
    pub(super) fn with_key(
        &mut self,
        (id, pieces, stands): (WindowId, &[Piece], bool),
        history: Option<&dyn HistoryStore>,
        (column, key): (usize, &str),
    ) -> Result<MetricResult, Failed> {
        let make = |instance: &mut Instance, plugin: &Plugin, sums: [Accumulator; 3]| {
            let [on_time, late, total] = sums;
            // One table at a time: each of them is whole until its rows are taken out.
            let mut of = |accumulator| {
                let table = instance.result(plugin, accumulator)?;
                Ok::<_, CallError>(with_text(&table, column, key))
            };
            let (total, on_time, late) = (of(total)?, of(on_time)?, of(late)?);
            Ok(MetricResult { on_time, late, total, other: None })
        };
        if stands {
            return self.standing(id, pieces, make);
        }
        self.call(|instance, plugin, _| {
            let mut merge = Merge { instance, plugin, window: id.window, history };
            let (sums, _) = merge.sums(pieces, None, 0)?;
            Ok(merge.made(sums, make)?)
        })
    }

    /// Merges what is new among `pieces` of a window that is kept merged, for a later result. Where
    /// it is not, or fails, that result merges everything.
    pub(super) fn follow(&mut self, id: WindowId, pieces: &[Piece]) {
        let leads = |own: &Standing| own.id() == id && own.leads_to(pieces);
        if self.standing.as_ref().is_some_and(leads) {
            // A failure is told by the result, which is then asked of a new instance.
            drop(self.call(|instance, _, standing| {
                let standing = standing.as_mut();
                Ok(standing.map_or(Ok(()), |standing| standing.follow(pieces, instance))?)
            }));
        }
    }

    /// Calls the plugin in the instance, which is gone if that fails.
    fn call<T>(
        &mut self,
        calls: impl FnOnce(&mut Instance, &Plugin, &mut Option<Standing>) -> Result<T, NotMerged>,
    ) -> Result<T, Failed> {
        if self.instance.as_ref().is_some_and(Instance::is_worn) {
            (self.instance, self.standing) = (None, None);
        }
        let is_new = self.instance.is_none();
        let instance = match &mut self.instance {
            Some(instance) => instance,
            none => {
                let opened = Instance::open(&self.plugin);
                let failed = |error| Failed::Call(PluginCall::Open, error);
                none.insert(opened.map_err(failed)?.hurried())
            }
        };
        let called = calls(instance, &self.plugin, &mut self.standing);
        let call = instance.last_call();
        if is_new {
            instance.wear_from_here();
        }
        if called.is_err() {
            (self.instance, self.standing) = (None, None);
        }
        called.map_err(|error| match error {
            NotMerged::Call(error) => Failed::Call(call, error),
            NotMerged::History(error) => Failed::History(error),
        })
    }

    /// The result of `pieces` over `window`, merged in the order of the pieces: the rows on time, the
    /// late ones, and then both. The merge continues after `prefix`, and gives the state after the
    /// first `keep` pieces.
    pub(super) fn merge(
        &mut self,
        window: Option<TimeWindow>,
        pieces: &[Piece],
        prefix: Option<Prefix>,
        keep: usize,
        history: Option<&dyn HistoryStore>,
    ) -> Result<(MetricResult, Option<Prefix>), Failed> {
        self.call(|instance, plugin, _| {
            Merge { instance, plugin, window, history }.all(pieces, prefix, keep)
        })
    }
}

/// Why there is no result.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum Failed {
    /// A call of the plugin failed.
    #[error("`{}` failed: {_1}", _0.name())]
    Call(PluginCall, CallError),
    /// A stored pane could not be read.
    #[error("{0}")]
    History(HistoryError),
}

enum NotMerged {
    Call(CallError),
    History(HistoryError),
}

impl From<CallError> for NotMerged {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// One merge on an instance.
struct Merge<'a> {
    instance: &'a mut Instance,
    plugin: &'a Plugin,
    window: Option<TimeWindow>,
    history: Option<&'a dyn HistoryStore>,
}

impl Merge<'_> {
    fn all(
        mut self,
        pieces: &[Piece],
        prefix: Option<Prefix>,
        keep: usize,
    ) -> Result<(MetricResult, Option<Prefix>), NotMerged> {
        let (sums, prefix) = self.sums(pieces, prefix, keep)?;
        let make = |instance: &mut Instance, plugin: &Plugin, sums| {
            result(instance, plugin, sums, Rows::All)
        };
        Ok((self.made(sums, make)?, prefix))
    }

    /// The merged pieces, on time and late, and the state after the first `keep` of them.
    fn sums(
        &mut self,
        pieces: &[Piece],
        mut prefix: Option<Prefix>,
        keep: usize,
    ) -> Result<([Accumulator; 2], Option<Prefix>), NotMerged> {
        let sums = match &prefix {
            None => [self.instance.create(self.window)?, self.instance.create(self.window)?],
            Some(Prefix { states: [on_time, late], .. }) => {
                let version = self.plugin.descriptor().state_version;
                [
                    self.instance.restore(self.window, version, on_time)?,
                    self.instance.restore(self.window, version, late)?,
                ]
            }
        };
        let done = prefix.as_ref().map_or(0, |prefix| prefix.pieces);
        for (number, piece) in pieces.iter().enumerate().skip(done) {
            // Only what is worth more than the merge of a few pieces.
            if number == keep && keep >= done + PREFIX_PIECES_MIN {
                prefix = Some(self.prefix(sums, number)?);
            }
            self.add(sums, piece)?;
        }
        Ok((sums, prefix))
    }

    fn prefix(&mut self, sums: [Accumulator; 2], pieces: usize) -> Result<Prefix, CallError> {
        let [on_time, late] = sums;
        let states = [self.instance.snapshot(on_time)?, self.instance.snapshot(late)?];
        Ok(Prefix { pieces, states: states.map(Arc::from) })
    }

    fn add(&mut self, sums: [Accumulator; 2], piece: &Piece) -> Result<(), NotMerged> {
        let (state_version, states) = match &piece.states {
            States::Held { state_version, states } => (*state_version, states.clone()),
            States::Stored(stored) => {
                let found = self.history.map(|history| history.pane(stored)).transpose();
                match found.map_err(NotMerged::History)?.flatten() {
                    // What is not kept any more leaves with its window.
                    None => return Ok(()),
                    Some(pane) => {
                        let whole = |state: &Option<_>| state.clone().map(AccumulatorBytes::whole);
                        (pane.state_version, [whole(&pane.on_time), whole(&pane.late)])
                    }
                }
            }
        };
        for (sum, state) in sums.into_iter().zip(states) {
            let Some(state) = state else { continue };
            self.instance.merge_parts(sum, (piece.pane, state_version), state.parts())?;
        }
        Ok(())
    }

    /// What `make` makes of the accumulators on time, late, and of both.
    fn made<T>(
        self,
        [on_time, late]: [Accumulator; 2],
        make: impl FnOnce(&mut Instance, &Plugin, [Accumulator; 3]) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let Self { instance, plugin, window, .. } = self;
        let total = instance.create(window)?;
        instance.merge(total, on_time)?;
        instance.merge(total, late)?;
        let done = make(instance, plugin, [on_time, late, total])?;
        for accumulator in [on_time, late, total] {
            instance.release(accumulator)?;
        }
        Ok(done)
    }
}

/// The result of accumulators: of the records on time, of the late ones, and of both.
fn result(
    instance: &mut Instance,
    plugin: &Plugin,
    [on_time, late, total]: [Accumulator; 3],
    rows: Rows,
) -> Result<MetricResult, CallError> {
    let outputs = &plugin.descriptor().outputs;
    if let Some(largest) = instance.largest(plugin, &[total, on_time, late], rows.most())? {
        return Ok(MetricResult::of_largest(outputs, largest));
    }
    let mut accumulators = [total, on_time, late].into_iter();
    MetricResult::of_tables(outputs, || {
        instance.result(plugin, accumulators.next().expect("a result has three tables"))
    })
}
