//! The accumulators of one metric's windows of one size and slide: rows into panes, panes into
//! final ones.

use std::collections::BTreeMap;

use streamgauge_core::{AccumulatorBytes, EventTime, PaneSnapshot, TimeWindow, WindowSetSnapshot};

use super::bytes::chained;
use super::civil::{Calendar, Span};
use super::instances::{Held, Instances};
use super::moment::Moment;
use super::row::Input;
use super::rules::MetricRules;
use super::state::{FinalPane, PaneState, WindowState};
use super::verdict::{Outside, WindowVerdict};
use super::windows::{Pane, Windows};
use streamgauge_plugin::{AddError, CallError};

/// The metric and partition that own the panes.
pub(super) struct Owner {
    pub(super) metric: String,
    pub(super) partition: u32,
    pub(super) state_version: u32,
}

/// A row that is on time or late.
pub(super) struct Row<'a> {
    /// The inputs that the plugin gets; `None` means that the metric cannot use the row.
    pub(super) inputs: Option<&'a [Input]>,
    pub(super) moment: Moment,
}

/// The panes, open and final.
pub(super) enum PaneSet {
    /// All of time is one pane, which is never final.
    Cumulative(Sides),
    Windows(Box<WindowSet>),
}

/// The panes of one kind of windows.
pub(super) struct WindowSet {
    windows: Windows<Sides>,
    retention: i64,
    history_keep: i64,
    expired: u64,
    unplaced: u64,
    final_panes: u64,
    chain: [u8; 32],
    finals: BTreeMap<i64, FinalPane>,
}

/// The accumulators on time and late, each from its first row on.
#[derive(Default)]
pub(super) struct Sides {
    on_time: Option<Held>,
    late: Option<Held>,
}

impl PaneSet {
    /// The panes before the first record.
    pub(super) fn new((size, slide): (i64, i64), rules: &MetricRules, history_keep: i64) -> Self {
        if size == 0 {
            return Self::Cumulative(Sides::default());
        }
        Self::Windows(Box::new(WindowSet {
            windows: Windows::new(size, slide, rules.retention, rules.open_max),
            retention: rules.retention,
            history_keep,
            expired: 0,
            unplaced: 0,
            final_panes: 0,
            chain: [0; 32],
            finals: BTreeMap::new(),
        }))
    }

    /// Size and slide in milliseconds, both 0 for the cumulative pane.
    pub(super) fn kind(&self) -> (i64, i64) {
        match self {
            Self::Cumulative(_) => (0, 0),
            Self::Windows(set) => (set.windows.size, set.windows.slide),
        }
    }

    /// Takes over the panes that were kept, whose states a plugin of `version` gave. The final
    /// ones before them are known by their chain.
    pub(super) fn restore(
        &mut self,
        instances: &mut Instances,
        version: u32,
        kept: &WindowSetSnapshot,
    ) -> Result<(), CallError> {
        match self {
            Self::Cumulative(sides) => {
                if let Some(pane) = kept.panes.first() {
                    *sides = Sides::restored(instances, version, None, pane)?;
                }
            }
            Self::Windows(set) => {
                let books = kept.books;
                set.windows.floor = books.floor.map(|floor| floor.0);
                set.windows.evicted = books.evicted;
                (set.expired, set.unplaced) = (books.expired, books.unplaced);
                (set.final_panes, set.chain) = (kept.final_panes, kept.chain.0);
                for pane in &kept.panes {
                    let Some(window) = pane.window else { continue };
                    let span = Span { start: window.start.0, end: window.end.0 };
                    let contents = Sides::restored(instances, version, Some(span), pane)?;
                    let corrections = pane.corrections;
                    set.windows.open.insert(span.start, Pane { span, corrections, contents });
                }
            }
        }
        Ok(())
    }

