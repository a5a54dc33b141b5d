//! The lines of the log that begin and end the story of a run; what happens in between is told
//! where it happens.

use std::path::Path;

use chrono::Utc;

use super::inspect::instant;
use super::version::VERSION;
use crate::run::status::RunStatus;
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_pipeline::Pipeline;
use streamgauge_view::document;

/// Tells the version, the pipeline and its source.
pub(super) fn started(pipeline: &Pipeline, config: &Path) {
    tracing::info!(
        "streamgauge {VERSION} starts pipeline `{}` of {}: source {} `{}`, process {}",
        pipeline.name,
        config.display(),
        pipeline.source.kind(),
        pipeline.source.name(),
        std::process::id()
    );
}

/// The state that the run resumes from, or that there is none.
pub(super) fn restored(pipeline: &Pipeline, checkpoint: Option<&Checkpoint>) {
    let dir = pipeline.state_dir.display();
    let Some(checkpoint) = checkpoint else {
        tracing::info!("no state in {dir} yet; reading begins where `start` says");
        return;
    };
    let books = document::accounting(&checkpoint.partitions);
    let stored =
        checkpoint.stored_at.map_or("an unknown time".to_owned(), |at| instant(pipeline, at));
    tracing::info!(
        "state restored from {dir}: checkpoint of {stored}, {} partitions, read {} so far",
        checkpoint.partitions.len(),
        books.read
    );
}

/// Tells the totals of a run that is over.
pub(super) fn stopped(pipeline: &Pipeline, run_status: &RunStatus) {
    let books = document::accounting(&run_status.overview().partitions);
    let stored = run_status.checkpoints.read();
    let at = stored.at.map_or("never stored".to_owned(), |at| {
        let seconds = Utc::now().timestamp_millis().saturating_sub(at) as f64 / 1000.0;
        format!("stored {} ({seconds:.1} s ago)", instant(pipeline, at))
    });
    tracing::info!(
        "stopped: read {} = on time {} + late {} + rejected {}; dead letters written {}; state {at}",
        books.read,
        books.on_time,
        books.late,
        books.rejected(),
        stored.dead_letters
    );
}
