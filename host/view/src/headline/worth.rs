//! What a figure is worth over a window, and how that compares.

use streamgauge_pipeline::{Comparison, HeadlineOf};
use streamgauge_plugin::Cell;
use streamgauge_wire::{HeadlineChange, HeadlineValue};

use super::Figure;
use crate::MetricResult;
use crate::cells::add;
use crate::compare::{Compared, Reason};
use crate::published::Published;
use crate::reader::MetricReader;
use crate::trouble::Trouble;
use crate::windows::Window;

/// The reason of a change where the stored windows or the plugin cannot be read.
const FAILED: &str = "failed";

/// What a figure is worth, and whether all of it could be read.
pub(super) struct Worth {
    pub(super) value: HeadlineValue,
    pub(super) is_read: bool,
}

/// A value over a window, with what is wrong with the result that it is of.
struct Of {
    value: Option<f64>,
    trouble: Option<Trouble>,
}

impl Figure {
    /// What the figure is worth as long as nothing is known.
    pub(super) fn unknown(id: &str) -> HeadlineValue {
        let id = id.to_owned();
        HeadlineValue { id, value: None, start: None, end: None, stale: None, changes: Vec::new() }
    }

    /// What the figure is worth over the present window, and how that compares.
    pub(super) fn worth(&self, reader: &MetricReader, published: &Published) -> Worth {
        let present = reader.survey(published).current(self.window);
        let Of { value, trouble } = self.over(reader, published, &present);
        let mut is_read = is_readable(trouble.as_ref());
        let mut changes = Vec::new();
        for to in &self.compare {
            let change = self.change(reader, published, &present, *to);
            is_read &= change.reason != Some(FAILED);
            changes.push(change);
        }
        let window = present.id.window;
        let value = HeadlineValue {
            id: self.headline.id.clone(),
            value,
            start: window.map(|window| window.start.0),
            end: window.map(|window| window.end.0),
            stale: trouble.as_ref().map(Trouble::name),
            changes,
        };
        Worth { value, is_read }
    }

    fn change(
        &self,
        reader: &MetricReader,
        published: &Published,
        present: &Window,
        to: Comparison,
    ) -> HeadlineChange {
        let history = published.history.as_deref();
        let compared = present
            .id
            .window
            .map(|window| reader.survey(published).compared(history, (self.window, window), to));
        let Some(Ok(Compared { now, before, reason })) = compared else {
            return changed(to, FAILED);
        };
        let mut is_read = true;
        let mut over = |window: &Window| {
            let Of { value, trouble } = self.over(reader, published, window);
            is_read &= is_readable(trouble.as_ref());
            value
        };
        let until = now.as_ref().and_then(|now| now.id.window).map(|span| span.end.0);
        let (now, before) = (now.as_ref().and_then(&mut over), before.as_ref().and_then(&mut over));
        if !is_read {
            return changed(to, FAILED);
        }
        let hint = match &reason {
            Some(Reason::NoFiner(line)) => line.clone(),
            _ => None,
        };
        let reason = reason.as_ref().map(Reason::name);
        HeadlineChange { to: to.name(), now, before, until, reason, hint }
    }

    /// The value over a window. A row is looked for among those that the pages show first; one that
    /// is not there is taken from the whole result, which the caller has made as seldom as it is
    /// dear.
    fn over(&self, reader: &MetricReader, published: &Published, window: &Window) -> Of {
        let mut trouble = None;
        let mut part = |of: &HeadlineOf| {
            let (found, wrong) = match (of, self.dimension) {
                (HeadlineOf::Key(key), Some(column)) => {
                    reader.with_key(published, window, (column, key))
                }
                _ => reader.shown(published, window, reader.rows()),
            };
            let is_unknown = matches!(wrong, Some(Trouble::Unreadable { last: None, .. }));
            trouble = trouble.take().or(wrong);
            if is_unknown { None } else { self.value(&found.result) }
        };
        let value = match &self.per {
            None => part(&self.of),
            Some(per) => match (part(&self.of), part(per)) {
                // A share of nothing is no number.
                (Some(of), Some(per)) if per != 0.0 => Some(of / per),
                _ => None,
            },
        };
        Of { value, trouble }
    }

    /// The measure over all rows of a result. No row of a measure that adds up is 0.
    fn value(&self, result: &MetricResult) -> Option<f64> {
        let table = &result.total;
        let cells = (0..table.len()).map(|row| table.cell(row, self.measure));
        let cut = result.other.as_ref().and_then(|other| other.total.get(self.measure)).cloned();
        let mut cells = cells.chain(cut);
        if self.is_additive {
            return number(&cells.fold(Cell::Integer(0), |sum, cell| add(&sum, &cell)));
        }
        let only = cells.next()?;
        if cells.next().is_some() { None } else { number(&only) }
    }
}

fn changed(to: Comparison, reason: &'static str) -> HeadlineChange {
    let (now, before, until) = (None, None, None);
    HeadlineChange { to: to.name(), now, before, until, reason: Some(reason), hint: None }
}

fn is_readable(trouble: Option<&Trouble>) -> bool {
    !matches!(trouble, Some(Trouble::Unreadable { .. }))
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(n) => Some(*n as f64),
        Cell::Float(x) => Some(*x).filter(|x| x.is_finite()),
        Cell::Null | Cell::Boolean(_) | Cell::Text(_) => None,
    }
}

#[cfg(test)]
mod tests;
