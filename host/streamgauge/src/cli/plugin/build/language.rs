//! The language of the plugin in a folder, told by the files that the language's tools want.

use std::path::Path;

use super::built::Built;
use super::{javascript, python, rust};
use crate::cli::failure::Failure;

/// The files that tell, in words.
pub(super) const MARKS: &str = "Cargo.toml, pyproject.toml, metric.py or package.json";

/// A language with a compiler to components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Python,
    JavaScript,
}

impl Language {
    /// The language of the plugin in `folder`; `None` means that there is no plugin.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let marks = [
            ("Cargo.toml", Self::Rust),
            ("pyproject.toml", Self::Python),
            ("metric.py", Self::Python),
            ("package.json", Self::JavaScript),
        ];
        marks.iter().find(|(mark, _)| folder.join(mark).is_file()).map(|(_, language)| *language)
    }

    /// Compiles the plugin in `folder`; the compiler's own words go to the terminal.
    pub(super) fn compile(self, folder: &Path) -> Result<Built, Failure> {
        match self {
            Self::Rust => rust::compile(folder),
            Self::Python => python::compile(folder),
            Self::JavaScript => javascript::compile(folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_language_is_told_by_its_files() {
        let of = |files: &[&str]| {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            for file in files {
                fs::write(folder.path().join(file), "").expect("it is writable");
            }
            Language::of(folder.path())
        };
        assert_eq!(of(&["Cargo.toml", "package.json"]), Some(Language::Rust));
        assert_eq!(of(&["pyproject.toml", "metric.py"]), Some(Language::Python));
        assert_eq!(of(&["metric.py"]), Some(Language::Python));
        assert_eq!(of(&["package.json", "metric.js"]), Some(Language::JavaScript));
        assert_eq!(of(&["metric.wasm"]), None);
    }
}
