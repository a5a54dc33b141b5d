//! Events at a steady rate, each with the time of day in it, in a topic of one partition.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_kafka::{DeliveryFailure, NewTopicError, Sender, ready};
use streamgauge_pipeline::SourceSettings;

use crate::cli::failure::Failure;

/// How often events are sent that are due.
const SEND_EVERY: Duration = Duration::from_millis(1);

/// Sends until it is dropped.
pub(super) struct SteadyProducer {
    stop: Arc<AtomicBool>,
    /// `None` means that the thread was waited for.
    thread: Option<JoinHandle<Result<(), DeliveryFailure>>>,
}

/// The thread's own part.
struct Sending {
    sender: Sender,
    stop: Arc<AtomicBool>,
    keys: u64,
    event: String,
}

impl SteadyProducer {
    /// Makes the topic that `source` names, and sends every key once; from then on `rate` events a
    /// second, in a thread.
    ///
    /// # Errors
    /// The brokers cannot be reached, or do not take the events.
    pub(super) fn start(source: &SourceSettings, keys: u32, rate: u32) -> Result<Self, Failure> {
        let SourceSettings::Kafka(settings) = source else {
            unreachable!("the pipeline of this bench reads Kafka")
        };
        let sender = Sender::new(settings).map_err(Failure::usage)?;
        ready(&sender, settings, Some(1)).map_err(|error| match error {
            NewTopicError::Setting(_) => Failure::usage(error),
            error => Failure::outside(error),
        })?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut sending =
            Sending { sender, stop: Arc::clone(&stop), keys: keys.into(), event: String::new() };
        (0..sending.keys).for_each(|key| sending.send(key));
        sending.sender.flush(|| ());
        sending.delivered().map_err(|failure| undelivered(&failure))?;
        let send = move || sending.at(rate.into());
        let thread = thread::Builder::new().name("producer".to_owned()).spawn(send);
        let thread = thread
            .map_err(|error| Failure::failed(format!("no thread can be started: {error}")))?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Checks that the brokers still take the events.
    ///
    /// # Errors
    /// The producer has ended, because an event was not acknowledged.
    pub(super) fn check(&mut self) -> Result<(), Failure> {
        if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            self.end().map_err(|failure| undelivered(&failure))?;
            return Err(Failure::failed("the producer has ended"));
        }
        Ok(())
    }

    /// Ends the producer.
    ///
    /// # Errors
    /// An event was not acknowledged.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        self.end().map_err(|failure| undelivered(&failure))
    }

    fn end(&mut self) -> Result<(), DeliveryFailure> {
        self.stop.store(true, Ordering::Relaxed);
        // A thread that panicked has said why.
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or(Ok(())))
    }
}

impl Drop for SteadyProducer {
    fn drop(&mut self) {
        // Whoever drops it has a failure to tell already.
        let _ = self.end();
    }
}

impl Sending {
    /// Sends so many events a second until it is told to stop, or one was not acknowledged.
    fn at(mut self, rate: f64) -> Result<(), DeliveryFailure> {
        let (begun, mut sent) = (Instant::now(), 0);
        while !self.stop.load(Ordering::Relaxed) {
            let due = (begun.elapsed().as_secs_f64() * rate) as u64;
            for place in sent..due {
                // A prime step: keys come in no order, and each as often as any other.
                self.send(place * 7919 % self.keys);
            }
            sent = due;
            self.sender.poll(Duration::ZERO);
            self.delivered()?;
            thread::sleep(SEND_EVERY);
        }
        self.sender.flush(|| ());
        self.delivered()
    }

    fn send(&mut self, key: u64) {
        self.event.clear();
        let _ = write!(
            self.event,
            "{{\"ts\":{},\"user_id\":\"u{key}\"}}",
            Utc::now().timestamp_millis()
        );
        let stop = &self.stop;
        self.sender.send(0, None, self.event.as_bytes(), || stop.load(Ordering::Relaxed));
    }

    fn delivered(&self) -> Result<(), DeliveryFailure> {
        self.sender.deliveries().failure().map_or(Ok(()), Err)
    }
}

fn undelivered(failure: &DeliveryFailure) -> Failure {
    let DeliveryFailure { is_outside, cause } = failure;
    let words = format!("an event was not acknowledged: {cause}; hint: look at the broker's log");
    if *is_outside { Failure::outside(words) } else { Failure::failed(words) }
}
