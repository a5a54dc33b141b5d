//! Opening a topic: the place from which each partition resumes, and the remedy where its log does
//! not continue there.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use streamgauge_core::PartitionSnapshot;

use super::{Opening, Reads, Shares, go_on};
use streamgauge_kafka::{LogEnds, Mark, OffsetCommits, PartitionRange, TopicClient, TopicIdentity};
use streamgauge_pipeline::{KafkaSettings, SourceSettings};
use streamgauge_source::kafka::{KafkaSource, TopicGuard, gaps};
use streamgauge_source::{LatencyFrom, Source, SourceError};

impl Opening<'_> {
    pub(super) fn kafka(
        &self,
        settings: &KafkaSettings,
        bounded: bool,
    ) -> Result<Shares, SourceError> {
        if self.goes_on && !bounded {
            let states = self.resume.iter().map(|state| PartitionSnapshot::clone(state)).collect();
            // It still has to be the topic with which these states were compared.
            let guard = self.topic_identity.borrow().clone().map(TopicGuard::new);
            return self.kafka_shares(settings, states, guard, &[], bounded);
        }
        let client = self.client(settings)?;
        let ranges = client.ranges(self.answer_timeout)?;
        // Before the log is compared with the state, because from here on the topic has to stay the
        // same.
        let identity = TopicIdentity::new(client, self.answer_timeout);
        self.topic_identity.replace(identity.clone());
        let guard = identity.map(TopicGuard::new);
        self.check_partitions(settings, &ranges)?;
        let starts = client.resolve_start(&ranges)?;
        let gaps = gaps(settings, self.resume, &ranges)?;
        let (mut states, mut parked) = (Vec::new(), Vec::new());
        for (range, start) in ranges.iter().zip(starts) {
            let mut state = self.place(range, start);
            // A log that ends earlier lost no record, but another record may come there.
            state.position.read_to = state.position.read_to.filter(|end| *end <= range.high);
            match gaps.get(&range.partition) {
                None => states.push(state),
                Some(gap) => match go_on(settings.on_gap, state, gap.clone()) {
                    Ok(state) => states.push(state),
                    Err(stopped) => parked.push(*stopped),
                },
            }
        }
        if let (true, Some(first)) = (states.is_empty(), parked.first()) {
            return Err(SourceError::Gap(first.gap.clone()));
        }
        let shares = self.kafka_shares(settings, states, guard, &ranges, bounded)?;
        Ok(Shares { parked, ..shares })
    }

    /// Sources of these partitions; `ranges` is what the log holds, where that is known.
    fn kafka_shares(
        &self,
        settings: &KafkaSettings,
        states: Vec<PartitionSnapshot>,
        guard: Option<(TopicGuard, Arc<AtomicBool>)>,
        ranges: &[PartitionRange],
        bounded: bool,
    ) -> Result<Shares, SourceError> {
        let stop = |partition: u32| {
            ranges.iter().find(|r| r.partition == partition).map(|r| r.high).filter(|_| bounded)
        };
        let ends = Arc::new(LogEnds::watch(settings)?);
        let shares = self.deal(states, |partitions| {
            let assigned: Vec<_> = partitions
                .iter()
                .map(|p| (p.partition, resume_at(p, ranges), stop(p.partition)))
                .collect();
            let source = KafkaSource::new(settings, &assigned)?;
            let source = source.watched(Arc::clone(&ends), Arc::clone(self.sources));
            let source: Box<dyn Source> = Box::new(source);
            Ok((source, self.decoder(settings.format, None)))
        })?;
        let mut opened = Shares { guard, ..Shares::alone(shares, LatencyFrom::Stamp) };
        if self.reads == Reads::Shown {
            let mark = Mark::new(self.identity, &self.pipeline.name);
            let committer = OffsetCommits::new(settings, mark)?;
            opened.commits = Some(committer.board());
            opened.committer = Some(Box::new(committer));
        }
        Ok(opened)
    }

    /// Reads the newest records of each partition, in states of their own, and tells nobody.
    pub(super) fn newest(
        &self,
        settings: &KafkaSettings,
        records: u32,
    ) -> Result<Shares, SourceError> {
        let ranges = self.client(settings)?.ranges(self.answer_timeout)?;
        let each = i64::from(records).div_euclid(ranges.len().max(1) as i64).max(1);
        let begin = |range: &PartitionRange| range.low.max(range.high - each);
        let states: Vec<_> =
            ranges.iter().map(|range| self.state(range.partition, begin(range))).collect();
        let shares = self.deal(states, |partitions| {
            let stop = |number| ranges.iter().find(|r| r.partition == number).map(|r| r.high);
            let assigned: Vec<_> = partitions
                .iter()
                .map(|p| (p.partition, p.state.next_offset, stop(p.partition)))
                .collect();
            let source: Box<dyn Source> = Box::new(KafkaSource::new(settings, &assigned)?);
            Ok((source, self.decoder(settings.format, None)))
        })?;
        Ok(Shares::alone(shares, LatencyFrom::Stamp))
    }

    /// The partitions of the topic that are not among the states to resume, each in the state in
    /// which it begins.
    ///
    /// # Errors
    /// The brokers cannot be reached.
    pub fn new_partitions(&self) -> Result<Vec<PartitionSnapshot>, SourceError> {
        let SourceSettings::Kafka(settings) = &self.pipeline.source else { return Ok(Vec::new()) };
        let ranges = self.client(settings)?.ranges(self.answer_timeout)?;
        let is_known = |range: &&PartitionRange| {
            self.resume.iter().any(|state| state.partition == range.partition)
        };
        let new = ranges.iter().filter(|range| !is_known(range));
        Ok(new.map(|range| self.place(range, range.low)).collect())
    }

    fn client(&self, settings: &KafkaSettings) -> Result<&Arc<TopicClient>, SourceError> {
        if self.topic_client.get().is_none() {
            let made = Arc::new(TopicClient::new(settings)?);
            self.topic_client.get_or_init(|| made);
        }
        Ok(self.topic_client.get().expect("it was just made"))
    }

    /// A topic never loses partitions, unless it is made anew with fewer.
    fn check_partitions(
        &self,
        settings: &KafkaSettings,
        ranges: &[PartitionRange],
    ) -> Result<(), SourceError> {
        let is_there = |partition| ranges.iter().any(|range| range.partition == partition);
        let Some(gone) = self.resume.iter().find(|state| !is_there(state.partition)) else {
            return Ok(());
        };
        let message = format!(
            "topic `{}` has no partition {} any more, but the state does",
            settings.topic, gone.partition
        );
        Err(SourceError::Failed { message })
    }

    /// The place from which a partition resumes. A partition that came after the pipeline's start
    /// is read whole.
    fn place(&self, range: &PartitionRange, start: i64) -> PartitionSnapshot {
        let (partition, low) = (range.partition, range.low);
        if self.resume.is_empty() {
            return self.state(partition, start);
        }
        if !self.resume.iter().any(|state| state.partition == partition) {
            tracing::info!(partition, offset = low, "a new partition is read from its log's start");
        }
        self.state(partition, low)
    }
}

/// The offset from which a partition is read. Offsets that held no record may be gone by now.
fn resume_at(state: &PartitionSnapshot, ranges: &[PartitionRange]) -> i64 {
    let range = ranges.iter().find(|range| range.partition == state.partition);
    range.map_or(i64::MIN, |range| range.low).max(state.state.next_offset)
}
