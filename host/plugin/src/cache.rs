//! Compiled code kept between starts, by the digest of the component and the version and settings
//! of the engine.
//!
//! Compiled code runs outside of the sandbox, so it is read from a folder only that nobody but this
//! user can write, and never from a file that somebody names.

use std::env;
use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use streamgauge_core::Digest;
use wasmtime::{Cache, CacheConfig, Engine};

/// The variable that names another folder than the user's cache; an empty value means that nothing
/// is kept.
const VARIABLE: &str = "STREAMGAUGE_CACHE";

/// The folder below the cache with a mark for each component that was compiled within its limits.
const MARKS: &str = "compiled";

/// The cache and its folder; `None` means that there can be none, so plugins are compiled at every
/// start.
pub(super) fn open() -> Option<(Cache, PathBuf)> {
    let folder = folder(env::var_os)?;
    match private(&folder).map_err(|error| error.to_string()).and_then(|()| at(&folder)) {
        Ok(cache) => Some((cache, folder)),
        Err(reason) => {
            tracing::warn!(
                folder = %folder.display(),
                "compiled plugins are not kept: {reason}; hint: {VARIABLE} names another folder, or none if empty"
            );
            None
        }
    }
}

/// A cache in `folder`, which is private.
pub(super) fn at(folder: &Path) -> Result<Cache, String> {
    let mut config = CacheConfig::new();
    config.with_directory(folder);
    Cache::new(config).map_err(|error| error.root_cause().to_string())
}

fn folder(variable: impl Fn(&'static str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    if let Some(chosen) = variable(VARIABLE) {
        return (!chosen.is_empty())
            .then(|| chosen.into())
            .and_then(|p: PathBuf| std::path::absolute(p).ok());
    }
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let base = variable("XDG_CACHE_HOME").map(PathBuf::from).and_then(absolute);
    let home = || variable("HOME").map(PathBuf::from).and_then(absolute).map(|h| h.join(".cache"));
    Some(base.or_else(home)?.join("streamgauge"))
}

/// Makes `folder` where it is missing, and checks that the folder belongs to this user alone.
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let about = fs::symlink_metadata(folder)?;
    // A file that is made now belongs to whom this process runs as.
    let own = tempfile::tempfile_in(folder)?.metadata()?.uid();
    if !about.is_dir() || about.uid() != own || about.mode() & 0o077 != 0 {
        return Err(io::Error::other("others may write or read it; `chmod 700` makes it private"));
    }
    Ok(())
}

/// The mark of the component with this digest, for engines of this kind.
pub(super) fn mark(folder: &Path, digest: Digest, engine: &Engine) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    folder.join(MARKS).join(format!("{digest}-{:016x}.ok", hasher.finish()))
}

/// Keeps `mark`; one that cannot be kept is missed at the next start only.
pub(super) fn keep(mark: &Path) {
    let made = mark.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(mark, ""));
    if let Err(error) = made {
        tracing::debug!(mark = %mark.display(), "not kept: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_lies_in_the_users_cache_unless_said_otherwise() {
        let with = |pairs: &[(&str, &str)]| {
            folder(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, v)| v.into()))
        };
        assert_eq!(with(&[("HOME", "/h")]), Some("/h/.cache/streamgauge".into()));
        let both = [("HOME", "/h"), ("XDG_CACHE_HOME", "/c")];
        assert_eq!(with(&both), Some("/c/streamgauge".into()));
        assert_eq!(with(&[(VARIABLE, "/own"), both[0]]), Some("/own".into()));
        assert_eq!(with(&[(VARIABLE, ""), both[0]]), None);
        assert_eq!(with(&[("XDG_CACHE_HOME", "relative")]), None);
        let relative = [("XDG_CACHE_HOME", "relative"), both[0]];
        assert_eq!(with(&relative), Some("/h/.cache/streamgauge".into()), "the next one counts");
        assert_eq!(with(&[("HOME", "h")]), None);
        assert_eq!(with(&[]), None);
        let own = with(&[(VARIABLE, "own")]).expect("it is named");
        assert!(own.is_absolute() && own.ends_with("own"), "{}", own.display());
    }

    #[test]
    fn a_folder_that_others_can_reach_is_not_used() {
        let place = tempfile::tempdir().expect("temporary folders can be made");
        let folder = place.path().join("a/b");
        private(&folder).expect("a new one is private");
        let mode = |folder: &Path| fs::metadata(folder).expect("it is there").mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).expect("it is ours");
        assert!(private(&folder).is_err());
        let link = place.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).expect("links can be made");
        assert!(private(&link).is_err());
    }
}
