//! `[source.generator]`: hands over the generator's records at the pace of the wall clock.
//!
//! **Invariant**: the clock decides when a record comes, never what is in it. Offsets are indexes,
//! so going on at any offset needs no memory of what came before.

mod pacer;

use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{BlockBuffer, BlockLimits, Fetched, LogEnd, ReadFrom, RecordMeta, Supply};

use crate::models::Generator;
use crate::{Source, SourceError};
use streamgauge_pipeline::GeneratorSettings;

use self::pacer::Pacer;

/// Records that become due while the source sleeps this long are handed over together.
const NAP: Duration = Duration::from_millis(5);

/// Hands over the generated records of some partitions.
#[derive(Debug)]
pub struct GeneratorSource {
    generator: Generator,
    settings: GeneratorSettings,
    lanes: Vec<Lane>,
    /// The lane whose turn it is.
    turn: usize,
    pacer: Pacer,
    started: Instant,
    buffer: BlockBuffer,
}

/// One assigned partition.
#[derive(Debug)]
struct Lane {
    partition: u32,
    next: u64,
    /// The index where it ends; `None` means never.
    end: Option<u64>,
    /// The index up to which it is to be read, where that is bounded.
    stop: Option<u64>,
}

impl Lane {
    fn has_ended(&self) -> bool {
        self.end.is_some_and(|end| self.next >= end)
    }
}

impl GeneratorSource {
    /// A source for the partitions in `assigned`, each with the offset to go on at. It runs at
    /// their share of the rate of all partitions.
    pub fn new(settings: &GeneratorSettings, assigned: &[(u32, i64)]) -> Self {
        let mut source = Self {
            generator: Generator::new(settings),
            settings: settings.clone(),
            lanes: Vec::new(),
            turn: 0,
            pacer: Pacer::new(0.0, settings.swing),
            started: Instant::now(),
            buffer: BlockBuffer::default(),
        };
        for (partition, offset) in assigned {
            source.lanes.push(source.lane(*partition, *offset, None));
        }
        source.share_rate();
        source
    }

    /// The same records, all of them due at once. Their stamps stay those of the settings' rate.
    #[must_use]
    pub fn unpaced(mut self) -> Self {
        self.settings.rate = f64::INFINITY;
        self.share_rate();
        self
    }

    fn lane(&self, partition: u32, offset: i64, stop: Option<i64>) -> Lane {
        let partitions = self.settings.partitions.max(1);
        let share = self.settings.limit.map(|limit| share_of(limit, partition, partitions));
        let stop = stop.map(|stop| u64::try_from(stop).unwrap_or(0));
        Lane {
            partition,
            next: u64::try_from(offset).unwrap_or(0),
            end: share.into_iter().chain(stop).min(),
            stop,
        }
    }

    /// Runs at the share of the rate of all partitions that falls to those that are read.
    fn share_rate(&mut self) {
        let partitions = f64::from(self.settings.partitions.max(1));
        self.pacer.set_rate(self.settings.rate * self.lanes.len() as f64 / partitions);
    }

    /// Waits until a record is due, no longer than `timeout`; returns how many are, up to `max`.
    fn wait(&mut self, max: usize, timeout: Duration) -> usize {
        let deadline = Instant::now() + timeout;
        loop {
            let due = self.pacer.take(self.started.elapsed(), max);
            let left = deadline.saturating_duration_since(Instant::now());
            if due > 0 || left.is_zero() {
                return due;
            }
            thread::sleep(self.pacer.until_due().max(NAP).min(left));
        }
    }

    /// Adds the next record of the lane whose turn it is to the block.
    fn generate(&mut self) {
        let lanes = self.lanes.len();
        let open = (0..lanes)
            .map(|step| (self.turn + step) % lanes)
            .find(|lane| !self.lanes[*lane].has_ended());
        let Some(open) = open else { return };
        let lane = &mut self.lanes[open];
        let (partition, index) = (lane.partition, lane.next);
        self.buffer.push_with(partition, |bytes| {
            let time = self.generator.record(partition, index, bytes);
            RecordMeta { offset: index as i64, time, cursor: 0 }
        });
        lane.next += 1;
        self.turn = (open + 1) % lanes;
    }
}

