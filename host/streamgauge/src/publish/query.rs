//! Answers about the result, from what the workers published and from the stored history.

mod checkpoint;
mod history;
mod panel;

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use chrono::Utc;
use serde_json::{Value, json};
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{EventTime, TimeWindow, WindowSpec};
use streamgauge_oracle::audit::{self, Audited, NotExplained};
use streamgauge_pipeline::Pipeline;
use streamgauge_server::query::{
    CompareQuestion, HistoryQuestion, PanelQuestion, Place, Progress, Query, Refused,
};
use streamgauge_view::{Published, document};
use streamgauge_wire::{Checkpoints, Compared, Frame, LatenessReport, LiveState, Samples};

use super::lateness::lateness;
use super::{samples, to_wire};
use crate::run::current::{Active, Current};
use crate::run::status::RunStatus;

/// The most final panes of one kind in the result as a whole; older ones are history.
const SHOWN_FINAL_MAX: i64 = 1000;

/// The most records that are read again to explain one.
const EXPLAINED_RECORDS_MAX: i64 = 5_000_000;

/// Looks at a running pipeline.
pub struct LiveQuery {
    current: Arc<Current>,
    /// Held while the log is read again: one question at a time.
    explaining: Mutex<()>,
    /// Held while states are sent: they stay in memory until the last one is sent, so they are sent
    /// to one client at a time.
    exporting: Mutex<()>,
    run_status: Arc<RunStatus>,
    bounded: bool,
}

impl LiveQuery {
    /// Answers about what is on `run_status`. `bounded`: the run will end by itself.
    pub fn new(current: &Arc<Current>, run_status: &Arc<RunStatus>, bounded: bool) -> Self {
        Self {
            current: Arc::clone(current),
            explaining: Mutex::default(),
            exporting: Mutex::default(),
            run_status: Arc::clone(run_status),
            bounded,
        }
    }

    /// What was published; stored final panes are found where they are asked for.
    fn published(&self) -> Published {
        let overview = self.run_status.overview();
        let idle = (!self.bounded).then(|| self.run_status.idle());
        let now = Utc::now().timestamp_millis();
        Published::new(&overview, idle, self.pipeline().history_keep, now)
            .showing(&self.active().formers.states)
            .with_history(self.run_status.history_store())
    }

    /// A checkpoint of nothing but its settings and its identity.
    fn settings(&self) -> Checkpoint {
        let (settings, identity) =
            (self.active().prepared.state_settings(), self.run_status.lock().identity.clone());
        Checkpoint { settings, identity, ..Checkpoint::default() }
    }

    fn active(&self) -> Arc<Active> {
        self.current.get()
    }

    fn pipeline(&self) -> Arc<Pipeline> {
        Arc::clone(&self.active().prepared.pipeline)
    }
}

impl Query for LiveQuery {
    fn lateness(&self) -> LatenessReport {
        lateness(&self.pipeline(), &self.run_status.overview())
    }

    fn events(&self) -> Samples {
        samples::records(&self.run_status.recent_records(), self.pipeline().server.show_records)
    }

    fn dead_letters(&self) -> Samples {
        samples::letters(&self.run_status.recent_letters(), self.pipeline().server.show_records)
    }

    fn checkpoints(&self) -> Checkpoints {
        to_wire::checkpoints(&self.run_status.checkpoints.read())
    }

