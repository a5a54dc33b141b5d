//! The watch of the pipeline file and the plugins' files, by looking at them: it works on every file
//! system and through every way of replacing a file (renamed over, a link that points elsewhere, a
//! mounted folder of settings), where notices of the system do not. A look asks for the files'
//! attributes; contents are read only where an attribute differs, and only another content counts.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use streamgauge_core::{Digest, digest_of};
use streamgauge_plugin::read_component;

/// What changes whenever somebody writes a file, or puts another in its place.
type Attributes = Option<(u64, u64, u64, i64, i64, i64, i64)>;

/// A file as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    attributes: Attributes,
    /// `None` means that there is no such file.
    content: Option<Digest>,
}

impl Look {
    /// The file at `path` as it is now. To be taken before the file is read for its content, so that
    /// what is written in between is noticed.
    pub fn at(path: &Path) -> Self {
        // The attributes first: a file that is written between the two looks as if it moved again.
        let attributes = attributes_of(path);
        Self { attributes, content: read_component(path).ok().map(|bytes| digest_of(&bytes)) }
    }

    /// The file at `path` as it was when `content` was read.
    fn when(path: &Path, content: Digest) -> Self {
        let now = Self::at(path);
        let is_it = now.content == Some(content);
        if is_it { now } else { Self { attributes: None, content: Some(content) } }
    }
}

/// The files as they were when they were last told.
pub(super) struct Watch {
    told: BTreeMap<PathBuf, Look>,
    /// The attributes at the last look, where they differ from what was told.
    moving: BTreeMap<PathBuf, Attributes>,
}

impl Watch {
    /// A watch of a pipeline file, which was read after `first` was taken.
    pub(super) fn new(path: &Path, first: Look) -> Self {
        Self { told: [(path.to_owned(), first)].into(), moving: BTreeMap::new() }
    }

    /// Watches the pipeline file and these plugins from now on; what is known of a file stays known.
    pub(super) fn follow<'a>(
        &mut self,
        pipeline: &Path,
        plugins: impl Iterator<Item = (&'a Path, Digest)>,
    ) {
        let mut told: BTreeMap<PathBuf, Look> =
            plugins.map(|(path, digest)| (path.to_owned(), Look::when(path, digest))).collect();
        let first = self.told.remove(pipeline).unwrap_or_else(|| Look::at(pipeline));
        told.insert(pipeline.to_owned(), first);
        self.told = told;
        self.moving.clear();
    }

    /// Takes what the files hold now for told: they are about to be read.
    pub(super) fn tell_all(&mut self) {
        self.told.iter_mut().for_each(|(path, told)| *told = Look::at(path));
        self.moving.clear();
    }

    /// True once the content of a file is another one than was told, and no file has moved since the
    /// look before: a file that is still being written is not read.
    pub(super) fn has_changed(&mut self) -> bool {
        let moved: BTreeMap<PathBuf, Attributes> = self
            .told
            .iter()
            .map(|(path, told)| (path, told.attributes, attributes_of(path)))
            .filter(|(_, told, now)| told != now)
            .map(|(path, _, now)| (path.clone(), now))
            .collect();
        if moved != self.moving {
            self.moving = moved;
            return false;
        }
        let mut has_changed = false;
        for path in std::mem::take(&mut self.moving).into_keys() {
            let now = Look::at(&path);
            let before = self.told.insert(path, now.clone());
            has_changed |= before.is_some_and(|before| before.content != now.content);
        }
        has_changed
    }
}

fn attributes_of(path: &Path) -> Attributes {
    let about = fs::metadata(path).ok()?;
    Some((
        about.dev(),
        about.ino(),
        about.size(),
        about.mtime(),
        about.mtime_nsec(),
        about.ctime(),
        about.ctime_nsec(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Digest {
        fs::write(path, text).expect("it can be written");
        digest_of(text.as_bytes())
    }

    #[test]
    fn another_content_is_told_once_and_only_when_it_stands_still() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("pipeline.toml"), folder.path().join("age.wasm"));
        write(&one, "a");
        let mut watch = Watch::new(&one, Look::at(&one));
        let digest = write(&two, "wasm");
        watch.follow(&one, [(two.as_path(), digest)].into_iter());
        assert!(!watch.has_changed() && !watch.has_changed());
        write(&one, "bb");
        assert!(!watch.has_changed(), "it may still be written");
        write(&one, "ccc");
        assert!(!watch.has_changed(), "and it was");
        assert!(watch.has_changed());
        assert!(!watch.has_changed() && !watch.has_changed(), "it was told");
        write(&one, "ccc");
        assert!(!watch.has_changed() && !watch.has_changed(), "the content is the same");
        fs::remove_file(&two).expect("it is ours");
        assert!(!watch.has_changed() && watch.has_changed(), "a file that is gone");
        write(&two, "new");
        assert!(!watch.has_changed() && watch.has_changed(), "a file that is back");
        let next = folder.path().join("next");
        write(&next, "ddd");
        fs::rename(&next, &one).expect("it is ours");
        assert!(!watch.has_changed() && watch.has_changed(), "another file in its place");
        write(&one, "eee");
        watch.tell_all();
        assert!(!watch.has_changed() && !watch.has_changed(), "it was about to be read");
    }

    #[test]
    fn what_is_written_while_a_file_is_read_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("pipeline.toml"), folder.path().join("age.wasm"));
        write(&one, "a");
        let (first, digest) = (Look::at(&one), write(&two, "old"));
        write(&two, "newer");
        let mut watch = Watch::new(&one, first.clone());
        watch.follow(&one, [(two.as_path(), digest)].into_iter());
        assert!(!watch.has_changed() && watch.has_changed(), "the plugin");
        write(&one, "b");
        let mut watch = Watch::new(&one, first);
        assert!(!watch.has_changed() && watch.has_changed(), "the pipeline");
    }

    #[test]
    fn a_plugin_that_is_taken_out_is_watched_no_longer() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("pipeline.toml"), folder.path().join("age.wasm"));
        write(&one, "a");
        let digest = write(&two, "wasm");
        let mut watch = Watch::new(&one, Look::at(&one));
        watch.follow(&one, [(two.as_path(), digest)].into_iter());
        write(&two, "more");
        watch.follow(&one, std::iter::empty());
        assert!(!watch.has_changed() && !watch.has_changed());
    }
}