    /// Takes in a row.
    pub(super) fn accept(
        &mut self,
        instances: &mut Instances,
        owner: &Owner,
        calendar: &mut Calendar,
        row: &Row<'_>,
    ) -> Result<WindowVerdict, CallError> {
        match self {
            Self::Cumulative(sides) => {
                sides.fold(instances, None, row)?;
                Ok(WindowVerdict::nowhere(0, 0))
            }
            Self::Windows(set) => set.accept(instances, owner, calendar, row),
        }
    }

    /// Makes the panes final that are so under `watermark`.
    pub(super) fn settle(
        &mut self,
        instances: &mut Instances,
        owner: &Owner,
        watermark: Option<i64>,
    ) -> Result<(), CallError> {
        let Self::Windows(set) = self else { return Ok(()) };
        for pane in set.windows.settle(watermark) {
            set.make_final(instances, owner, pane)?;
        }
        set.forget(watermark);
        Ok(())
    }

    /// The state of all panes.
    pub(super) fn state(&self, instances: &mut Instances) -> Result<WindowState, CallError> {
        match self {
            Self::Cumulative(sides) => {
                let (on_time, late) = sides.snapshot(instances)?;
                let has_row = on_time.is_some() || late.is_some();
                let pane = PaneState { span: None, corrections: 0, on_time, late };
                Ok(WindowState {
                    size: 0,
                    slide: 0,
                    floor: None,
                    expired: 0,
                    unplaced: 0,
                    evicted: 0,
                    final_panes: 0,
                    chain: [0; 32],
                    panes: has_row.then_some(pane).into_iter().collect(),
                    finals: Vec::new(),
                })
            }
            Self::Windows(set) => set.state(instances),
        }
    }
}

impl WindowSet {
    fn accept(
        &mut self,
        instances: &mut Instances,
        owner: &Owner,
        calendar: &mut Calendar,
        row: &Row<'_>,
    ) -> Result<WindowVerdict, CallError> {
        let Moment { event_time, may_open, before, after, .. } = row.moment;
        let is_folded = row.inputs.is_some();
        let nowhere = WindowVerdict::nowhere(self.windows.size, self.windows.slide);
        let Some(event_time) = event_time else {
            // A record without any time moves no watermark, so it makes no pane final either.
            self.unplaced += u64::from(is_folded);
            return Ok(WindowVerdict { outside: Some(Outside::Unplaced), ..nowhere });
        };
        let placement = self.windows.place(calendar, event_time, may_open, before);
        let (span, outside, opened) = (placement.span, placement.outside, placement.opened);
        let correction = is_folded && outside.is_none() && placement.correction;
        let evicted = placement.evicted.as_ref().map(|pane| pane.span);
        if let Some(pane) = placement.evicted {
            self.make_final(instances, owner, pane)?;
        }
        match outside {
            Some(Outside::Expired) => self.expired += u64::from(is_folded),
            Some(Outside::Unplaced) => self.unplaced += u64::from(is_folded),
            None => {
                let pane = self.windows.open.get_mut(&span.start).expect("a pane that is open");
                pane.corrections += u64::from(correction);
                pane.contents.fold(instances, Some(span), row)?;
            }
        }
        let mut finals = Vec::new();
        for pane in self.windows.settle(after) {
            finals.push(pane.span);
            self.make_final(instances, owner, pane)?;
        }
        self.forget(after);
        let verdict = WindowVerdict { pane: Some(span), outside, opened, correction, ..nowhere };
        Ok(WindowVerdict { evicted, finals, ..verdict })
    }

    /// Keeps a pane that has become final, unless no row was folded into it.
    fn make_final(
        &mut self,
        instances: &mut Instances,
        owner: &Owner,
        pane: Pane<Sides>,
    ) -> Result<(), CallError> {
        let (on_time, late) = pane.contents.snapshot(instances)?;
        pane.contents.release(instances)?;
        if on_time.is_none() && late.is_none() {
            return Ok(());
        }
        let pane = FinalPane {
            metric: owner.metric.clone(),
            size: self.windows.size,
            slide: self.windows.slide,
            partition: owner.partition,
            state_version: owner.state_version,
            span: pane.span,
            corrections: pane.corrections,
            on_time,
            late,
        };
        self.final_panes += 1;
        self.chain = chained(self.chain, pane.digest());
        self.finals.insert(pane.span.start, pane);
        Ok(())
    }