impl Source for GeneratorSource {
    fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError> {
        if self.lanes.is_empty() {
            thread::sleep(timeout);
            return Ok(Fetched::Nothing);
        }
        if self.lanes.iter().all(Lane::has_ended) {
            return Ok(Fetched::Ended);
        }
        // What is due counts as handed over, so only the number of records bounds a block: the
        // length of a generated record is bounded by its model.
        let due = self.wait(limits.records, timeout);
        self.buffer.clear();
        for _ in 0..due {
            self.generate();
        }
        if due == 0 {
            return Ok(Fetched::Nothing);
        }
        let supply = if due == limits.records { Supply::More } else { Supply::Drained };
        Ok(Fetched::Records { block: self.buffer.block(), supply })
    }

    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError> {
        let lane = self.lane(partition, from.offset, from.stop);
        self.lanes.push(lane);
        self.share_rate();
        Ok(())
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        let stop = self.lanes.iter().find(|lane| lane.partition == partition);
        let stop = stop.and_then(|lane| lane.stop).map(|stop| stop as i64);
        self.lanes.retain(|lane| lane.partition != partition);
        self.turn = 0;
        self.share_rate();
        Ok(stop)
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        let end = |lane: &Lane| LogEnd {
            partition: lane.partition,
            end: lane.end.map(|end| i64::try_from(end).unwrap_or(i64::MAX)),
        };
        self.lanes.iter().map(end).collect()
    }
}

