//! The identity of a state, kept beside it for the state that comes after: where a state is dropped
//! or damaged, the next one in its folder is the same pipeline's, and its group knows it by the
//! mark. A state elsewhere, or of a pipeline with another name, gets another identity.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

const FILE: &str = "identity.json";

#[derive(Deserialize, PartialEq, Serialize)]
struct Kept {
    identity: String,
    /// The name of the pipeline.
    pipeline: String,
}

/// The identity that is kept in `dir` for the pipeline with this name.
pub fn kept(dir: &Path, pipeline: &str) -> Option<String> {
    let kept: Kept = serde_json::from_slice(&fs::read(dir.join(FILE)).ok()?).ok()?;
    (kept.pipeline == pipeline).then_some(kept.identity)
}

/// Keeps `identity` in `dir` for the pipeline with this name. A failure is no reason not to run.
pub fn keep(dir: &Path, identity: &str, pipeline: &str) {
    if kept(dir, pipeline).as_deref() == Some(identity) {
        return;
    }
    let kept = Kept { identity: identity.to_owned(), pipeline: pipeline.to_owned() };
    let text = serde_json::to_string(&kept).expect("texts are JSON");
    if let Err(error) = fs::write(dir.join(FILE), text) {
        tracing::debug!(%error, "the identity of the state could not be kept in {}", dir.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_kept_for_the_pipeline_of_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(kept(folder.path(), "shop"), None);
        keep(folder.path(), "5a5a", "shop");
        assert_eq!(kept(folder.path(), "shop").as_deref(), Some("5a5a"));
        assert_eq!(kept(folder.path(), "other"), None);
        keep(folder.path(), "6b6b", "other");
        assert_eq!(kept(folder.path(), "shop"), None);
        fs::write(folder.path().join(FILE), "{").expect("it can be written");
        assert_eq!(kept(folder.path(), "other"), None);
    }
}
