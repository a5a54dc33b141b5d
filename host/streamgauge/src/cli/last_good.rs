//! `streamgauge run --last-good`: the pipeline as it was taken over last, from what is kept beside the
//! state, where its file or a plugin is wrong or gone.

use std::path::Path;

use chrono::{DateTime, SecondsFormat};

use super::failure::Failure;
use crate::run::cause::Cause;
use crate::run::edition::{NotMade, load_kept, made_from};
use crate::run::prepare::Prepared;
use crate::run::reload::{not_in_force, of_faults};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_pipeline::{Diagnostics, Pipeline, config_option};

/// A pipeline from what is kept, and how the files stand to it.
pub(super) struct LastGood {
    pub(super) prepared: Prepared,
    /// What is wrong with the files, or that they are others; `None` means that they are the same.
    pub(super) differs: Option<Cause>,
}

/// The pipeline of the file at `path` as it was taken over last; `now` is the file as it is.
pub(super) fn load(
    path: &Path,
    now: Result<Prepared, Diagnostics>,
    change: impl FnOnce(&mut Pipeline),
) -> Result<LastGood, Failure> {
    let dir = match &now {
        Ok(now) => now.pipeline.state_dir.clone(),
        Err(_) => Pipeline::state_dir_of(path),
    };
    let (prepared, kept) = load_kept((&dir, None), path, change).map_err(not_made)?;
    let at = instant(kept.at);
    let differs = match now {
        Ok(now) if made_from(&now).is_same(&kept) => None,
        Ok(_) => {
            let words =
                format!("`--last-good` runs what was taken over at {at}, and the files are others");
            Some(not_in_force(&words, &path.display().to_string()))
        }
        Err(faults) => Some(of_faults(&faults)),
    };
    match &differs {
        None => tracing::info!("the files are those that were taken over last, at {at}"),
        Some(cause) => {
            tracing::warn!("the pipeline runs as it was taken over at {at}: {}", cause.message);
        }
    }
    Ok(LastGood { prepared, differs })
}

/// The failure with the advice that what was taken over last is kept, if it is.
pub(super) fn advised(path: &Path, mut failure: Failure) -> Failure {
    let dir = Pipeline::state_dir_of(path);
    let Ok(editions) = Editions::read(&dir) else { return failure };
    let current = editions.all().get(&editions.current());
    if let Some(kept) = current.and_then(|current| current.made_from.as_ref()) {
        let option = config_option(path);
        failure.message = format!(
            "{}\nhint: `streamgauge run --last-good{option}` runs the pipeline as it was taken over \
             last, at {}",
            failure.message,
            instant(kept.at)
        );
    }
    failure
}

pub(super) fn not_made(error: NotMade) -> Failure {
    match error {
        NotMade::State(error) => error.into(),
        NotMade::Wrong(faults) => (*faults).into(),
        NotMade::Nothing { .. } => Failure::failed(format!(
            "{error}\nhint: a start or a reload of this version keeps the pipeline file and the \
             plugins once its first checkpoint is stored"
        )),
        NotMade::Unread { .. } => Failure::failed(error),
    }
}

fn instant(at: i64) -> String {
    let at = DateTime::from_timestamp_millis(at).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
