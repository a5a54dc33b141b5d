//! One metric on one worker: its plugin instance and, per partition, its accumulators and books.
//!
//! Invariant: what is exported for a partition always belongs to one offset. After a crash of the
//! plugin the last export stays: the metric is stopped there, and nothing half-folded is ever shown
//! or stored.

mod batches;
mod compacted;
mod differences;
mod fold;
mod folding;
mod joiner;
mod joining;
mod left_out;
mod letters;
mod offered;
mod pane;
mod placed;
mod placement;
mod poison;
mod renewal;
mod room;
mod slot;
#[cfg(test)]
mod testing;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::{
    AccumulatorBytes, InputColumn, LeftOut, MetricAccounting, MetricPhase, MetricPlace,
    MetricSnapshot, MetricStop, PartitionSnapshot, PluginCall, Projection, RecordRange, WallClock,
    WindowSetSnapshot,
};

use streamgauge_outbox::{Attachments, MetricCost};
use streamgauge_plugin::{CallError, InputBinding, Instance, Plugin, bind_inputs};

pub use compacted::Compacted;
use folding::Folding;
use joiner::Joining;
pub use joiner::{Expected, NotJoined};
pub use offered::Offered;
pub use placed::Placed;
use room::Room;
use slot::Form;

/// A metric's state on one worker.
pub struct Metric {
    plugin: Plugin,
    zone: Tz,
    inputs: Vec<InputBinding>,
    columns: Vec<InputColumn>,
    cost: MetricCost,
    /// `None` where the metric runs in no partition.
    running: Option<Running>,
    partitions: BTreeMap<u32, Exported>,
    /// What was handed over in partitions that the metric is to join.
    joining: BTreeMap<u32, Joining>,
    /// By partition, records at which the plugin crashes.
    left_out: BTreeMap<u32, Vec<LeftOut>>,
    /// Whether a crash puts the metric back, so that its record can be searched for.
    searches: bool,
    /// The time of day of the present event.
    now: WallClock,
    /// True if the metric stopped and nobody has asked since.
    has_news: bool,
    /// The least bytes of all its states that are exported by differences.
    differences_from: usize,
    /// How often it moved to another instance.
    renewals: u64,
}

/// An instance and what it holds. A failing call spoils the whole instance, so all of it goes at
/// once.
struct Running {
    instance: Instance,
    partitions: BTreeMap<u32, Folding>,
}

/// How a metric was in a partition when it was exported last.
struct Exported {
    snapshot: MetricSnapshot,
    place: MetricPlace,
    /// What its states take, in bytes.
    bytes: usize,
}

