//! One metric on one worker: its plugin instance and, per partition, its accumulators and books.
//!
//! Invariant: what is exported for a partition always belongs to one offset. After a crash of the
//! plugin the last export stays: the metric stops there, quarantined, and nothing half-folded is
//! ever shown or stored.

mod fold;
mod pane;
mod windows;

use std::collections::BTreeMap;
use std::time::Instant;

use chrono_tz::Tz;
use streamgauge_core::{
    EventTime, InputColumn, Lateness, MetricAccounting, MetricSnapshot, PartitionSnapshot, Plan,
    RecordBatch, Selection, WindowSetSnapshot,
};

use streamgauge_outbox::{DeadLetter, MetricCost, Unexported};
use streamgauge_plugin::{CallError, InputBinding, Instance, Plugin, bind_inputs};

use fold::{Batches, Fold};
use thiserror::Error;
use windows::Windows;

/// A metric's state on one worker.
pub struct Metric {
    plugin: Plugin,
    zone: Tz,
    inputs: Vec<InputBinding>,
    columns: Vec<InputColumn>,
    instance: Option<Instance>,
    quarantine: Option<String>,
    cost: MetricCost,
    partitions: BTreeMap<u32, State>,
}

/// A metric's state in one partition.
struct State {
    accounting: MetricAccounting,
    next_offset: i64,
    windows: Vec<Windows>,
    exported: MetricSnapshot,
    unexported: Unexported,
}

/// A hand-over to the metrics: the rows of one partition since the last one.
#[derive(Clone, Copy)]
pub struct Offered<'a> {
    /// The partition's number.
    pub partition: u32,
    /// The rows on time.
    pub on_time: &'a RecordBatch,
    /// The late ones.
    pub late: &'a RecordBatch,
    /// The watermark after the last record.
    pub watermark: Option<EventTime>,
    /// The offset after the last record.
    pub next_offset: i64,
}

/// Why a metric cannot go on.
#[derive(Debug, Error)]
pub enum TakeUpError {
    /// Its plugin cannot be started.
    #[error("metric `{metric}` could not be started: {error}")]
    Start {
        /// The metric.
        metric: String,
        /// What happened.
        error: CallError,
    },
    /// Its plugin does not read what it once wrote.
    #[error("metric `{metric}` does not take its state back: {error}")]
    State {
        /// The metric.
        metric: String,
        /// What happened.
        error: CallError,
    },
}

impl Metric {
    /// Starts an instance of `plugin`, whose inputs were bound to `inputs`. Windows are those of
    /// civil time in `zone`.
    ///
    /// # Errors
    /// The plugin cannot be started.
    pub fn start(plugin: &Plugin, inputs: Vec<InputBinding>, zone: Tz) -> Result<Self, CallError> {
        Ok(Self {
            instance: Some(Instance::open(plugin)?),
            plugin: plugin.clone(),
            zone,
            columns: inputs.iter().map(|input| input.column).collect(),
            inputs,
            quarantine: None,
            cost: MetricCost::default(),
            partitions: BTreeMap::new(),
        })
    }

    /// Starts the metric of `plugin` for `partitions`, each where its state left it.
    ///
    /// # Errors
    /// The plugin cannot be started, or does not take its state back.
    ///
    /// # Panics
    /// A partition has no state of this metric: that is refused before anything runs.
    pub fn take_up(
        plugin: &Plugin,
        plan: &Plan,
        zone: Tz,
        partitions: &[PartitionSnapshot],
    ) -> Result<Self, TakeUpError> {
        let id = &plugin.settings().id;
        let inputs = bind_inputs(plugin.descriptor(), &plan.projection);
        let no_start = |error| TakeUpError::Start { metric: id.clone(), error };
        let mut metric = Self::start(plugin, inputs, zone).map_err(no_start)?;
        for partition in partitions {
            let stored = partition.metrics.iter().find(|m| m.id == *id);
            let stored = stored.expect("state without this metric is refused before").clone();
            let behind = Some(stored.next_offset).filter(|o| *o != partition.state.next_offset);
            let refused = |error| TakeUpError::State { metric: id.clone(), error };
            metric.restore(partition.partition, stored).map_err(refused)?;
            if let Some(offset) = behind {
                metric.keep_stopped(offset);
            }
        }
        Ok(metric)
    }

    /// The metric's id.
    pub fn id(&self) -> &str {
        &self.plugin.settings().id
    }

    /// Why the metric stopped, if it did.
    pub fn quarantine(&self) -> Option<&str> {
        self.quarantine.as_deref()
    }

    /// What the plugin has cost so far.
    pub fn cost(&self) -> MetricCost {
        let memory = self.instance.as_ref().map_or(0, Instance::memory_bytes);
        MetricCost { memory_bytes: memory as u64, ..self.cost }
    }

    /// How many rows were left out and panes became final since the last exports.
    pub fn unexported(&self) -> usize {
        let count =
            |state: &State| state.unexported.letters.len() + state.unexported.final_panes.len();
        self.partitions.values().map(count).sum()
    }

