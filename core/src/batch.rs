//! A batch of rows of one partition with the same verdict (all on time or all late), as columns,
//! with what is needed to name and to keep each record: offset, stamp, event time, original bytes.
//!
//! A record is decoded where it stays: its bytes are copied behind those of the rows before, and its
//! values go to the ends of the columns, as the *open row*. Once the record has its verdict, the row is
//! closed, moved to another batch, or taken back without a trace.

use crate::column::{Cell, Column, ColumnValues};
use crate::open_row::{Open, OpenRow};
use crate::padded::Padded;
use crate::placing::Placing;
use crate::record::RecordMeta;
use crate::row::{Row, Values as _};
use crate::schema::Projection;
use crate::time::{EventTime, Millis};

/// The place of a row in event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The time at which the event of the row happened, or the record's stamp for want of one;
    /// means nothing for [`Placing::Nowhere`].
    pub event_time: EventTime,
    /// What the row may do to the pane of its event time.
    pub placing: Placing,
    /// The partition's watermark as it stood before the row; `None` means that no row had moved
    /// it yet.
    pub watermark: Option<EventTime>,
    /// How far the row is behind, in milliseconds; 0 means that the row is on time.
    pub delay: Millis,
}

/// Rows that are handed to metrics together, in the order of their offsets. The owner clears a
/// batch and fills it again, so buffers are allocated once.
#[derive(Clone, Debug)]
pub struct RecordBatch {
    columns: Vec<Column>,
    event_times: Vec<i64>,
    placings: Vec<(u32, Placing)>,
    watermarks: Vec<Option<EventTime>>,
    delays: Vec<Millis>,
    metas: Vec<RecordMeta>,
    /// The records end to end, and behind them that of the open row, or what is left of one.
    raw: Vec<u8>,
    raw_ends: Vec<u32>,
    /// Where the record of the open row begins and ends.
    open_raw: (usize, usize),
    open: Open,
}

impl RecordBatch {
    /// An empty batch with a column per slot of `projection`.
    pub fn new(projection: &Projection) -> Self {
        Self::of(projection.fields().iter().map(|f| Column::new(f.field_type)).collect())
    }

    fn of(columns: Vec<Column>) -> Self {
        Self {
            columns,
            event_times: Vec::new(),
            placings: Vec::new(),
            watermarks: Vec::new(),
            delays: Vec::new(),
            metas: Vec::new(),
            raw: Vec::new(),
            raw_ends: Vec::new(),
            open_raw: (0, 0),
            open: Open::default(),
        }
    }

    /// How many rows there are.
    #[inline]
    pub fn rows(&self) -> u32 {
        self.metas.len() as u32
    }

    /// True for a batch without rows.
    pub fn is_empty(&self) -> bool {
        self.metas.is_empty()
    }

    /// The columns by slot.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The event time of each row, in milliseconds since the Unix epoch; means nothing for rows
    /// that have none.
    pub fn event_times(&self) -> &[i64] {
        &self.event_times
    }

    /// The event time of one row; `None` means that the row has none.
    pub fn event_time(&self, row: u32) -> Option<EventTime> {
        let has_none = self.timeless().any(|timeless| timeless == row);
        (!has_none).then(|| EventTime(self.event_times[row as usize]))
    }

    /// The rows that do not open their pane, in increasing order, with what they may do.
    pub fn placings(&self) -> &[(u32, Placing)] {
        &self.placings
    }

    /// The rows that have no event time, in increasing order.
    pub fn timeless(&self) -> impl Iterator<Item = u32> {
        let timeless = self.placings.iter().filter(|(_, placing)| *placing == Placing::Nowhere);
        timeless.map(|(row, _)| *row)
    }

    /// The partition's watermark as it stood before each row.
    pub fn watermarks(&self) -> &[Option<EventTime>] {
        &self.watermarks
    }

    /// How far each row is behind, in milliseconds; 0 for rows on time.
    pub fn delays(&self) -> &[Millis] {
        &self.delays
    }

    /// Offset and stamp of each row; offsets increase.
    pub fn metas(&self) -> &[RecordMeta] {
        &self.metas
    }

