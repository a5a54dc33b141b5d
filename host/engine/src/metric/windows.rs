//! One kind of windows of a metric in one partition: which panes are open, and their
//! accumulators.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use chrono_tz::Tz;
use streamgauge_core::{
    AccumulatorBytes, ByLateness, Digest, EventTime, FinalPane, Lateness, Placing, Retention,
    TimeWindow, WindowBooks, WindowSet, WindowSetSnapshot, WindowSpec,
};

use super::batches::Batches;
use super::compacted::Compacted;
use super::pane::Pane;
use super::placed::{Found, Placed};
use super::placement::{Placement, Rows};
use super::room::Room;
use super::slot::{Form, Slot, Stored};
use streamgauge_pipeline::MetricSettings;
use streamgauge_plugin::{CallError, Instance};

/// The key of the cumulative window among panes.
const ALWAYS: EventTime = EventTime(i64::MIN);

/// The open panes of one kind of windows.
pub(super) struct Windows {
    spec: WindowSpec,
    /// `None` stands for the cumulative window.
    set: Option<WindowSet>,
    /// The open panes by start.
    panes: BTreeMap<EventTime, Pane>,
    /// How many final panes with a row there were, and the chain of their digests.
    final_panes: u64,
    chain: Digest,
}

impl Windows {
    pub(super) fn restore(
        stored: &WindowSetSnapshot,
        settings: &MetricSettings,
        zone: Tz,
        of: Stored,
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        let retention = Retention {
            retention: settings.retention.as_millis() as i64,
            open_max: settings.open_windows_max,
        };
        let open = stored.panes.iter().filter_map(|pane| pane.window);
        let mut panes = BTreeMap::new();
        for pane in &stored.panes {
            let start = pane.window.map_or(ALWAYS, |window| window.start);
            panes.insert(start, Pane::restore(pane, of, instance)?);
        }
        let (final_panes, chain) = (stored.final_panes, stored.chain);
        let set = WindowSet::new(stored.spec, zone, retention, stored.books, open);
        Ok(Self { spec: stored.spec, set, panes, final_panes, chain })
    }

    /// Places every row of both batches, in the order of their offsets, or takes over how another
    /// metric `placed` them.
    pub(super) fn place(
        &mut self,
        batches: Batches<'_>,
        placed: Option<&Placed>,
    ) -> Rc<ByLateness<Placement>> {
        let Some(set) = &mut self.set else {
            self.panes.entry(ALWAYS).or_insert_with(|| Pane::new(None));
            return Rc::new(ByLateness::from_fn(|_| Placement::Whole(ALWAYS)));
        };
        // Looking at every open pane must not cost more than placing the rows.
        let rows = Lateness::ALL.map(|lateness| batches[lateness].rows() as usize);
        let placed = placed.filter(|_| rows.iter().sum::<usize>() >= set.open_count());
        let found = match placed {
            None => place_rows(set, batches),
            Some(placed) => placed.known(set).unwrap_or_else(|| {
                let before = set.clone();
                let found = place_rows(set, batches);
                placed.remember(before, set.clone(), found.clone());
                found
            }),
        };
        for pane in found.panes.iter() {
            self.panes.entry(pane.start).or_insert_with(|| Pane::new(Some(*pane)));
        }
        found.placements
    }

    /// The pane with this key, which a placement named.
    pub(super) fn pane(&mut self, key: EventTime) -> &mut Pane {
        self.panes.get_mut(&key).expect("placing makes the pane")
    }

    /// Counts folded rows that are in no pane.
    pub(super) fn count_outside(&mut self, expired: u64, unplaced: u64) {
        if let Some(set) = &mut self.set {
            set.books.expired += expired;
            set.books.unplaced += unplaced;
        }
    }

    /// Takes out what is final under `watermark`, in the order in which it became so.
    pub(super) fn take_final(
        &mut self,
        watermark: Option<EventTime>,
        partition: u32,
        (metric, build, state_version): (&str, u32, u32),
        (instance, room): (&mut Instance, &mut Room),
    ) -> Result<Vec<Arc<FinalPane>>, CallError> {
        let Some(set) = &mut self.set else { return Ok(Vec::new()) };
        set.settle(watermark);
        let mut finals = Vec::new();
        for window in set.take_final() {
            let Some(mut pane) = self.panes.remove(&window.start) else { continue };
            let exported = pane.export(Form::Whole, instance, room)?;
            pane.release(instance)?;
            if exported.on_time.is_none() && exported.late.is_none() {
                continue;
            }
            let pane = FinalPane {
                metric: metric.to_owned(),
                build,
                spec: self.spec,
                partition,
                state_version,
                window,
                corrections: exported.corrections,
                on_time: whole(exported.on_time),
                late: whole(exported.late),
            };
            self.final_panes += 1;
            self.chain = self.chain.chain(pane.digest());
            finals.push(Arc::new(pane));
        }
        Ok(finals)
    }

