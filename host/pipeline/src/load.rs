//! From a file to a [`Pipeline`]: bytes, text, TOML, settings; at each step either on, or all that
//! is wrong so far.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::context::{Context, Environment};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::document::Document;
use super::pipeline::Pipeline;
use super::reader::Table;
use super::secret::mask_lines;
use super::settings::{self, STATE_DIR};
use super::syntax::not_toml;

/// The largest pipeline file, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

impl Pipeline {
    /// Reads and checks the pipeline file at `path`, with this process's environment.
    ///
    /// # Errors
    /// All faults of the file, each with its place.
    pub fn load(path: &Path) -> Result<(Self, Document), Diagnostics> {
        Self::load_with(path, &|name| std::env::var(name).ok())
    }

    /// Reads and checks the pipeline file at `path` as [`Self::load`] does, with another
    /// environment: where the source is replaced anyway, the source's secrets need not be there.
    ///
    /// # Errors
    /// All faults of the file, each with its place.
    pub fn load_with(
        path: &Path,
        environment: Environment<'_>,
    ) -> Result<(Self, Document), Diagnostics> {
        Self::parse_with(&Self::text(path)?, path, environment)
    }

    /// The text of the pipeline file at `path`, secrets included.
    ///
    /// # Errors
    /// There is no such file, or its content is no text.
    pub fn text(path: &Path) -> Result<String, Diagnostics> {
        let bytes = read(path).map_err(|diagnostic| alone(path, "", diagnostic))?;
        String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))
    }

    /// The state folder of the pipeline file at `path`, as far as that can be told of a file that is
    /// wrong or gone: where it names none, the one that is meant by saying nothing.
    pub fn state_dir_of(path: &Path) -> PathBuf {
        let folder = path.parent().unwrap_or(Path::new(""));
        let text = Self::text(path).unwrap_or_default();
        let (root, _) = DeTable::parse_recoverable(&text);
        let embedded =
            root.get_ref().get("state").and_then(|state| state.get_ref().get("embedded"));
        let dir = embedded.and_then(|embedded| embedded.get_ref().get("dir"));
        let dir = dir.and_then(|dir| dir.get_ref().as_str()).filter(|dir| !dir.is_empty());
        folder.join(dir.unwrap_or(STATE_DIR))
    }

    /// Checks the text of a pipeline file at `path`, with this process's environment. Relative
    /// paths in the text start at the folder of `path`.
    ///
    /// # Errors
    /// All faults of the text, each with its place.
    pub fn parse(text: &str, path: &Path) -> Result<(Self, Document), Diagnostics> {
        Self::parse_with(text, path, &|name| std::env::var(name).ok())
    }

    /// Checks the text of a pipeline file at `path` as [`Self::parse`] does, with another
    /// environment.
    ///
    /// # Errors
    /// All faults of the text, each with its place.
    pub fn parse_with(
        text: &str,
        path: &Path,
        environment: Environment<'_>,
    ) -> Result<(Self, Document), Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(not_toml(path, text, &errors));
        }
        let mut document = Document::new(path, text, root.get_ref());
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let path = path.to_owned();
        let sink = RefCell::new(Vec::new());
        let table = Table::root(root.get_ref(), &sink);
        let pipeline = settings::read_pipeline(table, &Context { path, folder, environment });
        let mut found = document.diagnostics();
        found.extend(sink.into_inner());
        match pipeline {
            Some(pipeline) if !found.has_errors() => {
                document.set_warnings(found.iter().cloned().collect());
                Ok((pipeline, document))
            }
            _ => Err(found),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let hint = "run in the folder that has it, or name it with `--config PATH`";
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Diagnostic::error("the pipeline file was not found").help(hint))
        }
        Err(error) => {
            Err(Diagnostic::error(format!("the pipeline file could not be read: {error}"))
                .help(hint))
        }
        Ok(_) if bytes.len() as u64 > FILE_BYTES_MAX => {
            let message = format!("the pipeline file is larger than {FILE_BYTES_MAX} bytes");
            Err(Diagnostic::error(message).help("is it another file? name it with `--config PATH`"))
        }
        Ok(_) => Ok(bytes),
    }
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Diagnostics {
    // Valid text keeps its positions; the first invalid byte becomes a replacement character.
    let text = mask_lines(&String::from_utf8_lossy(error.as_bytes()));
    let start = error.utf8_error().valid_up_to();
    let diagnostic = Diagnostic::error("the pipeline file is not UTF-8")
        .at(start..start + '\u{fffd}'.len_utf8())
        .label("the first byte that is not")
        .help("save it as UTF-8, or name another file with `--config PATH`");
    alone(path, &text, diagnostic)
}

fn alone(path: &Path, text: &str, diagnostic: Diagnostic) -> Diagnostics {
    let mut diagnostics = Diagnostics::new(path, text);
    diagnostics.push(diagnostic);
    diagnostics
}
