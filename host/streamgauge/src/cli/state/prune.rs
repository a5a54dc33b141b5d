//! `streamgauge state prune`: what the limits of backups say is over, named first and removed with
//! `--yes`.

use std::fs;

use super::list::own_identity;
use crate::cli::failure::Failure;
use crate::cli::output::print_out;
use streamgauge_checkpoint::backups::{BackupFile, backups_in, leftovers, over};
use streamgauge_pipeline::{BackupSettings, Pipeline};

/// Whether what is over is removed or only named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prune {
    Name,
    Remove,
}

pub(super) fn prune(pipeline: &Pipeline, what: Prune) -> Result<(), Failure> {
    let Some(settings) = &pipeline.backups else {
        return print_out("nothing to remove: `backups` in [state.embedded] names no folder");
    };
    let Some(identity) = own_identity(pipeline) else {
        return Err(Failure::failed(format!(
            "which of the backups in {} are of this state is not known: {} has none\nhint: \
             `streamgauge state import BACKUP` brings one back",
            settings.dir.display(),
            pipeline.state_dir.display()
        )));
    };
    let found = found(settings, &identity).map_err(|error| {
        Failure::failed(format!("{} could not be read: {error}", settings.dir.display()))
    })?;
    if found.is_empty() {
        return print_out("nothing to remove");
    }
    let bytes: u64 = found.iter().map(|file| file.bytes).sum();
    let mut lines: Vec<String> = found.iter().map(|f| f.path.display().to_string()).collect();
    lines.push(match what {
        Prune::Name => format!("would be removed, {bytes} bytes; hint: `--yes` removes them"),
        Prune::Remove => format!("removed, {bytes} bytes"),
    });
    if what == Prune::Remove {
        for file in &found {
            fs::remove_file(&file.path).map_err(|error| {
                Failure::failed(format!("{} could not be removed: {error}", file.path.display()))
            })?;
        }
    }
    print_out(lines.join("\n"))
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
