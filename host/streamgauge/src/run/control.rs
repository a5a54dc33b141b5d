//! Acts on the pipeline that runs, as the server asks for them.

use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_server::control::{Act, Asker, Control, NotDone};
use streamgauge_wire::Done;

use super::current::Current;
use super::difference::Outline;
use super::edition::{Loss, Rebuilder};
use super::reload::{By, Reloader, WhenEqual};
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
    fn resume(&self, metric: &str, by: Asker) -> Result<Done, NotDone> {
        let active = self.current.get();
        if !active.prepared.pipeline.metrics.iter().any(|known| known.id == metric) {
            return Err(NotDone::Unknown(format!("there is no metric `{metric}`")));
        }
        self.reloader()?;
        let clock = active.prepared.pipeline.lateness.clock;
        self.run_status.resume(metric, clock).map_err(|not| {
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
            Act::Resume { metric } => self.resume(&metric, by),
            Act::Rebuild { accept_loss } => self.rebuild(accept_loss, by),
        }
    }

    fn outline(&self) -> Value {
        let outline = Outline::of(&self.current.get().prepared);
        json!(Outline { overridden: self.overridden.clone(), ..outline })
    }
}
