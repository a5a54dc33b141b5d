//! One metric on one worker: its plugin instance and, per partition, its accumulators and books.
//!
//! Invariant: what is exported for a partition always belongs to one offset. After a crash of the
//! plugin the last export stays: the metric stops there, quarantined, and nothing half-folded is
//! ever shown or stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{
    InputColumn, Lateness, MetricAccounting, MetricSnapshot, PaneSnapshot, RecordBatch, Selection,
};

use crate::dead_letter::DeadLetter;
use crate::plugin::{Accumulator, AddError, CallError, Columns, InputBinding, Instance, Plugin};

/// A metric's state on one worker.
pub struct Metric {
    plugin: Plugin,
    inputs: Vec<InputBinding>,
    columns: Vec<InputColumn>,
    instance: Option<Instance>,
    quarantine: Option<String>,
    partitions: BTreeMap<u32, State>,
}

/// A metric's state in one partition.
struct State {
    accounting: MetricAccounting,
    next_offset: i64,
    panes: [Pane; 2],
    exported: MetricSnapshot,
    /// Rows left out since the last export; they belong to the next one.
    letters: Vec<DeadLetter>,
}

/// The accumulator of one verdict; none before the first row.
#[derive(Default)]
struct Pane {
    accumulator: Option<Accumulator>,
    exported: Option<Arc<[u8]>>,
}

impl Metric {
    /// Starts an instance of `plugin`, whose inputs were bound to `inputs`.
    ///
    /// # Errors
    /// The plugin cannot be started.
    pub fn start(plugin: &Plugin, inputs: Vec<InputBinding>) -> Result<Self, CallError> {
        Ok(Self {
            instance: Some(Instance::open(plugin)?),
            plugin: plugin.clone(),
            columns: inputs.iter().map(|input| input.column).collect(),
            inputs,
            quarantine: None,
            partitions: BTreeMap::new(),
        })
    }

    /// The metric's id.
    pub fn id(&self) -> &str {
        &self.plugin.settings().id
    }

    /// Why the metric stopped, if it did.
    pub fn quarantine(&self) -> Option<&str> {
        self.quarantine.as_deref()
    }

    /// How many rows were left out since the last exports.
    pub fn letters(&self) -> usize {
        self.partitions.values().map(|state| state.letters.len()).sum()
    }

    /// Takes up `partition` where `snapshot` left it.
    ///
    /// # Errors
    /// The plugin does not take its state back.
    pub fn restore(&mut self, partition: u32, snapshot: MetricSnapshot) -> Result<(), CallError> {
        let mut panes = <[Pane; 2]>::default();
        if let Some(instance) = &mut self.instance {
            for pane in &snapshot.panes {
                let made = instance.restore(None, snapshot.state_version, &pane.state)?;
                panes[pane.lateness as usize] =
                    Pane { accumulator: Some(made), exported: Some(Arc::clone(&pane.state)) };
            }
        }
        let state = State {
            accounting: snapshot.accounting,
            next_offset: snapshot.next_offset,
            panes,
            exported: snapshot,
            letters: Vec::new(),
        };
        self.partitions.insert(partition, state);
        Ok(())
    }

    /// Leaves the metric where it is: its state ends before that of its partition.
    pub fn keep_stopped(&mut self, offset: i64) {
        let reason = format!(
            "it stopped at offset {offset} in an earlier run; `run --rebuild` recomputes it"
        );
        tracing::warn!(metric = self.id(), "metric stays quarantined: {reason}");
        self.quarantine = Some(reason);
        self.instance = None;
    }

    /// An empty state that begins at `origin`.
    pub fn empty(plugin: &Plugin, origin: i64) -> MetricSnapshot {
        MetricSnapshot {
            id: plugin.settings().id.clone(),
            state_version: plugin.descriptor().state_version,
            origin,
            next_offset: origin,
            accounting: MetricAccounting::default(),
            panes: Vec::new(),
        }
    }

    /// Folds the rows of a partition up to `next_offset`.
    pub fn fold(
        &mut self,
        partition: u32,
        batches: [(Lateness, &RecordBatch); 2],
        next_offset: i64,
    ) {
        if self.quarantine.is_some() {
            return;
        }
        for (lateness, batch) in batches {
            if batch.is_empty() {
                continue;
            }
            if let Err(error) = self.fold_batch(partition, lateness, batch) {
                self.stop(&error);
                return;
            }
        }
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        state.next_offset = next_offset;
    }

