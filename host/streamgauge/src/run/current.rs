//! The pipeline that runs now, for everybody who looks at it: replaced as a whole at a reload, so
//! nobody sees the settings of one pipeline with the plugins of another.

use std::sync::{Arc, Mutex, PoisonError};

use streamgauge_core::PartitionSnapshot;
use streamgauge_view::Results;

use super::former::ShownBefore;
use super::prepare::Prepared;

/// A pipeline with the readers of its results.
pub struct Active {
    /// The settings, the plan and the plugins.
    pub prepared: Prepared,
    /// The readers of the results that are shown, shared by pages and questions.
    pub results: Arc<Results>,
    /// The readers of the metrics themselves.
    own: Arc<Results>,
    /// The builds that are shown in the place of those that have not caught up yet.
    pub formers: ShownBefore,
}

/// The pipeline that runs now.
pub struct Current {
    active: Mutex<Arc<Active>>,
}

impl Active {
    fn new(prepared: Prepared) -> Arc<Self> {
        let (zone, option) = (prepared.pipeline.event_time.zone, prepared.pipeline.config_option());
        let results = Results::naming(&prepared.plugins, &prepared.plan, zone, &option);
        let results = Arc::new(results);
        Arc::new(Self {
            prepared,
            own: Arc::clone(&results),
            results,
            formers: ShownBefore::default(),
        })
    }

    fn showing(&self, formers: ShownBefore) -> Arc<Self> {
        let (prepared, own) = (self.prepared.clone(), Arc::clone(&self.own));
        let results = Arc::new(own.showing(&formers.readers));
        Arc::new(Self { prepared, results, own, formers })
    }
}

impl Current {
    /// A run that begins with `prepared`.
    pub fn new(prepared: Prepared) -> Self {
        Self { active: Mutex::new(Active::new(prepared)) }
    }

    /// The pipeline of now; who keeps it sees no later one.
    pub fn get(&self) -> Arc<Active> {
        Arc::clone(&self.active.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another pipeline in the place of the one before.
    pub fn replace(&self, prepared: Prepared) {
        let active = Active::new(prepared);
        *self.active.lock().unwrap_or_else(PoisonError::into_inner) = active;
    }

    /// Puts a pipeline in the place of one with the same metrics, of which the same builds are shown.
    pub fn replace_page(&self, prepared: Prepared) {
        let mut active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        *active = Active::new(prepared).showing(active.formers.clone());
    }

    /// Shows builds of the pipeline before in the place of those that have not caught up yet.
    pub fn show(&self, formers: ShownBefore) {
        let mut active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        *active = active.showing(formers);
    }

    /// Shows the metrics themselves that run in all of these partitions by now.
    pub fn show_joined(&self, partitions: &[Arc<PartitionSnapshot>]) {
        let active = self.get();
        let joined = active.formers.joined(partitions);
        if !joined.is_empty() {
            self.show(active.formers.without(&joined));
        }
    }

    /// Puts a pipeline back that was replaced, with its readers.
    pub fn put_back(&self, active: Arc<Active>) {
        *self.active.lock().unwrap_or_else(PoisonError::into_inner) = active;
    }
}
