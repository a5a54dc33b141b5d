//! A metric's state in a partition in which it runs: from bytes, over rows, to bytes.

use std::mem::take;
use std::sync::Arc;

use chrono_tz::Tz;
use streamgauge_core::{
    ByLateness, InputColumn, Lateness, LeftOut, MetricAccounting, MetricPlace, MetricSnapshot,
    Poison, Selection, TimeWindow, WindowSetSnapshot,
};
use streamgauge_outbox::Attachments;
use streamgauge_plugin::{CallError, InputBinding, Instance, Plugin};

use super::batches::Batches;
use super::compacted::Compacted;
use super::fold::fold;
use super::left_out::{note_poison, poisoned, refused_by_plugin};
use super::letters::letters_of;
use super::offered::Offered;
use super::room::Room;
use super::slot::{Form, Slot, Stored};
use super::windows::Windows;

/// A metric's state in a partition in which it runs.
pub(super) struct Folding {
    pub(super) accounting: MetricAccounting,
    pub(super) next_offset: i64,
    /// The place at `next_offset`.
    pub(super) place: MetricPlace,
    /// The first offset that counts, until it is reached; `None` means that every record counts.
    pub(super) counts_from: Option<i64>,
    pub(super) windows: Vec<Windows>,
    /// The build of the state.
    pub(super) build: u32,
    /// The records that were left out because the plugin crashes at them.
    pub(super) poison: Option<Arc<Poison>>,
    /// What came about since the last export.
    pub(super) attachments: Attachments,
}

impl Folding {
    pub(super) fn restore(
        snapshot: &MetricSnapshot,
        plugin: &Plugin,
        zone: Tz,
        by_differences: bool,
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        let of = Stored { version: snapshot.state_version, by_differences };
        let settings = plugin.settings();
        let mut windows = Vec::new();
        for spec in &settings.windows {
            let stored = snapshot.windows.iter().find(|set| set.spec == *spec);
            let empty = WindowSetSnapshot::empty(*spec);
            windows.push(Windows::restore(stored.unwrap_or(&empty), settings, zone, of, instance)?);
        }
        Ok(Self {
            accounting: snapshot.accounting,
            next_offset: snapshot.next_offset,
            place: MetricPlace::default(),
            counts_from: None,
            windows,
            build: snapshot.build,
            poison: snapshot.poison.clone(),
            attachments: Attachments::default(),
        })
    }

    pub(super) fn fold(
        &mut self,
        offered: Offered<'_>,
        plugin: &Plugin,
        (inputs, columns): (&[InputBinding], &[InputColumn]),
        left_out: &[LeftOut],
        instance: &mut Instance,
    ) -> Result<(), CallError> {
        // A hand-over is cut at that offset: the reader is held there.
        if self.counts_from.is_some_and(|from| offered.next_offset <= from) {
            self.place = offered.place;
            return Ok(());
        }
        self.counts_from = None;
        let (partition, id) = (offered.partition, plugin.settings().id.as_str());
        let batches: Batches<'_> = ByLateness::new(offered.on_time, offered.late);
        let selections = batches.map(|batch| Selection::new(batch, columns));
        let left_out = batches.map(|batch| poisoned(plugin, batch, left_out));
        let rows = (&selections, &left_out);
        let with = (&mut *self.windows, offered.placed);
        let mut folded = fold(batches, inputs, rows, with, instance)?;
        for lateness in Lateness::ALL {
            let (batch, selection) = (batches[lateness], &selections[lateness]);
            let (left_out, refused) = (&left_out[lateness], take(&mut folded.refused[lateness]));
            let excluded = (selection.excluded().len() + refused.len()) as u64;
            let offered = (partition, self.accounting.on_time + self.accounting.late);
            let letters = note_poison(&mut self.poison, offered, plugin, batch, left_out);
            self.attachments.letters.append(letters);
            self.accounting.offer(lateness, u64::from(batch.rows()), excluded);
            let refused = refused_by_plugin(refused, left_out);
            let letters = letters_of((partition, id), inputs, batch, selection, &refused);
            self.attachments.letters.append(letters);
        }
        let metric = (id, self.build, plugin.descriptor().state_version);
        let mut room = Room::new(plugin.snapshot_bytes_max(), 0);
        for windows in &mut self.windows {
            let with = (&mut *instance, &mut room);
            let panes = windows.take_final(offered.watermark, partition, metric, with)?;
            self.attachments.final_panes.extend(panes);
        }
        self.next_offset = offered.next_offset;
        self.place = offered.place;
        Ok(())
    }

    /// The windows as bytes. Where all states of the metric take `differences_from` bytes, exports
    /// are differences from here on.
    pub(super) fn export(
        &mut self,
        form: Form,
        differences_from: usize,
        instance: &mut Instance,
        room: &mut Room,
    ) -> Result<Vec<WindowSetSnapshot>, CallError> {
        let windows = self.windows.iter_mut().map(|windows| windows.export(form, instance, room));
        let exported = windows.collect::<Result<_, _>>()?;
        if room.taken() >= differences_from && instance.merges_exactly() {
            self.go_by_differences(instance)?;
        }
        Ok(exported)
    }

    /// Each accumulator with its window.
    pub(super) fn slots(&mut self) -> impl Iterator<Item = (Option<TimeWindow>, &mut Slot)> {
        self.windows.iter_mut().flat_map(Windows::slots)
    }

    /// From here on rows are those since the last export. The merge law must be `exact`.
    pub(super) fn go_by_differences(&mut self, instance: &mut Instance) -> Result<(), CallError> {
        self.windows.iter_mut().try_for_each(|windows| windows.go_by_differences(instance))
    }

    /// Puts a whole accumulator in the place of what was exported of it.
    pub(super) fn compact(&mut self, compacted: &Compacted) {
        let of = self.windows.iter_mut().find(|windows| windows.spec() == compacted.spec);
        if let Some(windows) = of {
            windows.compact(compacted);
        }
    }
}
