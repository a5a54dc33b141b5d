//! Handing the rows of a partition to the accumulators of one metric: to each of its windows in
//! turn, and there to each pane. Where every row is usable and in one pane, nothing is copied.

use std::borrow::Cow;
use std::rc::Rc;

use streamgauge_core::{ByLateness, Lateness, RecordBatch, Selection};

use super::batches::Batches;
use super::pane::Pane;
use super::placed::Placed;
use super::placement::Placement;
use super::windows::{Windows, corrections};
use streamgauge_plugin::{Accumulator, AddError, CallError, Columns, InputBinding, Instance};

/// Rows that the plugin refused, with its words; in increasing order.
type Refused = Vec<(u32, String)>;

/// What came of a hand-over.
pub(super) struct Folded {
    /// The rows that the plugin refused; all others that the metric can use were folded.
    pub(super) refused: ByLateness<Refused>,
}

/// Folds the rows that the selections do not exclude, and that are not left out, into `windows`, one
/// after the other, and counts in their books what was expired or unplaced. Rows that are left out
/// are among the refused ones.
pub(super) fn fold(
    batches: Batches<'_>,
    inputs: &[InputBinding],
    (selections, left_out): (&ByLateness<Selection>, &ByLateness<Refused>),
    (windows, placed): (&mut [Windows], Option<&Placed>),
    instance: &mut Instance,
) -> Result<Folded, CallError> {
    let (placements, refused) = (Vec::new(), left_out.clone());
    let mut fold = Fold { batches, inputs, selections, placements, refused };
    for windows in &mut *windows {
        fold.fold_windows((windows, placed), instance)?;
    }
    fold.probe(instance)?;
    fold.count_outside(windows);
    Ok(Folded { refused: fold.refused })
}

/// A hand-over at work.
struct Fold<'a> {
    batches: Batches<'a>,
    inputs: &'a [InputBinding],
    selections: &'a ByLateness<Selection>,
    /// Of the windows that are done.
    placements: Vec<Rc<ByLateness<Placement>>>,
    refused: ByLateness<Refused>,
}

