//! The newest records of a topic, read as a run reads them: what would become of them?

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use streamgauge_core::{Accounting, Rejection};
use streamgauge_engine::Finished;
use streamgauge_outbox::Overview;
use streamgauge_source::{Missing, SourceError, SourceHealth};
use streamgauge_view::document;

use crate::cli::failure::Failure;
use crate::cli::serve::Job;
use crate::run::opening::Feed;
use crate::run::patience::Patience;
use crate::run::prepare::Prepared;
use crate::run::stop::OnHangup;

/// Records that tell enough of a topic.
const RECORDS_MAX: u32 = 100;

/// How long the leaders of all partitions have to hand their records over.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How often the end is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What would become of the newest records.
pub(super) struct Sample {
    books: Accounting,
    /// Records that a metric leaves out, by its id.
    excluded: Vec<(String, u64)>,
}

/// The job that reads the newest records. Nothing is stored or written.
pub(super) fn newest(prepared: &Prepared) -> Result<Job, Failure> {
    Job::new(prepared, Feed::Newest { records: RECORDS_MAX }, None, false, OnHangup::End)
}

impl Sample {
    /// Reads the newest records of each partition from its leader, by the job of [`newest`].
    pub(super) fn take(prepared: &Prepared, mut job: Job) -> Result<Self, SourceError> {
        let (stop, ended) = (Arc::clone(&job.supervisor.stop), AtomicBool::new(false));
        let finished = thread::scope(|scope| {
            scope.spawn(|| {
                let until = Instant::now() + TIMEOUT;
                while Instant::now() < until && !ended.load(Ordering::Relaxed) {
                    thread::sleep(LOOK_EVERY);
                }
                stop.store(true, Ordering::Relaxed);
            });
            let finished = job.supervisor.run(Patience::GiveUp);
            ended.store(true, Ordering::Relaxed);
            finished
        });
        let overview = job.run_status.overview();
        match finished? {
            Finished::Stopped => Err(unanswered(&job.run_status.sources)),
            Finished::Ended => Ok(Self::of(prepared, &overview)),
        }
    }

    fn of(prepared: &Prepared, overview: &Overview) -> Self {
        let books = document::accounting(&overview.partitions);
        let excluded = |id: &str| -> u64 {
            let metrics = overview.partitions.iter().flat_map(|partition| &partition.metrics);
            metrics.filter(|metric| metric.id == id).map(|metric| metric.accounting.excluded).sum()
        };
        let ids = prepared.pipeline.metrics.iter().map(|metric| &metric.id);
        let excluded = ids.map(|id| (id.clone(), excluded(id))).filter(|(_, count)| *count > 0);
        Self { books, excluded: excluded.collect() }
    }

    /// Rejected records by reason, the largest count first.
    fn rejected(&self) -> Vec<(&'static str, u64)> {
        let counts = Rejection::NAMES.into_iter().zip(self.books.rejections);
        let mut reasons: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        reasons
    }

    pub(super) fn text(&self, topic: &str) -> String {
        let Accounting { read, on_time, late, fallback, future, past, .. } = self.books;
        if read == 0 {
            return format!("topic `{topic}`: no record to try");
        }
        let rejected = self.books.rejected();
        let mut text = format!(
            "topic `{topic}`: of its newest {read} records, {on_time} would be on time, {late} late \
             and {rejected} rejected"
        );
        let with = |counts: &[(String, u64)]| {
            let each = counts.iter().map(|(name, count)| format!("{name} {count}"));
            each.collect::<Vec<_>>().join(", ")
        };
        let named = |(name, count): (&str, u64)| (name.to_owned(), count);
        let reasons: Vec<_> = self.rejected().into_iter().map(named).collect();
        if !reasons.is_empty() {
            let _ = write!(text, " ({})", with(&reasons));
        }
        let times =
            [("event time by their stamp", fallback), ("from the future", future), ("past", past)];
        let times: Vec<_> = times.into_iter().filter(|(_, count)| *count > 0).map(named).collect();
        if !times.is_empty() {
            let _ = write!(text, "; {}", with(&times));
        }
        if !self.excluded.is_empty() {
            let _ = write!(text, "; left out by metrics: {}", with(&self.excluded));
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let by_name = |(name, count): (&str, u64)| (name.to_owned(), Value::from(count));
        let rejected: Map<_, _> = self.rejected().into_iter().map(by_name).collect();
        let excluded: Map<_, _> =
            self.excluded.iter().map(|(id, count)| by_name((id, *count))).collect();
        let Accounting { read, on_time, late, fallback, future, past, .. } = self.books;
        json!({
            "read": read, "on_time": on_time, "late": late, "rejected": self.books.rejected(),
            "rejected_by_reason": rejected, "event_time_fallback": fallback,
            "event_time_future": future, "event_time_past": past, "excluded": excluded,
        })
    }
}

/// The time was over before every partition was at its end.
fn unanswered(sources: &SourceHealth) -> SourceError {
    let trouble = sources.read().into_values().find_map(|health| health.trouble);
    trouble.map_or_else(
        || SourceError::Unavailable {
            missing: Missing::Brokers,
            message: format!("not every leader handed its newest records over within {TIMEOUT:?}"),
        },
        |trouble| SourceError::Broker(trouble.fault),
    )
}
