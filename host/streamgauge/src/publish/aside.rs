//! The readings of large states, in a thread of their own: what the publisher tells besides is never
//! held up by them. One reading is done at a time, and a metric has one at the most.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::{AccumulatorBytes, MetricSnapshot};
use streamgauge_view::{LiveMetric, MetricReader, Published, Read, Reading};

/// See the head of this file. The thread ends with this value.
pub(super) struct Aside {
    asked: Sender<(Reading, Arc<Published>)>,
    done: Receiver<Done>,
    /// The metrics whose readings are not done.
    under_way: Vec<Arc<MetricReader>>,
}

struct Done {
    reader: Arc<MetricReader>,
    read: Read,
    /// The moment of what was read.
    now: i64,
    took: Duration,
}

/// True if the states of a metric are better read aside.
fn is_large(metric: &LiveMetric, published: &Published) -> bool {
    let own = published.partitions.iter().filter_map(|p| p.metric(metric.id()));
    own.map(MetricSnapshot::accumulator_bytes).sum::<usize>() >= AccumulatorBytes::LARGE_BYTES
}

impl Aside {
    pub(super) fn new() -> Self {
        let (asked, to_do) = mpsc::channel::<(Reading, Arc<Published>)>();
        let (done, all_done) = mpsc::channel();
        let work = move || {
            for (reading, published) in to_do {
                let began = Instant::now();
                let (reader, now) = (Arc::clone(reading.reader()), published.now);
                let read = reading.read(&published);
                let took = began.elapsed();
                if done.send(Done { reader, read, now, took }).is_err() {
                    return;
                }
            }
        };
        let named = thread::Builder::new().name("results".to_owned());
        drop(named.spawn(work).expect("a thread can be started"));
        Self { asked, done: all_done, under_way: Vec::new() }
    }

    /// Has `metrics` read what was published: small states at once, and large ones aside, but for
    /// their first result: until that is there, the page would show none as if there were none.
    pub(super) fn read(&mut self, metrics: &mut [LiveMetric], published: &Arc<Published>) {
        while let Ok(done) = self.done.try_recv() {
            self.take(done, metrics);
        }
        for metric in metrics {
            metric.look(published);
            if self.is_under_way(metric) {
                continue;
            }
            let reading = metric.reading(published.now);
            if metric.is_read() && is_large(metric, published) {
                self.begin(reading, published);
            } else {
                let began = Instant::now();
                let read = reading.read(published);
                metric.take(read, published.now, began.elapsed());
            }
        }
    }

    fn begin(&mut self, reading: Reading, published: &Arc<Published>) {
        self.under_way.push(Arc::clone(reading.reader()));
        let asked = (reading, Arc::clone(published));
        self.asked.send(asked).expect("the thread waits for readings");
    }

    fn is_under_way(&self, metric: &LiveMetric) -> bool {
        self.under_way.iter().any(|reader| Arc::ptr_eq(reader, metric.reader()))
    }

    /// A metric that is not shown any more gets nothing.
    fn take(&mut self, Done { reader, read, now, took }: Done, metrics: &mut [LiveMetric]) {
        self.under_way.retain(|other| !Arc::ptr_eq(other, &reader));
        let own = |metric: &&mut LiveMetric| Arc::ptr_eq(metric.reader(), &reader);
        if let Some(metric) = metrics.iter_mut().find(own) {
            metric.take(read, now, took);
        }
    }
}
