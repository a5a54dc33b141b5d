//! A source that is read with a share of a core, so that who reads it leaves room for others.

use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{BlockLimits, Fetched, FileMark, LogEnd, ReadFrom};

use crate::{Source, SourceError};

/// The longest rest between two blocks.
const REST_MAX: Duration = Duration::from_millis(500);

/// A source whose reader rests between blocks, by how long it has worked on the last one.
pub struct Sparing {
    source: Box<dyn Source>,
    /// The share of a core that the reader takes, at most.
    share: f64,
    /// When the last block was handed over.
    handed_over: Option<Instant>,
}

impl Sparing {
    /// The records of `source`, whose reader takes `share` of a core at most: more than 0, and at
    /// most 1.
    pub fn new(source: Box<dyn Source>, share: f64) -> Self {
        Self { source, share, handed_over: None }
    }
}

impl Source for Sparing {
    fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError> {
        if let Some(handed_over) = self.handed_over.take() {
            let rest = handed_over.elapsed().mul_f64((1.0 - self.share) / self.share);
            thread::sleep(rest.min(REST_MAX));
        }
        let fetched = self.source.next_block(limits, timeout)?;
        if matches!(fetched, Fetched::Records { .. }) {
            self.handed_over = Some(Instant::now());
        }
        Ok(fetched)
    }

    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError> {
        self.source.assign(partition, from)
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        self.source.revoke(partition)
    }

    fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        self.source.take_read_to()
    }

    fn take_marks(&mut self) -> Vec<(u32, FileMark)> {
        self.source.take_marks()
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        self.source.log_ends()
    }

    fn queue_depth(&self) -> usize {
        self.source.queue_depth()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::GeneratorSource;
    use streamgauge_pipeline::GeneratorSettings;

    #[test]
    fn who_reads_it_rests_by_its_share() {
        let settings = GeneratorSettings { rate: f64::INFINITY, ..GeneratorSettings::default() };
        let source = GeneratorSource::new(&settings, &[(0, 0)]).unpaced();
        let mut sparing = Sparing::new(Box::new(source), 0.25);
        let limits = BlockLimits { records: 10, bytes: 1 << 20 };
        let mut rested = Duration::ZERO;
        let mut worked = Duration::ZERO;
        for _ in 0..5 {
            let began = Instant::now();
            let _ = sparing.next_block(limits, Duration::ZERO).expect("records");
            rested += began.elapsed();
            let work = Instant::now();
            thread::sleep(Duration::from_millis(5));
            worked += work.elapsed();
        }
        // The first block is had at once.
        assert!(rested >= worked.mul_f64(4.0 / 5.0 * 3.0), "{rested:?} after {worked:?}");
    }
}
