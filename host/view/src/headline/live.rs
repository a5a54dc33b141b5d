//! The figures of one metric as the pages show them all the time.
//!
//! They are computed anew only where the metric, or the time up to which it counts, has moved on,
//! and take a twentieth of a core at the most, as the frames of the metric do. So a key that is not
//! among the largest of a million is looked for once in a few seconds, while one that is there
//! follows every draw.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{EventTime, PartitionSnapshot};
use streamgauge_pipeline::HeadlineSettings;
use streamgauge_wire::HeadlineValue;

use super::Figure;
use super::worth::Worth;
use crate::pace::Pace;
use crate::published::Published;
use crate::reader::MetricReader;
use crate::trouble::Trouble;

/// What a reading that failed counts as, so that it is tried again half a minute later.
const FAILURE_COSTS: Duration = Duration::from_millis(1500);

/// The figures of one metric, with what they are worth.
pub struct LiveHeadlines {
    reader: Arc<MetricReader>,
    figures: Arc<Vec<Figure>>,
    values: Vec<HeadlineValue>,
    /// What the values were read from; `None` means that they are to be read again in any case.
    read: Option<Places>,
    pace: Pace,
}

/// A reading of the figures that is due. It may be done in another thread.
pub struct ReadingHeadlines {
    reader: Arc<MetricReader>,
    figures: Arc<Vec<Figure>>,
    places: Places,
}

/// What came of a [`ReadingHeadlines`].
pub struct ReadHeadlines {
    values: Vec<HeadlineValue>,
    /// `None` means that not all could be read.
    places: Option<Places>,
}

/// What the values of a metric depend on: equal places of a metric are equal states.
#[derive(Clone, Debug, PartialEq)]
struct Places {
    partitions: Vec<Place>,
    idle: BTreeSet<u32>,
    trouble: Option<Trouble>,
}

/// The place of one partition and of the metric in it.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    partition: u32,
    gaps: usize,
    next_offset: i64,
    max_event_time: Option<EventTime>,
    /// The next offset of the metric, and its build.
    metric: Option<(i64, u32)>,
}

impl LiveHeadlines {
    /// Those of `headlines` that are of the metric of `reader`; nothing is known of them yet. A build
    /// before that is shown may not have such a figure, which then has no value.
    pub fn new(reader: &Arc<MetricReader>, headlines: &[HeadlineSettings]) -> Self {
        let own: Vec<_> = headlines.iter().filter(|each| each.metric == reader.id()).collect();
        let values = own.iter().map(|each| Figure::unknown(&each.id)).collect();
        let figures = own.iter().filter_map(|each| Figure::new(each, reader.plugin()).ok());
        let figures = Arc::new(figures.collect());
        Self { reader: Arc::clone(reader), figures, values, read: None, pace: Pace::default() }
    }

    /// The reader of the metric.
    pub fn reader(&self) -> &Arc<MetricReader> {
        &self.reader
    }

    /// What the figure with this id is worth.
    pub fn value(&self, id: &str) -> Option<&HeadlineValue> {
        self.values.iter().find(|value| value.id == id)
    }

    /// What is to be read of the published states; `None` means that nothing has changed, or that
    /// it is too early after a dear reading.
    pub fn reading(&self, published: &Published) -> Option<ReadingHeadlines> {
        if self.figures.is_empty() || !self.pace.is_due(published.now) {
            return None;
        }
        let places = Places::of(self.reader.id(), published);
        if places.is_unknown() || self.read.as_ref() == Some(&places) {
            return None;
        }
        let (reader, figures) = (Arc::clone(&self.reader), Arc::clone(&self.figures));
        Some(ReadingHeadlines { reader, figures, places })
    }

    /// Takes in what was read at `now`, and how long that took.
    pub fn take(&mut self, read: ReadHeadlines, now: i64, took: Duration) {
        // What failed may have cost the metric's frames what was merged for them.
        let is_read = read.places.is_some();
        self.pace.note(now, if is_read { took } else { took.max(FAILURE_COSTS) });
        self.read = read.places;
        for value in read.values {
            if let Some(own) = self.values.iter_mut().find(|own| own.id == value.id) {
                *own = value;
            }
        }
    }
}

impl ReadingHeadlines {
    /// Reads the states that were `published`, with the history in it.
    pub fn read(self, published: &Published) -> ReadHeadlines {
        let worths: Vec<Worth> =
            self.figures.iter().map(|figure| figure.worth(&self.reader, published)).collect();
        let is_read = worths.iter().all(|worth| worth.is_read);
        let values = worths.into_iter().map(|worth| worth.value).collect();
        ReadHeadlines { values, places: is_read.then_some(self.places) }
    }

    /// The reader of the metric.
    pub fn reader(&self) -> &Arc<MetricReader> {
        &self.reader
    }
}

impl Places {
    fn of(metric: &str, published: &Published) -> Self {
        let place = |snapshot: &Arc<PartitionSnapshot>| Place {
            partition: snapshot.partition,
            gaps: snapshot.state.gaps.len(),
            next_offset: snapshot.state.next_offset,
            max_event_time: snapshot.state.max_event_time,
            metric: snapshot.metric(metric).map(|own| (own.next_offset, own.build)),
        };
        Self {
            partitions: published.partitions.iter().map(place).collect(),
            idle: published.idle.clone(),
            trouble: published.trouble(metric),
        }
    }

    /// True if no partition has the metric yet.
    fn is_unknown(&self) -> bool {
        self.partitions.iter().all(|place| place.metric.is_none())
    }
}
