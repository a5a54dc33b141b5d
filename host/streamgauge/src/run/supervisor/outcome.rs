//! What ends a run, in words: a worker's end, a topic made anew, and other failures.

use std::thread::ScopedJoinHandle;

use streamgauge_engine::Finished;
use streamgauge_source::SourceError;

/// What an attempt to read came to.
pub(super) enum Attempt {
    /// The run is over.
    Finished(Finished),
    /// The source is to be opened again: there are more partitions, the log moved, or a changed
    /// pipeline waits.
    Reopen,
}

pub(super) fn made_anew() -> SourceError {
    let message = "the topic was made anew while it was read, so what was read since the last \
                   checkpoint is dropped";
    SourceError::Moved { message: message.to_owned() }
}

pub(super) fn joined(
    worker: ScopedJoinHandle<'_, Result<Finished, SourceError>>,
) -> Result<Finished, SourceError> {
    match worker.join() {
        Ok(ended) => ended,
        Err(_) => Err(failed("a worker panicked".into())),
    }
}

pub(super) fn failed(message: String) -> SourceError {
    SourceError::Failed { message }
}