    /// The original bytes of the record that became row number `row`.
    pub fn raw(&self, row: u32) -> &[u8] {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.raw_ends[row - 1] as usize };
        &self.raw[start..self.raw_ends[row] as usize]
    }

    /// How many bytes of original records the batch keeps.
    #[inline]
    pub fn raw_bytes(&self) -> usize {
        self.open_raw.0
    }

    /// Appends `row`, decoded from the bytes `raw`, of which the batch keeps a copy. The values of
    /// `row` have the slots of the projection that the batch was made for.
    pub fn push(&mut self, meta: RecordMeta, verdict: Verdict, row: &Row, raw: &[u8]) {
        self.open_with(row, raw);
        self.close(meta, verdict);
    }

    /// Opens a row for the record `raw`: what is to be decoded, and where its values go. What another
    /// open row has is taken back.
    #[inline]
    pub fn open(&mut self, raw: &[u8]) -> (Padded<'_>, OpenRow<'_>) {
        if self.open.is_begun() {
            self.take_back();
        }
        let start = self.open_raw.0;
        self.open_raw.1 = start + raw.len();
        self.raw.truncate(start);
        let record = Padded::append(raw, &mut self.raw);
        (record, OpenRow::new(&mut self.columns, &mut self.open, self.metas.len() as u32))
    }

    /// Opens a row with these values.
    pub(crate) fn open_with(&mut self, row: &Row, raw: &[u8]) {
        let (_, mut open) = self.open(raw);
        open.copy(row);
    }

    /// Takes back what the open row has.
    pub(crate) fn take_back(&mut self) {
        self.open_row().take_back();
        self.open_raw.1 = self.open_raw.0;
    }

    /// Every slot without a value in the open row is one that misses it.
    #[inline]
    pub(crate) fn complete(&mut self) {
        if !self.open.is_complete(self.columns.len()) {
            self.open_row().complete();
        }
    }

    /// Whether a slot of the open row, which is complete, has no usable value.
    #[inline]
    pub(crate) fn has_gaps(&self) -> bool {
        self.open.has_gaps()
    }

    /// The number that the open row, which is complete, has in `slot`. `None` where some slot of the
    /// row has no value, or this one is no `unsigned`: [`RecordBatch::cell`] then tells.
    #[inline]
    pub(crate) fn unsigned(&self, slot: usize) -> Option<u32> {
        match self.columns[slot].values() {
            ColumnValues::U32s(numbers) if !self.has_gaps() => numbers.last().copied(),
            _ => None,
        }
    }

    /// What the open row, which is complete, has in `slot`.
    #[inline]
    pub(crate) fn cell(&self, slot: usize) -> Cell<'_> {
        self.columns[slot].last(self.rows())
    }

    /// Makes the open row, which is complete, the last row.
    #[expect(clippy::inline_always, reason = "done for each record")]
    #[inline(always)]
    pub(crate) fn close(&mut self, meta: RecordMeta, verdict: Verdict) {
        self.event_times.push(verdict.event_time.0);
        if verdict.placing != Placing::Opens {
            self.placings.push((self.rows(), verdict.placing));
        }
        self.watermarks.push(verdict.watermark);
        self.delays.push(verdict.delay);
        self.metas.push(meta);
        self.open_raw.0 = self.open_raw.1;
        self.raw_ends.push(self.open_raw.1 as u32);
        self.open = Open::default();
    }

    /// Moves the open row, which is complete, to `other`, a batch of the same projection.
    pub(crate) fn move_open(&mut self, other: &mut Self) {
        let (start, end) = self.open_raw;
        other.open(&self.raw[start..end]);
        let (row, to) = (self.rows(), other.rows());
        for (column, other) in self.columns.iter_mut().zip(&mut other.columns) {
            column.move_last(row, other, to);
        }
        other.open = std::mem::take(&mut self.open);
        self.open_raw.1 = start;
    }

    #[inline]
    fn open_row(&mut self) -> OpenRow<'_> {
        OpenRow::new(&mut self.columns, &mut self.open, self.metas.len() as u32)
    }

    /// How much memory the buffers take, in bytes.
    pub(crate) fn buffer_bytes(&self) -> usize {
        let rows = self.event_times.capacity() * size_of::<i64>()
            + self.watermarks.capacity() * size_of::<Option<EventTime>>()
            + self.delays.capacity() * size_of::<Millis>()
            + self.metas.capacity() * size_of::<RecordMeta>()
            + self.raw_ends.capacity() * size_of::<u32>();
        let columns = self.columns.iter().map(Column::buffer_bytes).sum::<usize>();
        rows + columns + self.raw.capacity()
    }

    /// The batch with its buffers; what stays is an empty one without.
    pub(crate) fn take(&mut self) -> Self {
        let bare = Self::of(self.columns.iter().map(Column::bare).collect());
        std::mem::replace(self, bare)
    }

    /// Drops all rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Column::clear);
        self.event_times.clear();
        self.placings.clear();
        self.watermarks.clear();
        self.delays.clear();
        self.metas.clear();
        self.raw.clear();
        self.raw_ends.clear();
        self.open_raw = (0, 0);
        self.open = Open::default();
    }
}

#[cfg(test)]
mod tests;
