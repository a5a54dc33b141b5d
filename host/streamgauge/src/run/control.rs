//! Acts on the pipeline that runs, as the server asks for them.

use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_outbox::StoppedMetric;
use streamgauge_server::control::{Act, Asker, Control, NotDone};
use streamgauge_wire::Done;

use super::current::Current;
use super::difference::Outline;
use super::reload::{By, Reloader, WhenEqual};
use super::status::RunStatus;

/// Acts on a run with a page.
pub struct HostControl {
    current: Arc<Current>,
    run_status: Arc<RunStatus>,
    /// `None` means a run to the end, which nobody changes on its way.
    reloader: Option<Arc<Reloader>>,
    /// Settings that the command line set, which no file is to be held against.
    overridden: Vec<String>,
}

impl HostControl {
    /// Acts on the run of `current`.
    pub fn new(
        current: &Arc<Current>,
        run_status: &Arc<RunStatus>,
        reloader: Option<&Arc<Reloader>>,
        overridden: Vec<String>,
    ) -> Self {
        let (current, run_status) = (Arc::clone(current), Arc::clone(run_status));
        Self { current, run_status, reloader: reloader.map(Arc::clone), overridden }
    }

    fn reloader(&self) -> Result<&Reloader, NotDone> {
        let refused = || NotDone::Conflict("a run to the end cannot be changed".to_owned());
        self.reloader.as_deref().ok_or_else(refused)
    }

    /// Lets a metric that has stopped go on.
    ///
    /// What a metric needs to catch up is not here: the pipeline is opened again, and whatever opens
    /// it decides what becomes of the metric.
    fn resume(&self, metric: &str, by: Asker) -> Result<Done, NotDone> {
        let active = self.current.get();
        if !active.prepared.pipeline.metrics.iter().any(|known| known.id == metric) {
            return Err(NotDone::Unknown(format!("there is no metric `{metric}`")));
        }
        let stopped = StoppedMetric::all(&self.run_status.overview().partitions);
        if !stopped.contains_key(metric) {
            return Err(NotDone::Conflict(format!("metric `{metric}` has not stopped")));
        }
        let reloader = self.reloader()?;
        tracing::info!("metric `{metric}` is to go on, as {} asked", by.name());
        self.run_status.acts.note("resume_asked", Some(metric.to_owned()), None);
        reloader.reload(By::Asker(by), WhenEqual::Reopen)
    }
}

impl Control for HostControl {
    fn act(&self, act: Act, by: Asker) -> Result<Done, NotDone> {
        match act {
            Act::Reload => self.reloader()?.reload(By::Asker(by), WhenEqual::Leave),
            Act::Resume { metric } => self.resume(&metric, by),
        }
    }

    fn outline(&self) -> Value {
        let outline = Outline::of(&self.current.get().prepared);
        json!(Outline { overridden: self.overridden.clone(), ..outline })
    }
}
