//! A new file, whole or not there.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use redb::{Builder, ConcurrencyMode, Database, DatabaseError, StorageError};

use super::tables::{Failed, Writing};
use crate::store::StateError;
use crate::store::guard::guard;

/// Name of the file in the state folder.
pub const FILE: &str = "streamgauge.redb";

/// redb's page cache; the state is small and read once.
const CACHE_BYTES: usize = 8 << 20;

/// Opens the file as every process does: one of them writes, and others may read beside it. On a
/// file system without locks of ranges, nobody reads while one process has the file open.
pub(super) fn open<T>(
    open: impl Fn(&Builder) -> Result<T, DatabaseError>,
) -> Result<T, DatabaseError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_concurrency_mode(ConcurrencyMode::SingleWriter);
    match open(&builder) {
        Err(DatabaseError::Storage(error)) if is_unsupported(&error) => {
            open(builder.set_concurrency_mode(ConcurrencyMode::ExclusiveWriter))
        }
        opened => opened,
    }
}

fn is_unsupported(error: &StorageError) -> bool {
    match error {
        StorageError::Unsupported => true,
        StorageError::Io(error) => error.kind() == ErrorKind::Unsupported,
        _ => false,
    }
}

/// Opens the file at `path` once for writing, which repairs what a crash left.
pub(super) fn repair(path: &Path) -> Result<(), StateError> {
    match guard(|| open(|builder| builder.open(path)).map(drop)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(DatabaseError::DatabaseAlreadyOpen)) => Err(StateError::InUse(path.to_owned())),
        Ok(Err(error)) => Err(Failed::from(error).into_error(path)),
        Err(panic) => Err(Failed::Broken(panic).into_error(path)),
    }
}

/// Makes an empty store at `path`.
pub(super) fn make(path: &Path) -> Result<(), StateError> {
    let made = guard(|| create(path)).unwrap_or_else(|panic| Err(Failed::Broken(panic)));
    made.map_err(|failed| failed.into_error(path))
}

/// Makes an empty store. The file is made aside and then renamed: a file that was being made when
/// the power was cut could not be opened.
fn create(path: &Path) -> Result<(), Failed> {
    let part = path.with_extension("redb.part");
    let failed = |error: std::io::Error| Failed::Store(error.to_string());
    if part.exists() {
        fs::remove_file(&part).map_err(failed)?;
    }
    let database = open(|builder| builder.create(&part))?;
    Writing::begin(&database)?.commit()?;
    drop(database);
    fs::rename(&part, path).map_err(failed)?;
    if let Some(folder) = path.parent().and_then(|folder| fs::File::open(folder).ok()) {
        folder.sync_all().map_err(failed)?;
    }
    Ok(())
}
