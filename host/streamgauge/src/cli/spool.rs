//! Input that can be read once only, such as standard input or a pipe, as a file: a header is looked
//! at before records are read. The file is a temporary one and gone with the process's folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::failure::Failure;

/// True for the name of standard input.
pub(super) fn is_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The files made of such inputs; removed with this value.
#[derive(Default)]
pub(super) struct Spool {
    folder: Option<TempDir>,
    files: usize,
    has_read_input: bool,
}

impl Spool {
    /// The path of a file with what is at `path`: `path` itself, if that is a file.
    pub(super) fn seekable(&mut self, path: &Path) -> Result<PathBuf, Failure> {
        if is_input(path) {
            if self.has_read_input {
                return Err(Failure::usage("standard input can be read once only"));
            }
            self.has_read_input = true;
            return self.copy(&mut io::stdin().lock(), "standard input");
        }
        match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() => {
                let name = path.display().to_string();
                let mut pipe = File::open(path).map_err(|e| unreadable(&name, &e))?;
                self.copy(&mut pipe, &name)
            }
            // A missing file is told by the source, as any other.
            _ => Ok(path.to_owned()),
        }
    }

    fn copy(&mut self, input: &mut impl Read, name: &str) -> Result<PathBuf, Failure> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => tempfile::Builder::new()
                .prefix("streamgauge-input-")
                .tempdir()
                .map_err(|error| Failure::failed(format!("no temporary folder: {error}")))?,
        };
        let path = folder.path().join(self.files.to_string());
        self.files += 1;
        self.folder = Some(folder);
        let mut file = File::create(&path).map_err(|error| {
            Failure::failed(format!("a temporary file could not be made: {error}"))
        })?;
        io::copy(input, &mut file).map_err(|e| unreadable(name, &e))?;
        Ok(path)
    }
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::failed(format!(
        "{name} could not be read into a temporary file: {error}\n\
         hint: TMPDIR names the folder of temporary files"
    ))
}
