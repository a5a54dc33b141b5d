//! Panes that became final. A final pane leaves the state of its partition and is kept apart with
//! its digest, so that a checkpoint need not write it again.

use std::sync::Arc;

use super::decode;
use super::digest::{Digest, digest_of};
use super::envelope::{SnapshotError, seal, unseal_version};
use super::series::series;
use crate::bytes::{Reader, Writer};
use crate::time::EventTime;
use crate::window::{TimeWindow, WindowSpec};

const MAGIC: &[u8; 4] = b"SGFP";
const VERSION: u32 = 1;

/// A final pane of one metric in one partition, with at least one accumulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalPane {
    /// The metric's id in `pipeline.toml`.
    pub metric: String,
    /// The build of the metric, as in [`MetricSnapshot`](super::MetricSnapshot). Not part of the
    /// digest.
    pub build: u32,
    /// The kind of windows that the pane is part of.
    pub spec: WindowSpec,
    /// The number of the partition in its source, counted from 0; a file is partition 0.
    pub partition: u32,
    /// The state version of the plugin that wrote the accumulators.
    pub state_version: u32,
    /// The interval of event time, which no other pane of this kind in this partition has.
    pub window: TimeWindow,
    /// Rows folded after the watermark had passed the pane's end.
    pub corrections: u64,
    /// The bytes that the plugin's `snapshot` gave for the records on time; `None` means that
    /// there were none.
    pub on_time: Option<Arc<[u8]>>,
    /// The bytes that the plugin's `snapshot` gave for the late records; `None` means that there
    /// were none.
    pub late: Option<Arc<[u8]>>,
}

impl FinalPane {
    /// The name of the history of one build of a metric: the metric's id, and from the second build
    /// on its number.
    pub fn series(metric: &str, build: u32) -> String {
        series(metric, build)
    }

    /// The bytes to store; equal panes give equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = self.body();
        if self.build > 0 {
            w.u32(self.build);
        }
        seal(w.into_bytes())
    }

    /// The digest that is the pane's link in a chain.
    pub fn digest(&self) -> Digest {
        digest_of(&self.body().into_bytes())
    }

    /// The interval and the corrections of what [`FinalPane::encode`] wrote, without a look at the
    /// states or the digest; `None` means bytes of another kind.
    pub fn head(bytes: &[u8]) -> Option<(TimeWindow, u64)> {
        let mut r = Reader::new(bytes.strip_prefix(MAGIC)?);
        (r.u32()? == VERSION).then_some(())?;
        r.bytes()?;
        decode::spec(&mut r)?;
        // The partition, and the version of the states.
        r.u32()?;
        r.u32()?;
        let window = TimeWindow { start: EventTime(r.i64()?), end: EventTime(r.i64()?) };
        Some((window, r.u64()?))
    }

    /// Reads what [`FinalPane::encode`] wrote.
    ///
    /// # Errors
    /// Bytes of another kind, of an unknown version, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        read(unseal_version(bytes, MAGIC, VERSION)?).ok_or(SnapshotError::Damaged)
    }

    /// All but the build, which stands behind it where it is not the first one.
    fn body(&self) -> Writer {
        let mut w = Writer::default();
        w.raw(MAGIC);
        w.u32(VERSION);
        w.bytes(self.metric.as_bytes());
        let (size, slide) = self.spec.to_millis();
        w.i64(size);
        w.i64(slide);
        w.u32(self.partition);
        w.u32(self.state_version);
        w.i64(self.window.start.0);
        w.i64(self.window.end.0);
        w.u64(self.corrections);
        w.option_shared(self.on_time.as_ref());
        w.option_shared(self.late.as_ref());
        w
    }
}

fn read(body: &[u8]) -> Option<FinalPane> {
    let mut r = Reader::new(body);
    let metric = String::from_utf8(r.bytes()?.to_vec()).ok()?;
    let spec = decode::spec(&mut r)?;
    let (partition, state_version) = (r.u32()?, r.u32()?);
    let window = TimeWindow { start: EventTime(r.i64()?), end: EventTime(r.i64()?) };
    let corrections = r.u64()?;
    let (on_time, late) = (decode::accumulator(&mut r)?, decode::accumulator(&mut r)?);
    let build = if r.is_empty() { 0 } else { r.u32().filter(|build| *build > 0)? };
    r.is_empty().then_some(FinalPane {
        metric,
        build,
        spec,
        partition,
        state_version,
        window,
        corrections,
        on_time,
        late,
    })
}
