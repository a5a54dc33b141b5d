//! The changed files of a plugin: its sources, not the files built from them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::cli::failure::Failure;

/// Folders of build products and of tools.
const NOT_SOURCES: [&str; 8] =
    ["target", "node_modules", "vendor", "build", "dist", "__pycache__", ".venv", ".git"];

/// Editors save in several steps: a change is over when nothing happens for so long.
const QUIET: Duration = Duration::from_millis(150);

/// Watches a plugin's folder and the pipeline that shows the plugin.
pub(super) struct Watch {
    watcher: RecommendedWatcher,
    changes: Receiver<notify::Result<Event>>,
    folder: PathBuf,
    pipeline: PathBuf,
}

impl Watch {
    pub(super) fn new(folder: &Path, pipeline: &Path) -> Result<Self, Failure> {
        let refused = |error: &dyn std::fmt::Display| {
            Failure::usage(format!("folder {} cannot be watched: {error}", folder.display()))
        };
        let folder = folder.canonicalize().map_err(|error| refused(&error))?;
        let (sender, changes) = channel();
        let watcher = notify::recommended_watcher(sender).map_err(|error| refused(&error))?;
        let pipeline = std::path::absolute(pipeline).map_err(|error| refused(&error))?;
        let mut watch = Self { watcher, changes, folder, pipeline };
        watch.look().map_err(|error| refused(&error))?;
        Ok(watch)
    }

    /// Watches what is there now: folders may be new.
    fn look(&mut self) -> notify::Result<()> {
        self.watcher.watch(&self.folder, RecursiveMode::NonRecursive)?;
        for entry in std::fs::read_dir(&self.folder)?.flatten() {
            if entry.path().is_dir() && !is_left_out(&entry.file_name()) {
                self.watcher.watch(&entry.path(), RecursiveMode::Recursive)?;
            }
        }
        // The file itself may be replaced by another one, so the folder of the file is watched.
        match self.pipeline.parent() {
            Some(around) if around.is_dir() => {
                self.watcher.watch(around, RecursiveMode::NonRecursive)
            }
            _ => Ok(()),
        }
    }

    /// Forgets the changes so far.
    pub(super) fn forget(&mut self) {
        while self.changes.try_recv().is_ok() {}
        // A folder that is gone again is no reason to end.
        let _ = self.look();
    }

    /// True if there were changes; returns once the changes are over.
    pub(super) fn has_changed(&mut self) -> bool {
        let mut changed = false;
        while let Ok(event) = self.changes.try_recv() {
            changed |= self.matters(event);
        }
        while changed && self.changes.recv_timeout(QUIET).is_ok() {}
        changed
    }

    fn matters(&self, event: notify::Result<Event>) -> bool {
        // An event that cannot be read counts as a change.
        let Ok(event) = event else { return true };
        !matches!(event.kind, EventKind::Access(_))
            && event.paths.iter().any(|path| is_source(path, &self.folder, &self.pipeline))
    }
}

/// True if a change of `path` may change the page.
fn is_source(path: &Path, folder: &Path, pipeline: &Path) -> bool {
    if path == pipeline {
        return true;
    }
    let Ok(inside) = path.strip_prefix(folder) else { return false };
    let product = ["wasm", "part", "lock", "pyc"];
    let is_product = inside.extension().is_some_and(|end| product.iter().any(|p| end == *p));
    let name = inside.file_name().unwrap_or_default().to_string_lossy();
    let is_scratch = name.starts_with('.') || name.ends_with('~');
    !is_product && !is_scratch && !inside.iter().any(is_left_out)
}

fn is_left_out(name: &OsStr) -> bool {
    NOT_SOURCES.iter().any(|left_out| name == *left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_matter() {
        let is = |path: &str| is_source(Path::new(path), Path::new("/p"), Path::new("/q/p.toml"));
        for source in
            ["/p/src/lib.rs", "/p/Cargo.toml", "/p/cases.toml", "/p/metric.py", "/q/p.toml"]
        {
            assert!(is(source), "{source}");
        }
        for other in [
            "/p/target/x.rs",
            "/p/p.wasm",
            "/p/p.wasm.part",
            "/p/src/.lib.rs.swp",
            "/p/src/lib.rs~",
            "/p/node_modules/a/b.js",
            "/p/Cargo.lock",
            "/q/other.toml",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
