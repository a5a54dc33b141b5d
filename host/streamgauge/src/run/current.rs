//! The pipeline that runs now, for everybody who looks at it: replaced as a whole at a reload, so
//! nobody sees the settings of one pipeline with the plugins of another.

use std::sync::{Arc, Mutex, PoisonError};

use streamgauge_view::Results;

use super::prepare::Prepared;

/// A pipeline with the readers of its results.
pub struct Active {
    /// The settings, the plan and the plugins.
    pub prepared: Prepared,
    /// The readers of the results, shared by pages and questions.
    pub results: Arc<Results>,
}

/// The pipeline that runs now.
pub struct Current {
    active: Mutex<Arc<Active>>,
}

impl Active {
    fn new(prepared: Prepared) -> Arc<Self> {
        let (zone, option) = (prepared.pipeline.event_time.zone, prepared.pipeline.config_option());
        let results = Results::naming(&prepared.plugins, &prepared.plan, zone, &option);
        Arc::new(Self { prepared, results: Arc::new(results) })
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

    /// Puts a pipeline back that was replaced, with its readers.
    pub fn put_back(&self, active: Arc<Active>) {
        *self.active.lock().unwrap_or_else(PoisonError::into_inner) = active;
    }
}
