//! The text of a pipeline file and where each of its keys and values stands, so that checks that
//! come later (does the plugin exist, does the schema have its columns) can point at their cause.
//!
//! Invariant: the secrets in the kept text are masked; the places are places in the original text.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::secret::{mask, written_secrets};

/// The place of one setting, in bytes.
#[derive(Clone, Debug)]
struct Place {
    key: Range<usize>,
    value: Range<usize>,
}

/// A pipeline file as a text with places.
///
/// A setting is named by a path: `event_time.bound`, `metric[1].plugin` (counted from 0),
/// `source.kafka.librdkafka."sasl.password"` (quoted where TOML needs it).
#[derive(Clone, Debug)]
pub struct Document {
    path: PathBuf,
    text: String,
    places: BTreeMap<String, Place>,
    warnings: Vec<Diagnostic>,
}

impl Document {
    pub(super) fn new(path: &Path, text: &str, root: &DeTable<'_>) -> Self {
        let mut places = BTreeMap::new();
        collect(root, "", &mut places);
        let text = mask(text, &written_secrets(root));
        Self { path: path.to_owned(), text, places, warnings: Vec::new() }
    }

    pub(super) fn set_warnings(&mut self, warnings: Vec<Diagnostic>) {
        self.warnings = warnings;
    }

    /// The path of the file, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the file with its secrets masked.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a setting's value; a table's place is its header.
    pub fn span(&self, setting: &str) -> Option<Range<usize>> {
        self.places.get(setting).map(|place| place.value.clone())
    }

    /// The place of a setting's key.
    pub fn key_span(&self, setting: &str) -> Option<Range<usize>> {
        self.places.get(setting).map(|place| place.key.clone())
    }

    /// The place of a setting or, if the setting is not written, of the nearest table around it, or
    /// else the start of the file: a place to point at in any case.
    pub fn place(&self, setting: &str) -> Range<usize> {
        let around = |path: &str| {
            let rest = setting.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let nearest = self.places.iter().rfind(|(path, _)| around(path));
        nearest.map_or(0..0, |(_, place)| place.value.clone())
    }

    /// No findings yet, for further checks to add to.
    pub fn diagnostics(&self) -> Diagnostics {
        Diagnostics::new(&self.path, self.text.as_str())
    }

    /// The findings of reading that did not refuse the file.
    pub fn warnings(&self) -> Diagnostics {
        let mut warnings = self.diagnostics();
        warnings.extend(self.warnings.iter().cloned());
        warnings
    }
}

fn collect(table: &DeTable<'_>, parent: &str, places: &mut BTreeMap<String, Place>) {
    for (key, value) in table {
        let path = join(parent, key.get_ref());
        places.insert(path.clone(), Place { key: key.span(), value: value.span() });
        match value.get_ref() {
            DeValue::Table(inner) => collect(inner, &path, places),
            DeValue::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    let path = format!("{path}[{i}]");
                    places.insert(path.clone(), Place { key: item.span(), value: item.span() });
                    if let DeValue::Table(inner) = item.get_ref() {
                        collect(inner, &path, places);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The path of `key` in the table at `parent` (empty: the file itself).
pub fn join(parent: &str, key: &str) -> String {
    let key = quoted_if_needed(key);
    if parent.is_empty() { key } else { format!("{parent}.{key}") }
}

/// `key` as TOML writes it.
fn quoted_if_needed(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { format!("{key:?}") }
}