    /// Drops the final panes whose time to be kept is over.
    fn forget(&mut self, watermark: Option<i64>) {
        let Some(watermark) = watermark else { return };
        let (retention, keep) = (self.retention, self.history_keep);
        let until = |end: i64| end.saturating_add(retention).saturating_add(keep);
        // Panes do not overlap, so the one that starts first ends first.
        while let Some(first) = self.finals.first_entry() {
            if until(first.get().span.end) > watermark {
                break;
            }
            first.remove();
        }
    }

    fn state(&self, instances: &mut Instances) -> Result<WindowState, CallError> {
        let mut panes = Vec::new();
        for pane in self.windows.open.values() {
            let (on_time, late) = pane.contents.snapshot(instances)?;
            let (span, corrections) = (Some(pane.span), pane.corrections);
            panes.push(PaneState { span, corrections, on_time, late });
        }
        Ok(WindowState {
            size: self.windows.size,
            slide: self.windows.slide,
            floor: self.windows.floor,
            expired: self.expired,
            unplaced: self.unplaced,
            evicted: self.windows.evicted,
            final_panes: self.final_panes,
            chain: self.chain,
            panes,
            finals: self.finals.values().cloned().collect(),
        })
    }
}

impl Sides {
    /// The accumulators of a kept pane.
    fn restored(
        instances: &mut Instances,
        version: u32,
        span: Option<Span>,
        kept: &PaneSnapshot,
    ) -> Result<Self, CallError> {
        let mut accumulator = |state: Option<&AccumulatorBytes>| {
            let restored =
                state.map(|state| instances.restore_parts(span.map(window), version, state));
            restored.transpose()
        };
        let on_time = accumulator(kept.on_time.as_ref())?;
        Ok(Self { on_time, late: accumulator(kept.late.as_ref())? })
    }

    /// Folds a row into the accumulator of its verdict, if the metric can use it.
    fn fold(
        &mut self,
        instances: &mut Instances,
        span: Option<Span>,
        row: &Row<'_>,
    ) -> Result<(), CallError> {
        let Some(inputs) = row.inputs else { return Ok(()) };
        let side = if row.moment.is_late { &mut self.late } else { &mut self.on_time };
        let accumulator = match side {
            Some(accumulator) => *accumulator,
            none => *none.insert(instances.create(span.map(window))?),
        };
        let params: Vec<_> = inputs.iter().map(Input::param).collect();
        instances.add(accumulator, 1, &params).map_err(|error| match error {
            AddError::Call(error) => error,
            AddError::BadRows(_) => {
                CallError::Contract("it refuses a row that it took a moment ago".to_owned())
            }
        })
    }

    /// The two accumulators as bytes, on time before late.
    fn snapshot(&self, instances: &mut Instances) -> Result<TwoStates, CallError> {
        let mut bytes = |side: Option<Held>| side.map(|a| instances.snapshot(a)).transpose();
        Ok((bytes(self.on_time)?, bytes(self.late)?))
    }

    fn release(self, instances: &mut Instances) -> Result<(), CallError> {
        [self.on_time, self.late].into_iter().flatten().try_for_each(|a| instances.release(a))
    }
}

/// The state on time and the late one.
type TwoStates = (Option<Vec<u8>>, Option<Vec<u8>>);

/// An interval in the form in which a plugin gets one.
pub(super) fn window(span: Span) -> TimeWindow {
    TimeWindow { start: EventTime(span.start), end: EventTime(span.end) }
}
