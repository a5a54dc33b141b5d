//! An engine without a source, which the measurements drive at moments that they choose.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use streamgauge::run::{alone, prepare::Prepared};
use streamgauge_core::{BlockBuffer, RecordMeta, RecordTime, WallClock};
use streamgauge_engine::{Engine, Event, Moment, Reply};
use streamgauge_outbox::Outbox;
use streamgauge_pipeline::GeneratorSettings;
use streamgauge_source::models::Generator;
use tempfile::TempDir;

/// Records of a block, which is as large as a batch may be.
pub(crate) const BLOCK: u64 = 8192;

/// An engine over the metrics of a pipeline.
pub(crate) struct Driven {
    pub(crate) prepared: Prepared,
    pub(crate) outbox: Arc<Outbox>,
    /// How many metrics had folded rows when last published.
    pub(crate) folding: usize,
    engine: Engine,
    now: Moment,
    _folder: TempDir,
}

impl Driven {
    pub(crate) fn new(pipeline: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("pipeline.toml");
        std::fs::write(&file, pipeline).expect("the folder can be written to");
        let prepared = Prepared::load(&file, |_| ()).unwrap_or_else(|wrong| {
            eprintln!("{}", wrong.render(false));
            std::process::exit(2);
        });
        let (engine, outbox) = alone::engine(&prepared);
        let now = Moment { at: Instant::now(), wall: WallClock(0) };
        Self { prepared, engine, outbox: Arc::new(outbox), now, folding: 0, _folder: folder }
    }

    pub(crate) fn fold_all(&mut self, blocks: &[BlockBuffer]) {
        for block in blocks {
            self.fold(block);
        }
    }

    pub(crate) fn fold(&mut self, block: &BlockBuffer) {
        self.tell(Event::Records(block.block()));
        self.tell(Event::Drained);
    }

    /// Time goes by until publishing is due.
    pub(crate) fn wait(&mut self) {
        self.now.at += Duration::from_secs(10);
        self.now.wall.0 += 10_000;
    }

    pub(crate) fn publish(&mut self) {
        self.tell(Event::Tick);
    }

    fn tell(&mut self, event: Event<'_>) {
        let Reply { publish, .. } = self.engine.handle(event, self.now);
        if let Some((publication, report)) = publish {
            self.folding = report.counts.costs.values().filter(|cost| cost.rows > 0).count();
            self.outbox.publish(publication, report);
        }
    }
}

/// The generator's records in full blocks with these numbers.
pub(crate) fn generated(blocks: Range<u64>) -> Vec<BlockBuffer> {
    let generator = Generator::new(&GeneratorSettings::default());
    let record = |place, bytes: &mut Vec<u8>| generator.record(0, place, bytes);
    blocks.map(|number| block(number * BLOCK..(number + 1) * BLOCK, record)).collect()
}

/// The records with these offsets, each of which `record` writes.
pub(crate) fn block(
    offsets: Range<u64>,
    record: impl Fn(u64, &mut Vec<u8>) -> RecordTime,
) -> BlockBuffer {
    let mut block = BlockBuffer::default();
    let mut bytes = Vec::new();
    for offset in offsets {
        bytes.clear();
        let time = record(offset, &mut bytes);
        let meta = RecordMeta { offset: offset as i64, time, cursor: 0 };
        block.push(0, meta, Some(&bytes));
    }
    block
}