    fn fold_batch(
        &mut self,
        partition: u32,
        lateness: Lateness,
        batch: &RecordBatch,
    ) -> Result<(), CallError> {
        let selection = Selection::new(batch, &self.columns);
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        let instance = self.instance.as_mut().expect("only a quarantined metric has none");
        let pane = &mut state.panes[lateness as usize];
        let mut refused: Vec<(u32, String)> = Vec::new();
        // Each refusal takes at least one row out, so this ends.
        loop {
            let out: Vec<u32> = refused.iter().map(|(row, _)| *row).collect();
            let all = selection.excluded().is_empty() && out.is_empty();
            let rows = if all { Vec::new() } else { selection.rows(batch, &out) };
            if !all && rows.is_empty() {
                break;
            }
            let columns = if all {
                Columns::whole(batch, &self.inputs)
            } else {
                Columns::picked(batch, &self.inputs, &rows)
            };
            let accumulator = pane.accumulator(instance)?;
            match columns.add_to(instance, accumulator) {
                Ok(()) => break,
                Err(AddError::Call(error)) => return Err(error),
                Err(AddError::BadRows(bad)) => {
                    let place = |row: u32| if all { row } else { rows[row as usize] };
                    refused.extend(bad.into_iter().map(|(row, words)| (place(row), words)));
                    refused.sort_by_key(|(row, _)| *row);
                }
            }
        }
        let excluded = (selection.excluded().len() + refused.len()) as u64;
        state.accounting.offer(lateness, u64::from(batch.rows()), excluded);
        let letters = self.letters_of(partition, batch, &selection, refused);
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        state.letters.extend(letters);
        Ok(())
    }

    fn letters_of(
        &self,
        partition: u32,
        batch: &RecordBatch,
        selection: &Selection,
        refused: Vec<(u32, String)>,
    ) -> Vec<DeadLetter> {
        let mut letters = Vec::new();
        let meta = |row: u32| batch.metas()[row as usize];
        for exclusion in selection.excluded() {
            let has_slot = |input: &&InputBinding| match input.column {
                InputColumn::Slot { slot, .. } => slot == exclusion.slot,
                InputColumn::EventTime => false,
            };
            let field = self.inputs.iter().find(has_slot).map_or("", |input| &input.name);
            letters.push(DeadLetter::excluded(
                partition,
                meta(exclusion.row),
                self.id(),
                field,
                exclusion.gap,
                batch.raw(exclusion.row),
            ));
        }
        for (row, words) in refused {
            let raw = batch.raw(row);
            letters.push(DeadLetter::refused(partition, meta(row), self.id(), words, raw));
        }
        letters
    }

    /// The state of `partition` as bytes, at the offset up to which rows were folded; after a
    /// quarantine the last one before it. The rows that this state left out go to `letters`.
    pub fn export(&mut self, partition: u32, letters: &mut Vec<DeadLetter>) -> MetricSnapshot {
        if self.quarantine.is_none()
            && let Err(error) = self.refresh(partition)
        {
            self.stop(&error);
        }
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        letters.append(&mut state.letters);
        state.exported.clone()
    }

    fn refresh(&mut self, partition: u32) -> Result<(), CallError> {
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        let instance = self.instance.as_mut().expect("only a quarantined metric has none");
        let mut panes = Vec::new();
        for (lateness, pane) in Lateness::ALL.into_iter().zip(&mut state.panes) {
            let Some(accumulator) = pane.accumulator else { continue };
            let bytes = match &pane.exported {
                Some(bytes) => Arc::clone(bytes),
                None => instance.snapshot(accumulator)?.into(),
            };
            pane.exported = Some(Arc::clone(&bytes));
            panes.push(PaneSnapshot { window: None, lateness, state: bytes });
        }
        state.exported.state_version = self.plugin.descriptor().state_version;
        state.exported.next_offset = state.next_offset;
        state.exported.accounting = state.accounting;
        state.exported.panes = panes;
        Ok(())
    }

    fn stop(&mut self, error: &CallError) {
        tracing::error!(metric = self.id(), %error, "metric quarantined: its plugin failed");
        self.quarantine = Some(error.to_string());
        self.instance = None;
        // What was folded since the last export is forgotten, and so are the rows it left out.
        for state in self.partitions.values_mut() {
            state.letters.clear();
        }
    }
}

impl Pane {
    /// The accumulator to change, made at the first call.
    fn accumulator(&mut self, instance: &mut Instance) -> Result<Accumulator, CallError> {
        self.exported = None;
        match self.accumulator {
            Some(accumulator) => Ok(accumulator),
            None => Ok(*self.accumulator.insert(instance.create(None)?)),
        }
    }
}
