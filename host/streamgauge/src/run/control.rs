//! Acts on the pipeline that runs, as the server asks for them.

use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_pipeline::OnGap;
use streamgauge_server::control::{Act, Asker, Control, NotDone};
use streamgauge_source::Log;
use streamgauge_wire::Done;

use super::current::{Active, Current};
use super::difference::Outline;
use super::edition::{Loss, Rebuilder};
use super::reload::{By, Reloader, WhenEqual};
use super::side::lost;
use super::status::{NotResumed, RunStatus};

/// Acts on a run with a page.
pub struct HostControl {
    current: Arc<Current>,
    run_status: Arc<RunStatus>,
    /// `None` means a run to the end, which nobody changes on its way.
    reloader: Option<Arc<Reloader>>,
    /// Settings that the command line set, which no file is to be held against.
    overridden: Vec<String>,
    /// `None` means that nothing is kept.
    rebuilder: Option<Arc<Rebuilder>>,
}

impl HostControl {
    /// Acts on the run of `current`.
    pub fn new(
        current: &Arc<Current>,
        run_status: &Arc<RunStatus>,
        (reloader, rebuilder): (Option<&Arc<Reloader>>, Option<&Arc<Rebuilder>>),
        overridden: Vec<String>,
    ) -> Self {
        let (current, run_status) = (Arc::clone(current), Arc::clone(run_status));
        let (reloader, rebuilder) = (reloader.map(Arc::clone), rebuilder.map(Arc::clone));
        Self { current, run_status, reloader, overridden, rebuilder }
    }

    fn reloader(&self) -> Result<&Reloader, NotDone> {
        let refused = || NotDone::Conflict("a run to the end cannot be changed".to_owned());
        self.reloader.as_deref().ok_or_else(refused)
    }

    /// Refuses where the log no longer holds records that a stopped metric needs to go on. Where the
    /// log cannot be asked now, the metric finds out when it goes on.
    fn loses_nothing(&self, active: &Active, metric: &str) -> Result<(), NotDone> {
        let pipeline = &active.prepared.pipeline;
        let partitions = self.run_status.overview().partitions;
        let first = partitions.first().map(|partition| &**partition);
        let Ok(log) = Log::open(&pipeline.source, &pipeline.schema, first) else { return Ok(()) };
        let lost = partitions.iter().filter_map(|partition| {
            let own = partition.metric(metric)?;
            let place = own.phase.stop()?.place.as_ref()?;
            let (low, _) = log.held(partition.partition)?;
            lost(partition, own, place, low).map(|records| records.to_string())
        });
        let lost: Vec<String> = lost.collect();
        if lost.is_empty() || pipeline.source.on_gap() == OnGap::Continue {
            return Ok(());
        }
        let records = lost.join(", ");
        let command = format!("streamgauge metric resume {metric} --accept-loss");
        Err(NotDone::Conflict(format!(
            "the log no longer holds the records that metric `{metric}` needs next: {records}; \
             hint: `{}` goes on without them, and they are named in the status",
            pipeline.naming_itself(&command)
        )))
    }

    /// Builds another edition of the state in the background.
    fn rebuild(&self, accept_loss: bool, by: Asker) -> Result<Done, NotDone> {
        self.reloader()?;
        let rebuilder = self.rebuilder.as_deref().ok_or_else(|| {
            NotDone::Conflict("this run keeps no state that could be built anew".to_owned())
        })?;
        let loss = if accept_loss { Loss::Accepted } else { Loss::Refused };
        rebuilder.rebuild(By::Asker(by), loss)
    }

    /// Lets a metric that has stopped go on from where it stopped.
    fn resume(&self, metric: &str, accept_loss: bool, by: Asker) -> Result<Done, NotDone> {
        let active = self.current.get();
        if !active.prepared.pipeline.metrics.iter().any(|known| known.id == metric) {
            return Err(NotDone::Unknown(format!("there is no metric `{metric}`")));
        }
        self.reloader()?;
        let clock = active.prepared.pipeline.lateness.clock;
        if !accept_loss {
            self.loses_nothing(&active, metric)?;
        }
        self.run_status.resume(metric, clock, accept_loss).map_err(|not| {
            NotDone::Conflict(match not {
                NotResumed::Runs => format!("metric `{metric}` has not stopped"),
                NotResumed::NoPlace => format!(
                    "an earlier version stopped metric `{metric}` and did not keep its place; \
                     hint: `streamgauge state rebuild`"
                ),
                NotResumed::Processing => format!(
                    "metric `{metric}` cannot go on: with `lateness.clock = \"processing\"` \
                     records cannot be counted a second time"
                ),
            })
        })?;
        tracing::info!("metric `{metric}` is to go on, as {} asked", by.name());
        self.run_status.acts.note("resume_asked", Some(metric.to_owned()), None);
        let message = format!(
            "metric `{metric}` goes on from where it stopped, and joins the others when it has \
             caught up"
        );
        Ok(Done { message, ..Done::default() })
    }
}

impl Control for HostControl {
    fn act(&self, act: Act, by: Asker) -> Result<Done, NotDone> {
        match act {
            Act::Reload => self.reloader()?.reload(By::Asker(by), WhenEqual::Leave),
            Act::Resume { metric, accept_loss } => self.resume(&metric, accept_loss, by),
            Act::Rebuild { accept_loss } => self.rebuild(accept_loss, by),
        }
    }

    fn outline(&self) -> Value {
        let outline = Outline::of(&self.current.get().prepared);
        let outline = outline.with_states(&self.run_status.overview().partitions);
        json!(Outline { overridden: self.overridden.clone(), ..outline })
    }
}
