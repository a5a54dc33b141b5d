//! Making one backup: the state into a file beside it, that file into the other folder, and what is
//! over out of it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Utc;

use super::folder::{BackupFile, backups_in, leftovers, name, over, unfinished};
use super::{BackupError, Backups};
use crate::store::ExportError;

/// Who may read a backup: its owner.
const MODE: u32 = 0o600;

/// How much is copied at once.
const CHUNK_BYTES: usize = 256 << 10;

/// The name of the file beside the state, which loses its name as soon as it is made.
const STAGED: &str = "backup.part";

impl Backups {
    /// Makes a backup; `None` means that there is no checkpoint yet.
    pub(super) fn make(&self, stop: &AtomicBool) -> Result<Option<BackupFile>, BackupError> {
        let Some(reader) = self.board.reader() else { return Ok(None) };
        let folder = reader.path().parent().unwrap_or(Path::new("."));
        let beside = folder.join(STAGED);
        let at_beside = |error| BackupError::Write { path: beside.clone(), error };
        let mut staged = stage(&beside).map_err(at_beside)?;
        let mut out = BufWriter::new(&staged);
        let exported = match reader.export(&mut out) {
            Ok(None) => return Ok(None),
            Ok(Some(exported)) => exported,
            Err(ExportError::State(error)) => return Err(error.into()),
            Err(ExportError::Write(error)) => return Err(at_beside(error)),
        };
        out.flush().map_err(at_beside)?;
        drop(out);
        staged.rewind().map_err(at_beside)?;
        let dir = &self.settings.dir;
        let at_dir = |error| BackupError::Write { path: dir.clone(), error };
        make_folder(dir).map_err(at_dir)?;
        let left = leftovers(dir).map_err(at_dir)?.into_iter();
        remove(&left.filter(|left| left.is_of(&exported.identity)).collect::<Vec<_>>())?;
        self.make_room(&exported.identity, exported.bytes)?;
        let at = Utc::now().timestamp_millis();
        let path = dir.join(name(&exported.identity, at));
        let part = unfinished(&path);
        let copied = copy(&mut staged, &part, stop);
        let copied = copied.and_then(|()| fs::rename(&part, &path)).map_err(|error| {
            // Nobody needs half of a backup; one that cannot be removed is removed with the next.
            let _ = fs::remove_file(&part);
            match error.kind() {
                ErrorKind::Interrupted => BackupError::Stopped,
                _ => BackupError::Write { path: path.clone(), error },
            }
        });
        copied?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(at_dir)?;
        self.remove_over(&exported.identity)?;
        let found = backups_in(dir).map_err(at_dir)?.into_iter().find(|made| made.path == path);
        found.map(Some).ok_or_else(|| at_dir(ErrorKind::NotFound.into()))
    }

    /// Removes the oldest backups until there is room for one of `bytes`. The newest one stays.
    fn make_room(&self, identity: &str, bytes: u64) -> Result<(), BackupError> {
        let bytes_max = self.settings.bytes_max;
        let own = self.own(identity)?;
        let newest = own.last().map_or(0, |newest| newest.bytes);
        if newest.saturating_add(bytes) > bytes_max {
            return Err(BackupError::NoRoom { bytes, newest, bytes_max });
        }
        remove(over(&own, usize::MAX, bytes_max - bytes))
    }

    fn remove_over(&self, identity: &str) -> Result<(), BackupError> {
        let own = self.own(identity)?;
        remove(over(&own, self.settings.keep as usize, self.settings.bytes_max))
    }

    /// The backups of this state, the oldest first.
    fn own(&self, identity: &str) -> Result<Vec<BackupFile>, BackupError> {
        let dir = &self.settings.dir;
        let found = backups_in(dir);
        let found = found.map_err(|error| BackupError::Write { path: dir.clone(), error })?;
        Ok(found.into_iter().filter(|file| file.is_of(identity)).collect())
    }
}

fn remove(files: &[BackupFile]) -> Result<(), BackupError> {
    let remove = |file: &BackupFile| {
        let removed = fs::remove_file(&file.path);
        removed.map_err(|error| BackupError::Write { path: file.path.clone(), error })
    };
    files.iter().try_for_each(remove)
}

/// A new file at `path` without a name: a crash leaves nothing of it.
fn stage(path: &Path) -> io::Result<File> {
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).mode(MODE).open(path)?;
    fs::remove_file(path)?;
    Ok(file)
}

/// Makes the folder, but not the one that it is in: where a disk is not mounted, nothing is written
/// in its place.
fn make_folder(dir: &PathBuf) -> io::Result<()> {
    match fs::create_dir(dir) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Writes the file `to`, whole and on the disk; [`ErrorKind::Interrupted`] means that the run ends.
fn copy(from: &mut File, to: &Path, stop: &AtomicBool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut out = options.write(true).create_new(true).mode(MODE).open(to)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(ErrorKind::Interrupted.into());
        }
        match from.read(&mut chunk)? {
            0 => return out.sync_all(),
            count => out.write_all(&chunk[..count])?,
        }
    }
}
