//! `streamgauge state prune`: what the limits of backups say is over, editions that are not current,
//! states of metrics that were removed or changed, and kept files that none needs, named first and
//! removed with `--yes`.

mod metrics;

use std::fs;
use std::path::{Path, PathBuf};

use super::list::own_identity;
use crate::cli::failure::Failure;
use crate::cli::output::print_out;
use streamgauge_checkpoint::backups::{BackupFile, backups_in, leftovers, over};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::EmbeddedStore;
use streamgauge_pipeline::{BackupSettings, Pipeline};

/// Whether what is over is removed or only named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prune {
    Name,
    Remove,
}

pub(super) fn prune(pipeline: &Pipeline, what: Prune) -> Result<(), Failure> {
    let mut editions = Editions::read(&pipeline.state_dir)?;
    let is_used =
        |number: &u32| *number == editions.current() || Some(*number) == editions.building();
    let old: Vec<u32> = editions.all().keys().copied().filter(|number| !is_used(number)).collect();
    let mut lines: Vec<String> = old
        .iter()
        .map(|number| format!("edition {number}, {}", editions.folder(*number).display()))
        .collect();
    let unused = metrics::unused_states(&pipeline.path, &editions)?;
    lines.extend(unused.iter().map(metrics::line));
    if what == Prune::Remove {
        metrics::remove(&unused, &editions)?;
        for number in old {
            if EmbeddedStore::exists(&editions.folder(number)) {
                EmbeddedStore::reset(&editions.folder(number))?;
            }
            editions.drop_edition(number)?;
        }
    }
    let failed = |path: &Path, error| {
        Failure::failed(format!("{} could not be read: {error}", path.display()))
    };
    let unneeded = editions.unneeded().map_err(|error| failed(&pipeline.state_dir, error))?;
    let backups = match backups(pipeline) {
        Ok(backups) => backups,
        Err(failure) if lines.is_empty() && unneeded.is_empty() => return Err(failure),
        // What else there is to remove does not depend on backups.
        Err(_) => Vec::new(),
    };
    let backups = backups.into_iter().map(|file| (file.path, file.bytes));
    let files: Vec<(PathBuf, u64)> = backups.chain(unneeded).collect();
    if files.is_empty() && lines.is_empty() {
        return print_out(match &pipeline.backups {
            Some(_) => "nothing to remove",
            None => "nothing to remove: `backups` in [state.embedded] names no folder",
        });
    }
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    lines.extend(files.iter().map(|(path, _)| path.display().to_string()));
    lines.push(match what {
        Prune::Name => format!("would be removed, {bytes} bytes; hint: `--yes` removes them"),
        Prune::Remove => format!("removed, {bytes} bytes"),
    });
    if what == Prune::Remove {
        for (path, _) in &files {
            fs::remove_file(path).map_err(|error| {
                Failure::failed(format!("{} could not be removed: {error}", path.display()))
            })?;
        }
    }
    print_out(lines.join("\n"))
}

/// The backups that are over; none where none are made.
fn backups(pipeline: &Pipeline) -> Result<Vec<BackupFile>, Failure> {
    let Some(settings) = &pipeline.backups else { return Ok(Vec::new()) };
    let Some(identity) = own_identity(pipeline) else {
        return Err(Failure::failed(format!(
            "which of the backups in {} are of this state is not known: {} has none\nhint: \
             `streamgauge state import BACKUP` brings one back",
            settings.dir.display(),
            pipeline.state_dir.display()
        )));
    };
    found(settings, &identity).map_err(|error| {
        Failure::failed(format!("{} could not be read: {error}", settings.dir.display()))
    })
}

/// What is over: the oldest backups beyond the limits, and what a crash left of one. The run writes
/// one at a time, and removes what it left before itself, so a file that is being written is newer
/// than every whole one.
fn found(settings: &BackupSettings, identity: &str) -> std::io::Result<Vec<BackupFile>> {
    let own = |files: Vec<BackupFile>| -> Vec<BackupFile> {
        files.into_iter().filter(|file| file.is_of(identity)).collect()
    };
    let whole = own(backups_in(&settings.dir)?);
    let newest = whole.last().map(|newest| newest.at);
    let left = own(leftovers(&settings.dir)?).into_iter().filter(|left| Some(left.at) < newest);
    let over = over(&whole, settings.keep as usize, settings.bytes_max);
    Ok(over.iter().cloned().chain(left).collect())
}
