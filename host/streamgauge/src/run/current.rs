//! The pipeline that runs now, for everybody who looks at it: replaced as a whole at a reload, so
//! nobody sees the settings of one pipeline with the plugins of another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use streamgauge_core::PartitionSnapshot;
use streamgauge_view::Results;

use super::former::ShownBefore;
use super::prepare::Prepared;

/// How often a wait looks whether it is over.
const LOOK_EVERY: Duration = Duration::from_millis(5);

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
    /// The address of the one that was shown last; nothing else stands there while it is in force.
    shown: AtomicUsize,
}

/// Readers of the results of a pipeline.
pub(super) fn results_of(prepared: &Prepared) -> Results {
    let (zone, option) = (prepared.pipeline.event_time.zone, prepared.pipeline.config_option());
    Results::naming(&prepared.plugins, &prepared.plan, zone, &option)
}

impl Active {
    fn new(prepared: Prepared) -> Arc<Self> {
        let results = Arc::new(results_of(&prepared));
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
        Self { active: Mutex::new(Active::new(prepared)), shown: AtomicUsize::new(0) }
    }

    /// The pipeline of now; who keeps it sees no later one.
    pub fn get(&self) -> Arc<Active> {
        Arc::clone(&self.active.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Pages and questions have been answered from `active`.
    pub fn is_shown(&self, active: &Arc<Active>) {
        self.shown.store(Arc::as_ptr(active).addr(), Ordering::Release);
    }

    /// Waits until what is in force is shown, but no longer than `limit`.
    pub fn wait_until_shown(&self, limit: Duration) {
        let until = Instant::now() + limit;
        while self.shown.load(Ordering::Acquire) != Arc::as_ptr(&self.get()).addr()
            && Instant::now() < until
        {
            thread::sleep(LOOK_EVERY);
        }
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
