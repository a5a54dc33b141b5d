//! `backups` of `[state.embedded]`: copies of the state in another folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::context::Context;
use super::reader::{Problem, Table};
use super::source::path_in;
use super::values::{duration, size, whole};

const DAY: Duration = Duration::from_hours(24);

const MIB: u64 = 1 << 20;

/// The most bytes of all backups, where the pipeline names no number.
const BYTES_MAX: u64 = 10 << 30;

/// How many backups are kept, where the pipeline names no number.
const KEEP: u64 = 24;

/// The settings of `backups`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSettings {
    /// The folder of the backups, resolved against the pipeline file's folder.
    pub dir: PathBuf,
    /// The time from one backup to the next.
    pub every: Duration,
    /// The most backups of one state that are kept.
    pub keep: u32,
    /// The most bytes that the backups of one state have together.
    pub bytes_max: u64,
}

/// Reads the table of a pipeline whose state is in `state_dir`.
pub(super) fn read(
    mut table: Table<'_>,
    state_dir: &Path,
    context: &Context<'_>,
) -> Option<BackupSettings> {
    let dir = table.required("dir", "\"/mnt/backup/shop\"", |value| {
        let dir = path_in(&context.folder)(value)?;
        if dir == state_dir {
            return Err(Problem::new("must be another folder than that of the state")
                .hint("best on another disk: what happens to one then leaves the other"));
        }
        Ok(dir)
    });
    let every = duration("h", Duration::from_secs(1)..=30 * DAY);
    let every = table.or("every", Duration::from_hours(1), every);
    let keep = table.or("keep", KEEP, whole(1..=10_000)) as u32;
    let bytes_max = table.or("size_max", BYTES_MAX, size(MIB..=16 << 40));
    table.finish();
    Some(BackupSettings { dir: dir?, every, keep, bytes_max })
}
