//! What a case came to, read back from what is stored.

use std::sync::Arc;

use streamgauge_checkpoint::store::StateStore as _;
use streamgauge_core::{FinalPane, PartitionSnapshot};
use streamgauge_view::{MetricResults, Published, Results, WindowResult};

use crate::settings::Loaded;
use crate::store::Store;

/// What a case came to.
pub(crate) struct Ran {
    pub(crate) partitions: Vec<Arc<PartitionSnapshot>>,
    /// Every final pane that was ever stored.
    pub(crate) final_panes: Vec<Arc<FinalPane>>,
    pub(crate) results: Vec<(String, Vec<WindowResult>)>,
    pub(crate) letters: u64,
    pub(crate) counts: Counts,
}

/// How often something happened in a case.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) crashes: u32,
    /// A partition came to another worker.
    pub(crate) moves: u32,
    /// A metric that lagged joined a partition.
    pub(crate) joins: u32,
    /// An accumulator was made whole.
    pub(crate) compacted: u32,
    /// A metric became another one over stored state.
    pub(crate) changes: u32,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.crashes += other.crashes;
        self.moves += other.moves;
        self.joins += other.joins;
        self.compacted += other.compacted;
        self.changes += other.changes;
    }
}

/// Reads what `store` holds at the end of a case.
pub(crate) fn finish(loaded: &Loaded, store: &Store, counts: Counts) -> Ran {
    let stored = store.load().expect("the store can be read").expect("a checkpoint");
    let decode =
        |bytes: &Vec<u8>| Arc::new(FinalPane::decode(bytes).expect("what was stored can be read"));
    let mut final_panes: Vec<_> = store.lock().final_panes.iter().map(decode).collect();
    // Those of earlier builds, and of windows that were taken out, are kept and are nobody's result.
    let metrics =
        || stored.partitions.iter().flat_map(|p| p.metrics.iter().map(|m| (p.partition, m)));
    let is_of_build = |pane: &Arc<FinalPane>| {
        let mut metrics = metrics();
        metrics.any(|(p, m)| {
            (p, &m.id, m.build) == (pane.partition, &pane.metric, pane.build)
                && m.windows.iter().any(|set| set.spec == pane.spec)
        })
    };
    final_panes.retain(is_of_build);
    let silent = stored.partitions.iter().filter(|p| p.state.max_event_time.is_none());
    let published = Published {
        partitions: stored.partitions.clone(),
        final_panes: final_panes.clone(),
        idle: silent.map(|p| p.partition).collect(),
        now: 0,
        history_keep: loaded.pipeline.history_keep,
        ..Published::default()
    };
    let zone = loaded.pipeline.event_time.zone;
    let results = Results::new(&loaded.plugins, &loaded.plan, zone);
    let of = |metric: &MetricResults<'_>| {
        assert_eq!(metric.trouble, None);
        (metric.plugin.settings().id.clone(), metric.results.clone())
    };
    let results = results.all(&published).iter().map(of).collect();
    let set_aside = stored.kept.iter().flat_map(|kept| kept.partitions.values());
    let of_kept: u64 = set_aside.map(|metric| metric.accounting.excluded).sum();
    let letters = stored.dead_letters - store.lock().letters_twice - of_kept;
    let first = |pane: Arc<FinalPane>| Arc::new(FinalPane { build: 0, ..FinalPane::clone(&pane) });
    let final_panes = final_panes.into_iter().map(first).collect();
    Ran { partitions: stored.partitions, final_panes, results, letters, counts }
}