    /// Takes up `partition` where `snapshot` left it.
    ///
    /// # Errors
    /// The plugin does not take its state back.
    pub fn restore(&mut self, partition: u32, snapshot: MetricSnapshot) -> Result<(), CallError> {
        let mut windows = Vec::new();
        if let Some(instance) = &mut self.instance {
            let settings = self.plugin.settings();
            for spec in &settings.windows {
                let stored = snapshot.windows.iter().find(|set| set.spec == *spec);
                let empty = WindowSetSnapshot::empty(*spec);
                let restored = Windows::restore(
                    stored.unwrap_or(&empty),
                    settings,
                    self.zone,
                    snapshot.state_version,
                    instance,
                );
                windows.push(restored?);
            }
        }
        let state = State {
            accounting: snapshot.accounting,
            next_offset: snapshot.next_offset,
            windows,
            exported: snapshot,
            unexported: Unexported::default(),
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
        let settings = plugin.settings();
        MetricSnapshot {
            id: settings.id.clone(),
            state_version: plugin.descriptor().state_version,
            origin,
            next_offset: origin,
            accounting: MetricAccounting::default(),
            windows: settings.windows.iter().map(|spec| WindowSetSnapshot::empty(*spec)).collect(),
        }
    }

    /// Folds the rows of a partition.
    pub fn fold(&mut self, offered: Offered<'_>) {
        if self.quarantine.is_some() {
            return;
        }
        let began = Instant::now();
        if let Err(error) = self.fold_rows(offered) {
            self.stop(&error);
        }
        self.cost.time += began.elapsed();
        self.cost.rows += u64::from(offered.on_time.rows()) + u64::from(offered.late.rows());
    }

    fn fold_rows(&mut self, offered: Offered<'_>) -> Result<(), CallError> {
        let partition = offered.partition;
        let batches: Batches<'_> = [offered.on_time, offered.late];
        let selections = batches.map(|batch| Selection::new(batch, &self.columns));
        let instance = self.instance.as_mut().expect("only a quarantined metric has none");
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        let mut fold = Fold::new(batches, &self.inputs, &selections);
        for windows in &mut state.windows {
            fold.fold_into(windows, instance)?;
        }
        fold.probe(instance)?;
        fold.count_expired(&mut state.windows);
        let refused = fold.into_refused();
        for (lateness, refused) in Lateness::ALL.into_iter().zip(refused) {
            let (batch, selection) = (batches[lateness as usize], &selections[lateness as usize]);
            let excluded = (selection.excluded().len() + refused.len()) as u64;
            state.accounting.offer(lateness, u64::from(batch.rows()), excluded);
            let letters = letters_of(
                partition,
                &self.plugin.settings().id,
                &self.inputs,
                batch,
                selection,
                refused,
            );
            state.unexported.letters.extend(letters);
        }
        let metric = (self.plugin.settings().id.as_str(), self.plugin.descriptor().state_version);
        for windows in &mut state.windows {
            let sealed = windows.seal(offered.watermark, partition, metric, instance)?;
            state.unexported.final_panes.extend(sealed);
        }
        state.next_offset = offered.next_offset;
        Ok(())
    }

    /// The state of `partition` as bytes, at the offset up to which rows were folded; after a
    /// quarantine the last one before it. What belongs to this state goes to `with`.
    pub fn export(&mut self, partition: u32, with: &mut Unexported) -> MetricSnapshot {
        if self.quarantine.is_none()
            && let Err(error) = self.refresh(partition)
        {
            self.stop(&error);
        }
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        state.unexported.append_to(with);
        state.exported.clone()
    }

    fn refresh(&mut self, partition: u32) -> Result<(), CallError> {
        let state = self.partitions.get_mut(&partition).expect("the partition was restored");
        let instance = self.instance.as_mut().expect("only a quarantined metric has none");
        let windows = state.windows.iter_mut().map(|windows| windows.export(instance));
        let windows = windows.collect::<Result<_, _>>()?;
        state.exported.state_version = self.plugin.descriptor().state_version;
        state.exported.next_offset = state.next_offset;
        state.exported.accounting = state.accounting;
        state.exported.windows = windows;
        Ok(())
    }

    fn stop(&mut self, error: &CallError) {
        tracing::error!(metric = self.id(), %error, "metric quarantined: its plugin failed");
        self.quarantine = Some(error.to_string());
        self.cost.traps += 1;
        self.instance = None;
        // What was folded since the last export is forgotten, with all that came of it.
        for state in self.partitions.values_mut() {
            state.unexported.clear();
        }
    }
}

fn letters_of(
    partition: u32,
    metric: &str,
    inputs: &[InputBinding],
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
        let field = inputs.iter().find(has_slot).map_or("", |input| &input.name);
        letters.push(DeadLetter::excluded(
            partition,
            meta(exclusion.row),
            metric,
            field,
            exclusion.gap,
            batch.raw(exclusion.row),
        ));
    }
    for (row, words) in refused {
        letters.push(DeadLetter::refused(partition, meta(row), metric, words, batch.raw(row)));
    }
    letters
}
