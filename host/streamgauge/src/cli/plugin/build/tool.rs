//! The compilers of plugins: their places, and the remedy where one is missing.

use std::env;
use std::path::{self, Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::cli::failure::Failure;

/// A program that the plugin's own folder may have, else `PATH`.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// The folder of the program below the plugin's folder.
    pub(super) place: &'static str,
    /// The command, run in the plugin's folder, that installs the program.
    pub(super) install: &'static str,
}

impl Tool {
    /// Finds the program in the plugin's folder or in `PATH`.
    pub(super) fn find(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let own = absolute(&folder.join(self.place).join(self.name))?;
        if own.is_file() {
            return Ok(own);
        }
        on_path(self.name).ok_or_else(|| {
            Failure::failed(format!(
                "`{}` is neither in {} of the plugin's folder nor in PATH\nhint: cd {} && {}",
                self.name,
                self.place,
                folder.display(),
                self.install
            ))
        })
    }
}

/// The program `name` in a folder of `PATH`.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Runs a compiler in the foreground.
pub(super) fn run(command: &mut Command) -> Result<(), Failure> {
    let tool = command.get_program().to_string_lossy().into_owned();
    // The compiler's output is no answer of this program, whose output is the component's path; and
    // a backtrace into the compiler helps no author.
    let status = command
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::from(std::io::stderr()))
        .status()
        .map_err(|error| Failure::failed(format!("`{tool}` could not be started: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::failed("the plugin does not compile\nhint: the compiler's words stand above"))
}

/// A part of the plugin's `vendor/`, wherever links lead.
pub(super) fn vendored(folder: &Path, part: &str, lang: &str) -> Result<PathBuf, Failure> {
    let path = folder.join("vendor").join(part);
    path.canonicalize().map_err(|error| {
        Failure::failed(format!(
            "{} could not be read: {error}\n\
             hint: `streamgauge plugin new NAME --lang {lang}` makes a folder that has it",
            path.display()
        ))
    })
}

/// A folder for what a compiler makes.
pub(super) fn scratch() -> Result<TempDir, Failure> {
    let made = tempfile::Builder::new().prefix("streamgauge-build-").tempdir();
    made.map_err(|error| Failure::failed(format!("a temporary folder could not be made: {error}")))
}

pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path::absolute(path)
        .map_err(|error| Failure::failed(format!("{} could not be found: {error}", path.display())))
}

/// The name in a manifest, or else the name of the folder.
pub(super) fn name_or_folder(name: Option<&str>, folder: &Path) -> String {
    let of_folder = || {
        let folder = folder.canonicalize().unwrap_or_default();
        folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    };
    // A name such as `@scope/name` is no path to elsewhere.
    let last = name.and_then(|name| Path::new(name).file_name());
    last.map_or_else(of_folder, |name| name.to_string_lossy().into_owned())
}
