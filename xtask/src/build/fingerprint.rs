//! One number for the names and contents of all files below a folder.
//!
//! Times of change are left out on purpose: a time says nothing after a checkout or a deletion.

use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

/// The number of a folder without the entries `excluded` directly below it. The number
/// is comparable only between programs of one build of this crate; at worst a build is needless.
pub(super) fn of(dir: &Path, excluded: &[&str]) -> io::Result<u64> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if !excluded.iter().any(|excluded| name == *excluded) {
            collect(path, &mut files)?;
        }
    }
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(dir).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(path: PathBuf, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.insert(path);
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_contents_and_deletions_count() {
        let dir = std::env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            fs::create_dir_all(dir.join("below"))
                .and_then(|()| fs::write(dir.join(path), text))
                .expect("the folder of temporary files is writable");
        };
        let number = || of(&dir, &["left-out"]).expect("it is readable");
        write("a", "one");
        let one = number();
        write("left-out", "whatever");
        assert_eq!(number(), one);
        write("below/b", "");
        let two = number();
        assert_ne!(two, one);
        write("a", "two");
        assert_ne!(number(), two);
        write("a", "one");
        assert_eq!(number(), two);
        fs::remove_file(dir.join("below/b")).expect("it is there");
        assert_eq!(number(), one);
        fs::remove_dir_all(&dir).expect("it is ours");
    }
}