    /// Puts a whole accumulator in the place of what was exported of it.
    pub(super) fn compact(&mut self, compacted: &Compacted) {
        let start = compacted.pane.map_or(ALWAYS, |window| window.start);
        if let Some(pane) = self.panes.get_mut(&start) {
            pane.compact(compacted.lateness, &compacted.of, &compacted.whole);
        }
    }

    /// From here on rows are those since the last export.
    pub(super) fn go_by_differences(&mut self, instance: &mut Instance) -> Result<(), CallError> {
        self.panes.values_mut().try_for_each(|pane| pane.go_by_differences(instance))
    }

    pub(super) fn spec(&self) -> WindowSpec {
        self.spec
    }

    /// Each accumulator with its window.
    pub(super) fn slots(&mut self) -> impl Iterator<Item = (Option<TimeWindow>, &mut Slot)> {
        self.panes.values_mut().flat_map(Pane::slots)
    }

    /// Gives the accumulators' memory back.
    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        self.panes.into_values().try_for_each(|pane| pane.release(instance))
    }

    pub(super) fn export(
        &mut self,
        form: Form,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<WindowSetSnapshot, CallError> {
        let panes = self.panes.values_mut().map(|pane| pane.export(form, instance, room));
        let mut panes = panes.collect::<Result<Vec<_>, _>>()?;
        // The cumulative window is there from its first row on; others from their opening.
        panes.retain(|p| p.window.is_some() || p.on_time.is_some() || p.late.is_some());
        let books = self.set.as_ref().map_or_else(WindowBooks::default, |set| set.books);
        let (spec, final_panes, chain) = (self.spec, self.final_panes, self.chain);
        Ok(WindowSetSnapshot { spec, books, final_panes, chain, panes })
    }
}

fn whole(bytes: Option<AccumulatorBytes>) -> Option<Arc<[u8]>> {
    bytes.map(|bytes| Arc::clone(bytes.as_whole().expect("it was exported as a whole")))
}

/// Places every row of both batches, in the order of their offsets.
fn place_rows(set: &mut WindowSet, batches: Batches<'_>) -> Found {
    let mut placed = batches.map(|batch| Rows::with_capacity(batch.rows()));
    let mut placings = batches.map(|batch| batch.placings().iter().peekable());
    let (mut panes, mut recent) = (Vec::new(), None);
    let mut known = BTreeSet::new();
    for (lateness, run) in in_order(batches) {
        let (times, watermarks) = (batches[lateness].event_times(), batches[lateness].watermarks());
        let (placings, placed) = (&mut placings[lateness], &mut placed[lateness]);
        for row in run {
            let own = placings.next_if(|(of, _)| *of == row as u32);
            let placing = own.map_or(Placing::Opens, |(_, placing)| *placing);
            let place = set.place(EventTime(times[row]), placing, watermarks[row]);
            let pane = place.pane();
            if let Some(pane) = pane.filter(|_| pane != recent) {
                if known.insert(pane.start) {
                    panes.push(pane);
                }
                recent = Some(pane);
            }
            placed.push(place);
        }
    }
    Found { placements: Rc::new(placed.map(Placement::of)), panes: Rc::new(panes) }
}

/// The rows of both batches in the order of their offsets: which batch, which rows.
fn in_order(batches: Batches<'_>) -> impl Iterator<Item = (Lateness, Range<usize>)> {
    let mut next = ByLateness::new(0, 0);
    std::iter::from_fn(move || {
        let offset = |of: Lateness| batches[of].metas().get(next[of]).map(|meta| meta.offset);
        let lateness = match (offset(Lateness::OnTime), offset(Lateness::Late)) {
            (None, None) => return None,
            (Some(on_time), Some(late)) if late < on_time => Lateness::Late,
            (Some(_), _) => Lateness::OnTime,
            (None, Some(_)) => Lateness::Late,
        };
        let other = if lateness == Lateness::Late { Lateness::OnTime } else { Lateness::Late };
        let (from, until) = (next[lateness], offset(other).unwrap_or(i64::MAX));
        let rest = &batches[lateness].metas()[from..];
        let to = from + rest.partition_point(|meta| meta.offset < until).max(1);
        next[lateness] = to;
        Some((lateness, from..to))
    })
}

/// Rows of `batch` whose watermark had passed the end of `window`.
pub(super) fn corrections(
    window: Option<TimeWindow>,
    watermarks: &[Option<EventTime>],
    rows: impl Iterator<Item = u32>,
) -> u64 {
    // Watermarks only rise: where the last one is before the end, so are all.
    let Some(window) = window.filter(|window| watermarks.last() >= Some(&Some(window.end))) else {
        return 0;
    };
    rows.filter(|row| watermarks[*row as usize] >= Some(window.end)).count() as u64
}

#[cfg(test)]
mod tests;