impl Metric {
    /// The metric of `plugin` in `partitions`, each where its state left it. The columns are those
    /// of `projection`, and windows are those of civil time in `zone`. The time of day is `now`.
    ///
    /// # Panics
    /// A partition has no state of this metric: that is refused before anything runs.
    pub fn start(
        plugin: &Plugin,
        projection: &Projection,
        zone: Tz,
        partitions: &[PartitionSnapshot],
        now: WallClock,
    ) -> Self {
        let mut metric = Self {
            plugin: plugin.clone(),
            zone,
            inputs: Vec::new(),
            columns: Vec::new(),
            cost: MetricCost::default(),
            running: None,
            partitions: BTreeMap::new(),
            joining: BTreeMap::new(),
            left_out: BTreeMap::new(),
            searches: false,
            now,
            has_news: false,
            differences_from: AccumulatorBytes::LARGE_BYTES,
            renewals: 0,
        };
        metric.bind(projection);
        for partition in partitions {
            metric.assign(partition);
        }
        metric
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
            phase: MetricPhase::Running,
            build: 0,
            poison: None,
            missed: Vec::new(),
        }
    }

    /// The metric's id, as the pipeline names it.
    pub fn id(&self) -> &str {
        &self.plugin.settings().id
    }

    /// Reads the columns of `projection` from the next rows on.
    pub fn bind(&mut self, projection: &Projection) {
        self.inputs = bind_inputs(self.plugin.descriptor(), projection);
        self.columns = self.inputs.iter().map(|input| input.column).collect();
    }

    /// Takes `partition` where its state left it. A metric that stopped there stays so, and one
    /// whose plugin cannot be started or does not take its state back stops there.
    ///
    /// # Panics
    /// The partition has no state of this metric: that is refused before anything runs.
    pub fn assign(&mut self, partition: &PartitionSnapshot) {
        let stored = partition.metric(self.id());
        let snapshot = stored.expect("state without this metric is refused before").clone();
        // Only a side reader begins before what its metrics count.
        let counts_from = snapshot.next_offset;
        self.begin(partition.partition, snapshot, partition.place());
        if counts_from > partition.state.next_offset
            && let Some(running) = &mut self.running
            && let Some(folding) = running.partitions.get_mut(&partition.partition)
        {
            folding.counts_from = Some(counts_from);
        }
    }

    /// Takes a partition with this state, which is at `place` where the metric runs.
    fn begin(&mut self, number: u32, snapshot: MetricSnapshot, place: MetricPlace) {
        let is_running = snapshot.phase == MetricPhase::Running;
        let resumed = if is_running { self.resume(&snapshot, place) } else { Ok(None) };
        self.partitions.insert(number, Self::exported(snapshot, place));
        match (resumed, &mut self.running) {
            (Ok(Some(folding)), Some(running)) => {
                running.partitions.insert(number, folding);
            }
            (Ok(_), _) => {}
            (Err(error), running) => {
                let call = running.as_ref().map_or(PluginCall::Open, |r| r.instance.last_call());
                self.stop_in(&[number], (&error, call), None);
            }
        }
    }

    fn resume(
        &mut self,
        snapshot: &MetricSnapshot,
        place: MetricPlace,
    ) -> Result<Option<Folding>, CallError> {
        let running = match &mut self.running {
            Some(running) => running,
            none => none.insert(Running {
                instance: Instance::open(&self.plugin)?,
                partitions: BTreeMap::new(),
            }),
        };
        let instance = &mut running.instance;
        let is_large = snapshot.accumulator_bytes() >= self.differences_from;
        let by_differences = is_large && instance.merges_exactly();
        let folding =
            Folding::restore(snapshot, &self.plugin, self.zone, by_differences, instance)?;
        instance.wear_from_here();
        Ok(Some(Folding { place, ..folding }))
    }

    /// Gives a partition away; its last state was exported.
    pub fn revoke(&mut self, partition: u32) {
        self.partitions.remove(&partition);
        self.joining.remove(&partition);
        let Some(running) = &mut self.running else { return };
        let Some(folding) = running.partitions.remove(&partition) else { return };
        let mut windows = folding.windows.into_iter();
        if let Err(error) = windows.try_for_each(|windows| windows.release(&mut running.instance)) {
            self.stop(&error, None);
        }
    }

    /// How far the metric is in each of the worker's partitions.
    pub fn phases(&self) -> impl Iterator<Item = (u32, &MetricPhase)> {
        self.partitions.iter().map(|(partition, exported)| (*partition, &exported.snapshot.phase))
    }

    /// True if the metric lags in one of the partitions.
    pub fn lags(&self) -> bool {
        self.partitions.values().any(|exported| exported.snapshot.phase.is_lagging())
    }

    /// Tells the time of day of the event that comes.
    pub fn at(&mut self, now: WallClock) {
        self.now = now;
    }

    /// True if the metric has stopped since the last call, so the states of all partitions of the
    /// worker are to be published again.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    /// What the plugin has cost so far.
    pub fn cost(&self) -> MetricCost {
        let memory = self.running.as_ref().map_or(0, |running| running.instance.memory_bytes());
        MetricCost { memory_bytes: memory as u64, ..self.cost }
    }

    /// What the plugin has spent so far.
    pub fn spent(&self) -> Duration {
        self.cost.time
    }

    /// How much memory letters and final panes since the last exports take, in bytes.
    pub fn attached_bytes(&self) -> usize {
        let bytes = |folding: &Folding| folding.attachments.size_bytes();
        self.running.iter().flat_map(|running| running.partitions.values()).map(bytes).sum()
    }

    /// Folds the rows of a partition if the metric runs there, and keeps them where it is to join.
    pub fn fold(&mut self, offered: Offered<'_>) {
        self.keep(offered);
        self.renew_if_worn();
        let Some(Running { instance, partitions }) = &mut self.running else { return };
        let Some(folding) = partitions.get_mut(&offered.partition) else { return };
        let before = instance.spent();
        let folded = instance.as_one(|instance| {
            let left_out = self.left_out.get(&offered.partition).map_or(&[][..], Vec::as_slice);
            folding.fold(offered, &self.plugin, (&self.inputs, &self.columns), left_out, instance)
        });
        self.cost.time += instance.spent().saturating_sub(before);
        self.cost.rows += u64::from(offered.on_time.rows()) + u64::from(offered.late.rows());
        if let Err(error) = folded {
            self.failed(&error, offered.records());
        }
    }

    /// The state of `partition` as bytes, at the offset up to which rows were folded; where the
    /// metric has stopped, the last one before it. What belongs to the state goes to `with`.
    ///
    /// # Panics
    /// The partition is not this worker's.
    pub fn export(&mut self, partition: u32, with: &mut Attachments) -> MetricSnapshot {
        self.export_as(Form::Parts, partition, with)
    }

    /// The same, with every accumulator as a whole.
    ///
    /// # Panics
    /// The partition is not this worker's.
    pub fn export_whole(&mut self, partition: u32, with: &mut Attachments) -> MetricSnapshot {
        self.export_as(Form::Whole, partition, with)
    }

    fn export_as(&mut self, form: Form, partition: u32, with: &mut Attachments) -> MetricSnapshot {
        let held: usize = self.partitions.values().map(|exported| exported.bytes).sum();
        let exported = self.partitions.get_mut(&partition).expect("the partition is assigned");
        if let Some(Running { instance, partitions }) = &mut self.running
            && let Some(folding) = partitions.get_mut(&partition)
        {
            let before = instance.spent();
            let others = held - exported.bytes;
            let mut room = Room::new(self.plugin.snapshot_bytes_max(), others);
            let windows = folding.export(form, self.differences_from, instance, &mut room);
            self.cost.exporting += instance.spent().saturating_sub(before);
            match windows {
                Ok(windows) => {
                    let snapshot = &mut exported.snapshot;
                    snapshot.state_version = self.plugin.descriptor().state_version;
                    snapshot.next_offset = folding.next_offset;
                    snapshot.accounting = folding.accounting;
                    snapshot.poison.clone_from(&folding.poison);
                    snapshot.windows = windows;
                    exported.place = folding.place;
                    exported.bytes = room.taken() - others;
                    with.append(std::mem::take(&mut folding.attachments));
                }
                Err(error) => {
                    // Everything since the last export is in the bytes that could not be made.
                    let (first, next) = (exported.snapshot.next_offset, folding.next_offset);
                    let records = RecordRange { partition, first, last: next.max(first + 1) - 1 };
                    self.stop(&error, Some(records));
                }
            }
        }
        self.partitions[&partition].snapshot.clone()
    }

    /// Stops in every partition in which the metric ran, at its last export. Whatever was folded
    /// since is forgotten, with all that came of it.
    fn stop(&mut self, error: &CallError, records: Option<RecordRange>) {
        let Some(running) = &self.running else { return };
        let call = running.instance.last_call();
        self.stop_in(&[], (error, call), records);
    }

    /// The same, and in further `partitions`.
    fn stop_in(
        &mut self,
        partitions: &[u32],
        (error, call): (&CallError, PluginCall),
        records: Option<RecordRange>,
    ) {
        self.cost.traps += 1;
        self.has_news = true;
        let running = self.running.take().map(|running| running.partitions).unwrap_or_default();
        let stop = MetricStop {
            kind: error.kind(),
            reason: error.to_string(),
            call: Some(call),
            records,
            since: Some(self.now),
            place: None,
            under: Some(self.plugin.conditions()),
        };
        let mut at = Vec::new();
        for partition in running.keys().chain(partitions) {
            if let Some(exported) = self.partitions.get_mut(partition) {
                let place = Some(exported.place);
                let stop = Arc::new(MetricStop { place, ..stop.clone() });
                exported.snapshot.phase = MetricPhase::Stopped(stop);
                at.push(format!("{partition}@{}", exported.snapshot.next_offset));
            }
        }
        if self.plugin.is_first_failure() {
            tracing::error!(
                "metric `{}` stopped at {}: {stop}; its last good result stays, and the other \
                 metrics continue",
                self.id(),
                at.join(", ")
            );
        }
    }
}
