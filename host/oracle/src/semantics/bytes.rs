//! Stored state as bytes, and their digests, by docs/state-format.md. Only the parts that a digest
//! covers are written here.

use streamgauge_core::{Digest, digest_of};

use super::state::{EventTimeState, FinalPane, MetricState, PaneState, WindowState};

/// A buffer that grows by values of docs/state-format.md.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn put<const N: usize>(&mut self, little_endian: [u8; N]) -> &mut Self {
        self.0.extend(little_endian);
        self
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.put(number.to_le_bytes())
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.put(number.to_le_bytes())
    }

    fn i64(&mut self, number: i64) -> &mut Self {
        self.put(number.to_le_bytes())
    }

    fn count(&mut self, count: usize) -> &mut Self {
        self.u32(count as u32)
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    fn option_i64(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            None => self.put([0]),
            Some(number) => self.put([1]).i64(number),
        }
    }

    fn option_bytes(&mut self, bytes: Option<&Vec<u8>>) -> &mut Self {
        match bytes {
            None => self.put([0]),
            Some(bytes) => self.put([1]).bytes(bytes),
        }
    }
}

impl EventTimeState {
    /// The state H as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut b = Bytes::default();
        b.i64(self.origin).i64(self.next_offset).option_i64(self.max_event_time);
        b.u64(self.read).u64(self.on_time).u64(self.late);
        b.count(self.rejected.len());
        for count in self.rejected {
            b.u64(count);
        }
        b.u64(self.fallback).u64(self.future).u64(self.past);
        b.u64(self.delay_sum).u64(self.delay_max);
        b.count(self.histogram.buckets.len());
        for (bucket, records) in &self.histogram.buckets {
            b.u32(*bucket).u64(*records);
        }
        b.count(self.gaps.len());
        for gap in &self.gaps {
            b.put([gap.kind.number()]).i64(gap.from).i64(gap.to);
        }
        b.0
    }

    /// The digest of the partition's state, over all its metrics.
    pub fn digest(&self) -> Digest {
        digest_of(&self.encode())
    }
}

impl MetricState {
    /// The state of the metric as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut b = Bytes::default();
        b.bytes(self.id.as_bytes()).u32(self.state_version);
        b.i64(self.origin).i64(self.next_offset);
        b.u64(self.on_time).u64(self.late).u64(self.excluded);
        b.count(self.windows.len());
        for windows in &self.windows {
            put_windows(&mut b, windows);
        }
        b.0
    }

    /// The digest of the metric's state in the partition.
    pub fn digest(&self) -> Digest {
        digest_of(&self.encode())
    }
}

fn put_windows(b: &mut Bytes, windows: &WindowState) {
    b.i64(windows.size).i64(windows.slide).option_i64(windows.floor);
    b.u64(windows.expired).u64(windows.unplaced).u64(windows.evicted).u64(windows.final_panes);
    b.put(windows.chain);
    b.count(windows.panes.len());
    for PaneState { span, corrections, on_time, late } in &windows.panes {
        b.option_i64(span.map(|span| span.start));
        if let Some(span) = span {
            b.i64(span.end);
        }
        b.u64(*corrections).option_bytes(on_time.as_ref()).option_bytes(late.as_ref());
    }
}

impl FinalPane {
    /// The pane as bytes, without the digest at the end.
    fn encode_body(&self) -> Vec<u8> {
        let mut b = Bytes::default();
        b.put(*b"SGFP").u32(1).bytes(self.metric.as_bytes());
        b.i64(self.size).i64(self.slide).u32(self.partition).u32(self.state_version);
        b.i64(self.span.start).i64(self.span.end).u64(self.corrections);
        b.option_bytes(self.on_time.as_ref()).option_bytes(self.late.as_ref());
        b.0
    }

    /// The pane as bytes, in the form in which the store keeps a pane.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.encode_body();
        bytes.extend(self.digest().0);
        bytes
    }

    /// The digest of the pane's bytes.
    pub fn digest(&self) -> Digest {
        digest_of(&self.encode_body())
    }
}

/// The chain after a pane with this digest.
pub(super) fn chained(chain: [u8; 32], pane: Digest) -> [u8; 32] {
    digest_of(&[chain, pane.0].concat()).0
}
