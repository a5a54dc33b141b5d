//! The builds of metrics that are shown until those in their places have caught up: what they are
//! made from is noted, so that they are shown after a restart too.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use streamgauge_checkpoint::editions::{Edition, MadeFrom, ShownBuild};
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_pipeline::MetricFingerprint;
use streamgauge_view::{Former, Formers};

use super::kept::{load_made, made_from};
use crate::run::current::results_of;
use crate::run::former::{ShownBefore, Was};
use crate::run::prepare::Prepared;

/// What `formers` are made from: as `own` edition knows it, or what that was taken over with before.
pub(super) fn of(own: &Edition, formers: &Formers) -> BTreeMap<String, ShownBuild> {
    let build = |(id, former): (&String, &Arc<Former>)| {
        let known = own.shown.get(id).filter(|known| known.fingerprint == former.fingerprint);
        let fingerprint = former.fingerprint.clone();
        let new = || Some(ShownBuild { fingerprint, made_from: own.made_from.clone()? });
        Some((id.clone(), known.cloned().or_else(new)?))
    };
    formers.iter().filter_map(build).collect()
}

/// The builds that `own` edition notes as shown, or that its pipeline before had in force, as
/// `checkpoint` keeps them, of metrics that `prepared` builds anew.
pub(super) fn remembered(
    (dir, own): (&Path, &Edition),
    prepared: &Prepared,
    checkpoint: &Checkpoint,
) -> ShownBefore {
    let mut found = ShownBefore::default();
    let before = own.made_from.as_ref().filter(|before| !before.is_same(&made_from(prepared)));
    let ids = prepared.plugins.iter().map(|plugin| &plugin.settings().id);
    for id in ids.filter(|id| checkpoint.kept.iter().any(|kept| kept.id == **id)) {
        let shown = own.shown.get(id);
        let Some(made_from) = shown.map(|shown| &shown.made_from).or(before) else { continue };
        let known = shown.map(|shown| shown.fingerprint.as_str());
        remember(dir, (id, known, made_from), (prepared, checkpoint), &mut found);
    }
    found
}

/// Takes in the build of metric `id` that was made from `made_from`; `known` is its fingerprint
/// where it is noted as one that is shown.
fn remember(
    dir: &Path,
    (id, known, made_from): (&str, Option<&str>, &MadeFrom),
    (prepared, checkpoint): (&Prepared, &Checkpoint),
    found: &mut ShownBefore,
) {
    let path = &prepared.pipeline.path;
    let made = load_made((dir, made_from), path, |pipeline| {
        pipeline.metrics.retain(|metric| metric.id == id);
    });
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            tracing::warn!("what metric `{id}` had counted is not shown meanwhile: {error}");
            return;
        }
    };
    let settings = made.state_settings();
    let own = settings.get(&MetricFingerprint::key(id)).map(String::as_str);
    let was = if known.is_some() { Was::Shown } else { Was::InForce };
    for reader in results_of(&made).metrics() {
        if let Some(fingerprint) = known.or(own) {
            found.take_in(reader, (fingerprint, was), checkpoint);
        }
    }
}