    fn explain(
        &self,
        Place { partition, offset }: Place,
        goes_on: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Value, Refused> {
        let overview = self.run_status.overview();
        let own = overview.partitions.iter().find(|snapshot| snapshot.partition == partition);
        let own =
            own.ok_or_else(|| Refused::Unknown(format!("no partition {partition} is read")))?;
        let (origin, next) = (own.state.origin, own.state.next_offset);
        if !(origin..next).contains(&offset) {
            let text = format!(
                "partition {partition} was read from offset {origin} to {next}, so nothing is \
                 known of {offset}"
            );
            return Err(Refused::Unknown(text));
        }
        let _explaining = alone(&self.explaining, "another record is being explained")?;
        let active = self.active();
        let (pipeline, plugins) = (&active.prepared.pipeline, &active.prepared.plugins);
        let audited = Audited::open(pipeline, plugins, &overview.partitions)
            .map_err(|error| Refused::failed(&error))?;
        let low = audited.held(partition).map_or(origin, |(low, _)| origin.max(low));
        let before = offset.saturating_sub(low);
        if before > EXPLAINED_RECORDS_MAX {
            let text = format!(
                "{before} records before it would be read again, and here at most \
                 {EXPLAINED_RECORDS_MAX} are; hint: streamgauge explain {partition}@{offset}"
            );
            return Err(Refused::TooMuch(text));
        }
        let place = (partition, offset);
        let explained = audit::explain(&audited, place, Some(own), &mut |read, of| {
            goes_on(Progress { read, of })
        });
        let explained = explained.map_err(|error| match error {
            NotExplained::NoRecord { .. } | NotExplained::NoPartition(_) => {
                Refused::Unknown(error.to_string())
            }
            NotExplained::Source(_) | NotExplained::Oracle(_) | NotExplained::Ended => {
                Refused::failed(&error)
            }
        })?;
        let mut json = explained.to_json(pipeline);
        if !pipeline.server.show_records {
            json["value"] = Value::Null;
            json["columns"] = json!({});
        }
        Ok(json)
    }

    fn snapshot(&self, live: &LiveState, out: &mut dyn Write) -> Result<(), Refused> {
        let newest = EventTime(live.clock.event_time.unwrap_or(i64::MAX));
        let recent = |spec: WindowSpec| {
            let span = spec.pane().map(|pane| pane.saturating_mul(SHOWN_FINAL_MAX));
            span.map_or(TimeWindow::ALWAYS.start, |span| newest.minus(span))
        };
        let active = self.active();
        let place = (&*active.prepared.plan, active.prepared.pipeline.event_time.zone);
        let published = self.published();
        document::write(out, place, &published, &active.results, &recent, &json!({}))
            .map(drop)
            .map_err(|error| Refused::failed(&error))
    }

    fn panel(
        &self,
        live: &LiveState,
        id: &str,
        question: &PanelQuestion,
    ) -> Result<Frame, Refused> {
        let newest = live.clock.event_time.map(EventTime);
        panel::draw(&self.active(), self.published(), newest, (id, question))
    }

    fn compare(
        &self,
        _: &LiveState,
        id: &str,
        question: &CompareQuestion,
    ) -> Result<Compared, Refused> {
        panel::compare(&self.active(), &self.published(), (id, question))
    }

    fn checkpoint(&self, out: &mut dyn Write) -> Result<(), Refused> {
        let _exporting = alone(&self.exporting, "another client is being sent the states")?;
        checkpoint::write(out, &self.run_status, &self.pipeline().metrics, self.settings())
    }

    fn history(
        &self,
        _: &LiveState,
        question: &HistoryQuestion,
        out: &mut dyn Write,
    ) -> Result<(), Refused> {
        let id = &question.metric;
        let unknown = || Refused::Unknown(format!("there is no metric `{id}`"));
        let active = self.active();
        let metric = active.results.metric(id).ok_or_else(unknown)?;
        let zone = active.prepared.pipeline.event_time.zone;
        history::write(out, metric, &self.published(), zone, question)
    }
}

/// Holds `lock`, unless somebody else does.
fn alone<'a>(lock: &'a Mutex<()>, otherwise: &str) -> Result<MutexGuard<'a, ()>, Refused> {
    match lock.try_lock() {
        Ok(held) => Ok(held),
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => {
            Err(Refused::Busy(format!("{otherwise}; hint: ask again in a moment")))
        }
    }
}
