//! The open panes of one kind of windows, and the pane of each record. The content of a pane is the
//! caller's matter.

use std::collections::BTreeMap;

use super::civil::{Calendar, Span, gcd};
use super::verdict::Outside;

/// The open panes of one metric's windows of one size and slide.
#[derive(Clone, Debug)]
pub(super) struct Windows<A> {
    pub(super) size: i64,
    pub(super) slide: i64,
    retention: i64,
    open_max: usize,
    /// The floor in milliseconds; panes that start before the floor are final.
    pub(super) floor: Option<i64>,
    /// The number of panes that became final because too many were open.
    pub(super) evicted: u64,
    /// The open panes, by their start in milliseconds.
    pub(super) open: BTreeMap<i64, Pane<A>>,
}

/// An open pane, or one that has just become final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pane<A> {
    pub(super) span: Span,
    pub(super) corrections: u64,
    pub(super) contents: A,
}

/// The pane and the fate of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placement<A> {
    pub(super) span: Span,
    /// The reason why the record is part of no window.
    pub(super) outside: Option<Outside>,
    /// True if the record is the first of its pane.
    pub(super) opened: bool,
    /// True if the record corrects a window that is closed here.
    pub(super) correction: bool,
    /// The pane that became final to make room for the record's pane.
    pub(super) evicted: Option<Pane<A>>,
}

impl<A: Default> Windows<A> {
    pub(super) fn new(size: i64, slide: i64, retention: i64, open_max: usize) -> Self {
        let open = BTreeMap::new();
        Self { size, slide, retention, open_max, floor: None, evicted: 0, open }
    }

    /// Finds the pane of a record, and opens the pane if need be and the record may. `watermark` is
    /// the one before the record.
    pub(super) fn place(
        &mut self,
        calendar: &mut Calendar,
        event_time: i64,
        may_open: bool,
        watermark: Option<i64>,
    ) -> Placement<A> {
        let span = calendar.pane(gcd(self.size, self.slide), event_time);
        let correction = watermark.is_some_and(|watermark| span.end <= watermark);
        let under_floor = self.floor.is_some_and(|floor| span.start < floor);
        let is_open = self.open.contains_key(&span.start);
        let outside = if under_floor || is_over(span, self.retention, watermark) {
            Some(Outside::Expired)
        } else {
            (!is_open && !may_open).then_some(Outside::Unplaced)
        };
        if outside.is_some() {
            let (opened, evicted) = (false, None);
            return Placement { span, outside, opened, correction, evicted };
        }
        let opened = !is_open;
        let mut evicted = None;
        if opened {
            let pane = Pane { span, corrections: 0, contents: A::default() };
            self.open.insert(span.start, pane);
            if self.open.len() > self.open_max {
                evicted = self.evict();
            }
        }
        let is_evicted = !self.open.contains_key(&span.start);
        let outside = is_evicted.then_some(Outside::Expired);
        Placement { span, outside, opened, correction, evicted }
    }

    fn evict(&mut self) -> Option<Pane<A>> {
        let (_, oldest) = self.open.pop_first()?;
        self.floor = Some(oldest.span.end);
        self.evicted += 1;
        Some(oldest)
    }

    /// Takes out the panes that are final under `watermark`, the one after the last record.
    pub(super) fn settle(&mut self, watermark: Option<i64>) -> Vec<Pane<A>> {
        let mut over = Vec::new();
        // Panes do not overlap, so the one that starts first is over first.
        while let Some(first) = self.open.first_entry() {
            if !is_over(first.get().span, self.retention, watermark) {
                break;
            }
            over.push(first.remove());
        }
        over
    }
}

/// True if the watermark is past the pane and the `retention` of its windows.
fn is_over(span: Span, retention: i64, watermark: Option<i64>) -> bool {
    watermark.is_some_and(|watermark| span.end.saturating_add(retention) <= watermark)
}
