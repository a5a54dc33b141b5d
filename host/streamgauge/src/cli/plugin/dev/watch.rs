//! The changed files of a plugin: its sources, not the files built from them.
//!
//! An event of the file system only says when to look: a change is a source with other content than
//! at the start of the last build. So what a build itself does, or a tool that looks around, is
//! none. Invariant: a change is told at most [`PATIENCE`] after it, whatever happens nearby.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::cli::failure::Failure;
use streamgauge_core::{Digest, digest_of};

/// Folders of build products and of tools.
const NOT_SOURCES: [&str; 8] =
    ["target", "node_modules", "vendor", "build", "dist", "__pycache__", ".venv", ".git"];

/// Editors save in several steps: a change is over when nothing happens for so long.
const QUIET: Duration = Duration::from_millis(150);

/// The longest wait for the end of a change.
const PATIENCE: Duration = Duration::from_secs(2);

/// A larger file, or one below more folders, is no source.
const FILE_BYTES_MAX: u64 = 16 << 20;
const DEPTH_MAX: usize = 12;

/// The content of each source; `None` means that it cannot be read.
type Sources = BTreeMap<PathBuf, Option<Digest>>;

/// Watches a plugin's folder and the pipeline that shows the plugin.
pub(super) struct Watch {
    watcher: RecommendedWatcher,
    changes: Receiver<notify::Result<Event>>,
    folder: PathBuf,
    pipeline: PathBuf,
    /// The sources as they were built.
    built: Sources,
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
        let built = Sources::new();
        let mut watch = Self { watcher, changes, folder, pipeline, built };
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

    /// Forgets the changes so far: the sources as they are now will be built.
    pub(super) fn forget(&mut self) {
        while self.changes.try_recv().is_ok() {}
        // A folder that is gone again is no reason to end.
        let _ = self.look();
        self.built = self.sources();
    }

    /// True if a source is another one than that which was built; returns once the change is over,
    /// or after [`PATIENCE`].
    pub(super) fn has_changed(&mut self) -> bool {
        let mut is_touched = false;
        while let Ok(event) = self.changes.try_recv() {
            is_touched |= self.matters(event);
        }
        if !is_touched {
            return false;
        }
        let begun = Instant::now();
        let mut last = begun;
        loop {
            let now = Instant::now();
            let quiet = QUIET.saturating_sub(now - last);
            let left = quiet.min(PATIENCE.saturating_sub(now - begun));
            if left.is_zero() {
                break;
            }
            if let Ok(event) = self.changes.recv_timeout(left)
                && self.matters(event)
            {
                last = Instant::now();
            }
        }
        self.sources() != self.built
    }

    fn matters(&self, event: notify::Result<Event>) -> bool {
        // An event that cannot be read counts as a change.
        let Ok(event) = event else { return true };
        let matters = !matches!(event.kind, EventKind::Access(_))
            && event.paths.iter().any(|path| is_source(path, &self.folder, &self.pipeline));
        if matters {
            tracing::debug!(?event, "a source was touched");
        }
        matters
    }

    fn sources(&self) -> Sources {
        let mut sources = Sources::new();
        self.gather(&self.folder, DEPTH_MAX, &mut sources);
        if self.pipeline.is_file() {
            sources.insert(self.pipeline.clone(), content(&self.pipeline));
        }
        sources
    }

    fn gather(&self, folder: &Path, depth: usize, sources: &mut Sources) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !is_source(&path, &self.folder, &self.pipeline) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth > 0 => self.gather(&path, depth - 1, sources),
                Ok(kind) if kind.is_dir() => {}
                _ => {
                    let content = content(&path);
                    sources.insert(path, content);
                }
            }
        }
    }
}

fn content(path: &Path) -> Option<Digest> {
    let is_small = fs::metadata(path).ok()?.len() <= FILE_BYTES_MAX;
    fs::read(path).ok().filter(|_| is_small).map(|bytes| digest_of(&bytes))
}

/// True if a change of `path` may change the page.
fn is_source(path: &Path, folder: &Path, pipeline: &Path) -> bool {
    if path == pipeline {
        return true;
    }
    let Ok(inside) = path.strip_prefix(folder) else { return false };
    if inside.as_os_str().is_empty() {
        return false;
    }
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
    use std::sync::atomic::{AtomicBool, Ordering};

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
            "/p",
        ] {
            assert!(!is(other), "{other}");
        }
    }

    /// A plugin's folder with a source, and a pipeline beside the folder.
    fn place() -> (tempfile::TempDir, PathBuf, Watch) {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = place.path().join("plugin");
        fs::create_dir_all(folder.join("src")).expect("it can be made");
        fs::write(folder.join("src/lib.rs"), "old").expect("it can be written");
        let mut watch = Watch::new(&folder, &place.path().join("p.toml")).expect("it is there");
        watch.forget();
        (place, folder, watch)
    }

    fn changes(watch: &mut Watch) {
        let start = Instant::now();
        while !watch.has_changed() {
            assert!(start.elapsed() < Duration::from_mins(1), "no change was told");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The first build was followed by a second one.
    #[test]
    fn what_a_build_does_is_no_change() {
        let (place, folder, mut watch) = place();
        for product in ["p.wasm", "Cargo.lock", "target/x", "src/__pycache__/y", ".hidden"] {
            let path = folder.join(product);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, "product").expect("it can be written");
        }
        // As cargo makes its folder.
        fs::create_dir(folder.join("targetk4wgLY")).expect("it can be made");
        fs::rename(folder.join("targetk4wgLY"), folder.join("target-2")).expect("it is ours");
        // Written again, as a formatter does, and looked at.
        fs::write(folder.join("src/lib.rs"), "old").expect("it can be written");
        fs::write(place.path().join("another.toml"), "neighbour").expect("it can be written");
        fs::set_permissions(&folder, fs::metadata(&folder).expect("it is there").permissions())
            .expect("it is ours");
        let start = Instant::now();
        while start.elapsed() < 3 * QUIET {
            assert!(!watch.has_changed());
        }
        fs::write(folder.join("src/lib.rs"), "new").expect("it can be written");
        changes(&mut watch);
    }

    /// Any event nearby delayed a change, without limit.
    #[test]
    fn noise_does_not_delay_a_change() {
        let (place, folder, mut watch) = place();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (neighbour, source) = (place.path().join("log"), folder.join("src/noise"));
                let begun = Instant::now();
                while !is_over.load(Ordering::Relaxed) && begun.elapsed() < Duration::from_mins(2) {
                    fs::write(&neighbour, "line").expect("it can be written");
                    fs::write(&source, "x").expect("it can be written");
                    std::thread::sleep(QUIET / 5);
                }
            });
            fs::write(folder.join("src/lib.rs"), "new").expect("it can be written");
            changes(&mut watch);
            is_over.store(true, Ordering::Relaxed);
        });
    }
}
