//! From a file to a [`Pipeline`]: bytes, text, TOML, settings; at each step either on, or all that
//! is wrong so far.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use toml::de::DeTable;

use super::context::{Context, Environment};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::document::Document;
use super::pipeline::Pipeline;
use super::reader::Table;
use super::secret::mask_lines;
use super::settings;
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
        let bytes = read(path).map_err(|diagnostic| alone(path, "", diagnostic))?;
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))?;
        Self::parse_with(&text, path, environment)
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
