//! The product of a compiler, before the component is put into the plugin's folder.

use std::path::PathBuf;

use tempfile::TempDir;

/// A component as a compiler made it.
pub(super) struct Built {
    /// The path of the component.
    pub(super) artifact: PathBuf,
    /// The plugin's name, which names the copied file.
    pub(super) name: String,
    /// The temporary folder of the artifact, if there is one, kept until the artifact is copied.
    pub(super) _folder: Option<TempDir>,
}
