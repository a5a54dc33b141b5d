//! The readings of large states, in a thread of their own: what the publisher tells besides is never
//! held up by them. One reading is done at a time, and a metric has one of each kind at the most.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{AccumulatorBytes, MetricSnapshot};
use streamgauge_view::{
    LiveHeadlines, LiveMetric, MetricReader, Published, Read, ReadHeadlines, Reading,
    ReadingHeadlines,
};

/// See the head of this file. The thread ends with this value.
pub(super) struct Aside {
    asked: Sender<(Asked, Arc<Published>)>,
    done: Receiver<Done>,
    /// The metrics whose readings are not done: of frames, and of headlines. Both may wait for their
    /// turn, as frames of a busy metric are always being read.
    under_way: Vec<(Kind, Arc<MetricReader>)>,
}

/// What a reading is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Frames,
    Headlines,
}

/// What is read of a metric.
enum Asked {
    Frames(Reading),
    Headlines(ReadingHeadlines),
}

enum Found {
    Frames(Read),
    Headlines(ReadHeadlines),
}

struct Done {
    kind: Kind,
    reader: Arc<MetricReader>,
    found: Found,
    /// The moment of what was read.
    now: i64,
    took: Duration,
}

impl Asked {
    fn of(&self) -> (Kind, Arc<MetricReader>) {
        match self {
            Self::Frames(reading) => (Kind::Frames, Arc::clone(reading.reader())),
            Self::Headlines(reading) => (Kind::Headlines, Arc::clone(reading.reader())),
        }
    }

    fn read(self, published: &Published) -> Done {
        let began = Instant::now();
        let ((kind, reader), now) = (self.of(), published.now);
        let found = match self {
            Self::Frames(reading) => Found::Frames(reading.read(published)),
            Self::Headlines(reading) => Found::Headlines(reading.read(published)),
        };
        Done { kind, reader, found, now, took: began.elapsed() }
    }
}

/// True if the states of a metric are better read aside.
fn is_large(metric: &str, published: &Published) -> bool {
    let own = published.partitions.iter().filter_map(|p| p.metric(metric));
    own.map(MetricSnapshot::accumulator_bytes).sum::<usize>() >= AccumulatorBytes::LARGE_BYTES
}

impl Aside {
    pub(super) fn new() -> Self {
        let (asked, to_do) = mpsc::channel::<(Asked, Arc<Published>)>();
        let (done, all_done) = mpsc::channel();
        let work = move || {
            for (asked, published) in to_do {
                if done.send(asked.read(&published)).is_err() {
                    return;
                }
            }
        };
        let named = thread::Builder::new().name("results".to_owned());
        drop(named.spawn(work).expect("a thread can be started"));
        Self { asked, done: all_done, under_way: Vec::new() }
    }

    /// Has `metrics` and `headlines` read what was published: small states at once, and large ones
    /// aside, but for the first result of a metric: until that is there, the page would show none
    /// as if there were none.
    pub(super) fn read(
        &mut self,
        metrics: &mut [LiveMetric],
        headlines: &mut [LiveHeadlines],
        published: &Arc<Published>,
    ) {
        while let Ok(done) = self.done.try_recv() {
            self.under_way
                .retain(|(kind, reader)| *kind != done.kind || !Arc::ptr_eq(reader, &done.reader));
            take(done, metrics, headlines);
        }
        for metric in metrics.iter_mut() {
            metric.look(published);
            if self.is_under_way(Kind::Frames, metric.reader()) {
                continue;
            }
            let reading = Asked::Frames(metric.reading(published.now));
            if metric.is_read() && is_large(metric.id(), published) {
                self.begin(reading, published);
            } else {
                take(reading.read(published), std::slice::from_mut(metric), &mut []);
            }
        }
        for own in headlines.iter_mut() {
            if self.is_under_way(Kind::Headlines, own.reader()) {
                continue;
            }
            let Some(reading) = own.reading(published).map(Asked::Headlines) else { continue };
            if is_large(own.reader().id(), published) {
                self.begin(reading, published);
            } else {
                take(reading.read(published), &mut [], std::slice::from_mut(own));
            }
        }
    }

    fn begin(&mut self, asked: Asked, published: &Arc<Published>) {
        self.under_way.push(asked.of());
        let asked = (asked, Arc::clone(published));
        self.asked.send(asked).expect("the thread waits for readings");
    }

    fn is_under_way(&self, kind: Kind, reader: &Arc<MetricReader>) -> bool {
        self.under_way.iter().any(|(other, own)| *other == kind && Arc::ptr_eq(own, reader))
    }
}

/// Hands over what was read. A metric that is not shown any more gets nothing.
fn take(
    Done { reader, found, now, took, .. }: Done,
    metrics: &mut [LiveMetric],
    headlines: &mut [LiveHeadlines],
) {
    match found {
        Found::Frames(read) => {
            if let Some(own) = metrics.iter_mut().find(|own| Arc::ptr_eq(own.reader(), &reader)) {
                own.take(read, now, took);
            }
        }
        Found::Headlines(read) => {
            if let Some(own) = headlines.iter_mut().find(|own| Arc::ptr_eq(own.reader(), &reader)) {
                own.take(read, now, took);
            }
        }
    }
}
