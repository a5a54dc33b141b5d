//! Settings as texts by their paths in the file.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

/// The texts so far; a setting is named by its path in the file.
pub(super) struct Texts<'a> {
    pub(super) texts: BTreeMap<String, String>,
    /// Paths of files are shown as they are written, relative to this folder.
    folder: &'a Path,
}

impl Texts<'_> {
    pub(super) fn set(&mut self, key: impl Into<String>, value: impl Display) {
        self.texts.insert(key.into(), value.to_string());
    }

    pub(super) fn set_path(&mut self, key: impl Into<String>, path: &Path) {
        let path = path.strip_prefix(self.folder).unwrap_or(path).display().to_string();
        self.set(key, path);
    }

    /// A setting that is not written has no text.
    pub(super) fn set_if(&mut self, key: impl Into<String>, value: Option<impl Display>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }
}

impl<'a> From<&'a Path> for Texts<'a> {
    /// No texts yet, of a file in this folder.
    fn from(folder: &'a Path) -> Self {
        Self { texts: BTreeMap::new(), folder }
    }
}