/// How many of `limit` records fall to `partition` when all partitions take turns.
fn share_of(limit: u64, partition: u32, partitions: u32) -> u64 {
    limit.saturating_sub(u64::from(partition)).div_ceil(u64::from(partitions))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(limit: Option<u64>) -> GeneratorSettings {
        GeneratorSettings {
            rate: f64::INFINITY,
            seed: 5,
            partitions: 3,
            season: 1000,
            limit,
            swing: true,
            late: 0.1,
            dirt: 0.1,
            users: 100,
            items: 100,
            ..GeneratorSettings::default()
        }
    }

    type Seen = Vec<(u32, i64, i64, Vec<u8>)>;

    /// One block with room for `max` records; `None` means the end.
    fn next(source: &mut GeneratorSource, max: usize) -> Option<Seen> {
        let limits = BlockLimits { records: max, bytes: usize::MAX };
        let fetched = source.next_block(limits, Duration::from_millis(1));
        let block = match fetched.expect("the generator never fails") {
            Fetched::Records { block, supply } => {
                assert!(block.records() > 0);
                assert!(supply == Supply::More || block.records() < max);
                block
            }
            Fetched::Nothing => return Some(Seen::new()),
            Fetched::Ended => return None,
        };
        let mut seen = Seen::new();
        for run in block.runs() {
            for record in run.records() {
                let value = record.value.expect("generated records have a value").to_vec();
                assert_eq!(record.meta.cursor, 0);
                seen.push((run.partition, record.meta.offset, record.meta.time.0, value));
            }
        }
        Some(seen)
    }

    /// Everything until the end in blocks of `max`.
    fn drain(settings: &GeneratorSettings, assigned: &[(u32, i64)], max: usize) -> Seen {
        let mut source = GeneratorSource::new(settings, assigned);
        let mut all = Vec::new();
        while let Some(seen) = next(&mut source, max) {
            assert!((1..=max).contains(&seen.len()));
            all.extend(seen);
        }
        all
    }

    #[test]
    fn partitions_take_turns_and_share_the_limit() {
        let seen = drain(&settings(Some(8)), &[(0, 0), (1, 0), (2, 0)], 100);
        let places: Vec<(u32, i64)> = seen.iter().map(|(p, o, _, _)| (*p, *o)).collect();
        assert_eq!(places, [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn going_on_at_an_offset_gives_the_rest_of_the_same_log() {
        let whole = drain(&settings(Some(300)), &[(0, 0), (1, 0), (2, 0)], 7);
        let mut rest = drain(&settings(Some(300)), &[(2, 40)], 1000);
        rest.extend(drain(&settings(Some(300)), &[(0, 99), (1, 100)], 3));
        let expected: Seen = [(2, 40), (0, 99), (1, 100)]
            .into_iter()
            .flat_map(|(p, from)| whole.iter().filter(move |r| r.0 == p && r.1 >= from).cloned())
            .collect();
        assert_eq!(rest.len(), 61);
        assert_eq!(rest, expected);
    }

    #[test]
    fn a_partition_comes_and_goes_and_comes_back_where_it_was() {
        let whole = drain(&settings(Some(300)), &[(0, 0), (1, 0), (2, 0)], 7);
        let mut source = GeneratorSource::new(&settings(Some(300)), &[(0, 0), (1, 0)]);
        let mut seen = next(&mut source, 30).expect("records");
        let start = |offset| ReadFrom { offset, cursor: 0, stop: None };
        source.assign(2, start(0)).expect("the generator takes any partition");
        assert_eq!(source.revoke(1).expect("it is read"), None);
        let of_others = next(&mut source, 30).expect("records");
        assert!(of_others.iter().all(|record| record.0 != 1));
        assert!(of_others.iter().any(|record| record.0 == 2));
        seen.extend(of_others);
        source.assign(1, start(15)).expect("the generator takes any partition");
        while let Some(rest) = next(&mut source, 64) {
            seen.extend(rest);
        }
        let of = |all: &Seen, partition| -> Seen {
            all.iter().filter(|record| record.0 == partition).cloned().collect()
        };
        for partition in 0..3 {
            assert_eq!(of(&seen, partition), of(&whole, partition));
        }
    }

    #[test]
    fn a_bounded_partition_ends_at_its_stop_and_names_it_when_it_goes() {
        let mut source = GeneratorSource::new(&settings(Some(300)), &[]);
        let start = ReadFrom { offset: 3, cursor: 0, stop: Some(5) };
        source.assign(1, start).expect("the generator takes any partition");
        let offsets = next(&mut source, 64).expect("records");
        assert_eq!(offsets.iter().map(|record| record.1).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(next(&mut source, 64), None);
        assert_eq!(source.revoke(1).expect("it is read"), Some(5));
    }

    #[test]
    fn ends_are_known_only_with_a_limit() {
        let ends = |limit, assigned: &[(u32, i64)]| -> Vec<(u32, Option<i64>)> {
            let mut source = GeneratorSource::new(&settings(limit), assigned);
            source.log_ends().iter().map(|e| (e.partition, e.end)).collect()
        };
        assert_eq!(ends(None, &[(1, 5)]), [(1, None)]);
        assert_eq!(ends(Some(8), &[(0, 0), (2, 1)]), [(0, Some(3)), (2, Some(2))]);
        assert_eq!(ends(Some(0), &[(0, 0)]), [(0, Some(0))]);
    }

    proptest! {
        /// The shares are those that come of handing out one record after the other.
        #[test]
        fn a_limit_is_shared_in_turns_and_nothing_is_left(
            limit in 0..2000_u64,
            partitions in 1..40_u32,
        ) {
            let mut shares = vec![0; partitions as usize];
            (0..limit).for_each(|record| shares[(record % u64::from(partitions)) as usize] += 1);
            let found: Vec<u64> =
                (0..partitions).map(|partition| share_of(limit, partition, partitions)).collect();
            prop_assert_eq!(found, shares);
        }
    }

    #[test]
    fn an_unlimited_source_fills_every_block() {
        let mut source = GeneratorSource::new(&settings(None), &[(0, 0), (1, 0)]);
        for _ in 0..3 {
            assert_eq!(next(&mut source, 50).map(|seen| seen.len()), Some(50));
        }
        assert_eq!(next(&mut source, 0), Some(Seen::new()));
    }

    #[test]
    fn a_slow_source_gives_the_thread_back_in_time() {
        let slow = GeneratorSettings { rate: 0.001, ..settings(None) };
        let mut source = GeneratorSource::new(&slow, &[(0, 0)]);
        assert_eq!(next(&mut source, 50), Some(Seen::new()));
        let mut none = GeneratorSource::new(&slow, &[]);
        assert_eq!(next(&mut none, 50), Some(Seen::new()));
    }
}