impl Fold<'_> {
    /// Folds the rows into one kind of windows.
    fn fold_windows(
        &mut self,
        (windows, placed): (&mut Windows, Option<&Placed>),
        instance: &mut Instance,
    ) -> Result<(), CallError> {
        let placements = windows.place(self.batches, placed);
        for (lateness, placement) in placements.iter() {
            if self.batches[lateness].is_empty() {
                continue;
            }
            let mut refused = match placement {
                Placement::Whole(key) => {
                    self.fold_pane(windows.pane(*key), lateness, None, instance)?
                }
                Placement::Rows(rows) => {
                    let mut refused = Vec::new();
                    for (key, rows) in &rows.by_pane {
                        let pane = windows.pane(*key);
                        let rows = self.usable_of(lateness, rows);
                        refused.extend(self.fold_pane(pane, lateness, Some(rows), instance)?);
                    }
                    refused
                }
            };
            self.check(lateness, &refused)?;
            self.refuse(lateness, &mut refused);
        }
        self.placements.push(placements);
        Ok(())
    }

    fn refuse(&mut self, lateness: Lateness, refused: &mut Refused) {
        let known = &mut self.refused[lateness];
        known.append(refused);
        known.sort_by_key(|(row, _)| *row);
    }

    /// A row is refused for what is in it, so by the first accumulator that is offered it.
    fn check(&self, lateness: Lateness, refused: &Refused) -> Result<(), CallError> {
        let taken = |row: u32| self.placements.iter().any(|p| p[lateness].holds(row));
        match refused.iter().find(|(row, _)| taken(*row)) {
            None => Ok(()),
            Some((row, _)) => {
                let offset = self.batches[lateness].metas()[*row as usize].offset;
                Err(CallError::Contract(format!(
                    "it took the row at offset {offset} in one window and refused it in another"
                )))
            }
        }
    }

    /// Whether the metric can use every row, as far as is known.
    fn can_use_all(&self, lateness: Lateness) -> bool {
        self.selections[lateness].excluded().is_empty() && self.refused[lateness].is_empty()
    }

    /// Those of `rows` that the metric can use, as far as is known.
    fn usable_of<'r>(&self, lateness: Lateness, rows: &'r [u32]) -> Cow<'r, [u32]> {
        if self.can_use_all(lateness) {
            return Cow::Borrowed(rows);
        }
        let (selection, refused) = (&self.selections[lateness], &self.refused[lateness]);
        let is_refused = |row: u32| refused.binary_search_by_key(&row, |r| r.0).is_ok();
        let is_usable = |row: &u32| !selection.excludes(*row) && !is_refused(*row);
        Cow::Owned(rows.iter().copied().filter(is_usable).collect())
    }

    /// The rows that the metric can use, as far as is known.
    fn usable(&self, lateness: Lateness) -> Vec<u32> {
        let refused: Vec<u32> = self.refused[lateness].iter().map(|r| r.0).collect();
        self.selections[lateness].rows(self.batches[lateness], &refused)
    }

    /// Folds `rows` into a pane, or all usable ones, and returns those that the plugin refused.
    fn fold_pane(
        &self,
        pane: &mut Pane,
        lateness: Lateness,
        rows: Option<Cow<'_, [u32]>>,
        instance: &mut Instance,
    ) -> Result<Refused, CallError> {
        let batch = self.batches[lateness];
        let all = || (!self.can_use_all(lateness)).then(|| Cow::Owned(self.usable(lateness)));
        let rows = rows.or_else(all);
        if rows.as_ref().is_some_and(|rows| rows.is_empty()) {
            return Ok(Vec::new());
        }
        let mut refused = Vec::new();
        pane.add(lateness, instance, |instance, accumulator| {
            refused = add(instance, accumulator, batch, self.inputs, rows.as_deref())?;
            Ok(rows.as_ref().map_or(batch.rows() as usize, |rows| rows.len()) - refused.len())
        })?;
        let every = 0..if rows.is_none() { batch.rows() } else { 0 };
        let offered = every.chain(rows.iter().flat_map(|rows| rows.iter().copied()));
        let folded = offered.filter(|row| refused.binary_search_by_key(row, |r| r.0).is_err());
        pane.corrections += corrections(pane.window, batch.watermarks(), folded);
        Ok(refused)
    }

    /// Offers the rows that no pane took to an accumulator that is thrown away: whether a row is
    /// refused must not depend on its panes.
    fn probe(&mut self, instance: &mut Instance) -> Result<(), CallError> {
        for lateness in Lateness::ALL {
            let held = |row: &u32| self.placements.iter().any(|p| p[lateness].holds(*row));
            if self.placements.iter().any(|p| !p[lateness].leaves_out()) {
                continue;
            }
            let mut rows = self.usable(lateness);
            rows.retain(|row| !held(row));
            if rows.is_empty() {
                continue;
            }
            let accumulator = instance.create(None)?;
            let batch = self.batches[lateness];
            let mut refused = add(instance, accumulator, batch, self.inputs, Some(&rows))?;
            instance.release(accumulator)?;
            self.refuse(lateness, &mut refused);
        }
        Ok(())
    }

    /// Counts the folded rows that are in no pane of each of the windows.
    fn count_outside(&self, windows: &mut [Windows]) {
        for (windows, placements) in windows.iter_mut().zip(&self.placements) {
            for lateness in Lateness::ALL {
                if let Placement::Rows(rows) = &placements[lateness]
                    && rows.outside > 0
                {
                    let usable = self.usable(lateness);
                    let outside = usable.iter().filter(|row| rows.panes[**row as usize].is_none());
                    let is_usable = |row: &&u32| usable.binary_search(row).is_ok();
                    let unplaced = rows.unplaced.iter().filter(is_usable).count() as u64;
                    windows.count_outside(outside.count() as u64 - unplaced, unplaced);
                }
            }
        }
    }
}

/// Adds `rows` of `batch`, or all of them, and returns those that the plugin refused. A refusal
/// names all rows that the plugin cannot use, so the others are offered once more and not again.
fn add(
    instance: &mut Instance,
    accumulator: Accumulator,
    batch: &RecordBatch,
    inputs: &[InputBinding],
    rows: Option<&[u32]>,
) -> Result<Refused, CallError> {
    let columns = match rows {
        None => Columns::whole(batch, inputs),
        Some(rows) => Columns::picked(batch, inputs, rows),
    };
    let mut refused = match columns.add_to(instance, accumulator) {
        Ok(()) => return Ok(Vec::new()),
        Err(AddError::Call(error)) => return Err(error),
        Err(AddError::BadRows(refused)) => refused,
    };
    for (row, _) in &mut refused {
        *row = rows.map_or(*row, |rows| rows[*row as usize]);
    }
    let is_left = |row: &u32| refused.binary_search_by_key(row, |r| r.0).is_err();
    let left: Vec<u32> = match rows {
        None => (0..batch.rows()).filter(is_left).collect(),
        Some(rows) => rows.iter().copied().filter(is_left).collect(),
    };
    if left.is_empty() {
        return Ok(refused);
    }
    match Columns::picked(batch, inputs, &left).add_to(instance, accumulator) {
        Ok(()) => Ok(refused),
        Err(AddError::Call(error)) => Err(error),
        Err(AddError::BadRows(again)) => {
            let row = left[again[0].0 as usize] as usize;
            Err(CallError::refused_again(&format!("at offset {}", batch.metas()[row].offset)))
        }
    }
}
