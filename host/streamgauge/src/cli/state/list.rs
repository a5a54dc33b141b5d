//! `streamgauge state list`: the checkpoints of the state and its backups, each with what it covers
//! and its damage.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::editions;
use crate::cli::failure::Failure;
use crate::cli::inspect::instant;
use crate::cli::output::print_out;
use crate::cli::stored;
use crate::run::identity;
use streamgauge_checkpoint::backups::{BackupFile, backups_in};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::store::{
    Covers, ExportReadError, ExportReader, Generation, StateError, StateReader,
};
use streamgauge_core::rfc3339;
use streamgauge_pipeline::Pipeline;

/// A backup with what is in it.
struct Backup {
    file: BackupFile,
    is_own: bool,
    covers: Result<Covers, ExportReadError>,
}

pub(super) fn list(pipeline: &Pipeline, as_json: bool) -> Result<(), Failure> {
    let editions = editions::editions(pipeline)?;
    let (generations, trouble) = generations(pipeline);
    let (backups, folder) = backups(pipeline);
    if as_json {
        let stored = generations.iter().map(|stored| generation_json(pipeline, stored));
        let kept = backups.iter().map(|backup| backup_json(pipeline, backup));
        return print_out(json!({
            "state": pipeline.state_dir,
            "editions": editions.iter().map(|own| own.to_json(pipeline)).collect::<Value>(),
            "trouble": trouble,
            "checkpoints": stored.collect::<Value>(),
            "backups": kept.collect::<Value>(),
            "backups_trouble": folder.as_ref().err(),
        }));
    }
    let mut lines = vec!["editions".to_owned()];
    lines.extend(editions.iter().map(|own| own.line(pipeline)));
    let folder_of_current = Editions::current_folder(&pipeline.state_dir)?;
    lines.push(format!("checkpoints in {}", folder_of_current.display()));
    lines.extend(trouble.map(|trouble| format!("  {trouble}")));
    for Generation { number, created, bytes, covers, damage } in &generations {
        let at = instant(pipeline, *created);
        let damage = damage.as_ref().map(|damage| format!("DAMAGED: {damage}"));
        let held = held(pipeline, covers.as_ref(), damage);
        lines.push(format!("  checkpoint {number}, stored {at}, {bytes} bytes, {held}"));
    }
    lines.push(match folder {
        Ok(words) => words,
        Err(error) => format!("backups: {error}"),
    });
    for Backup { file, is_own, covers } in &backups {
        let (at, path) = (instant(pipeline, file.at), file.path.display());
        let trouble = covers.as_ref().err().map(|error| match error {
            ExportReadError::Damaged(error) => format!("DAMAGED: {error}"),
            ExportReadError::Read(error) => format!("could not be read: {error}"),
        });
        let held = held(pipeline, covers.as_ref().ok(), trouble);
        let whose = if *is_own { "" } else { ", of another state" };
        lines.push(format!("  {path}, made {at}, {} bytes, {held}{whose}", file.bytes));
    }
    print_out(lines.join("\n"))
}

/// The checkpoints, the newest first, and what is wrong where they cannot be read.
fn generations(pipeline: &Pipeline) -> (Vec<Generation>, Option<String>) {
    let told = |error: StateError| {
        let hint = pipeline.naming_itself(error.hint());
        (Vec::new(), Some(format!("{error}; hint: {hint}")))
    };
    match Editions::current_folder(&pipeline.state_dir)
        .and_then(|folder| StateReader::open(&folder))
        .and_then(|r| r.map(|r| r.generations()).transpose())
    {
        Ok(Some(generations)) => (generations, None),
        Ok(None) => (Vec::new(), Some("nothing is stored".to_owned())),
        Err(error) => told(error),
    }
}

/// The backups, the newest first, and words about their folder, or what is wrong with it.
fn backups(pipeline: &Pipeline) -> (Vec<Backup>, Result<String, String>) {
    let Some(settings) = &pipeline.backups else {
        let advice = "no backups are made: `backups` in [state.embedded] says where to";
        return (Vec::new(), Ok(advice.to_owned()));
    };
    let own = own_identity(pipeline);
    let found = match backups_in(&settings.dir) {
        Ok(found) => found,
        Err(error) => return (Vec::new(), Err(format!("{}: {error}", settings.dir.display()))),
    };
    let backup = |file: BackupFile| {
        let is_own = own.as_ref().is_none_or(|own| file.is_of(own));
        Backup { covers: covers(&file.path), file, is_own }
    };
    let backups = found.into_iter().rev().map(backup).collect();
    (backups, Ok(format!("backups in {}", settings.dir.display())))
}

/// The identity of the state, or of the one before it; `None` where nothing tells it.
pub(super) fn own_identity(pipeline: &Pipeline) -> Option<String> {
    let kept = || identity::kept(&pipeline.state_dir, &pipeline.name);
    stored::identity(pipeline).or_else(kept)
}

/// What a backup covers, or why that is not known.
fn covers(path: &PathBuf) -> Result<Covers, ExportReadError> {
    let mut export = ExportReader::begin(BufReader::new(File::open(path)?))?;
    export.read_panes(drop)?;
    Ok(Covers::of(export.checkpoint()))
}

/// What is held, and `trouble` where it is not intact, in words.
fn held(pipeline: &Pipeline, covers: Option<&Covers>, trouble: Option<String>) -> String {
    let trouble = trouble.unwrap_or_else(|| "intact".to_owned());
    let Some(Covers { partitions, records, max_event_time }) = covers else { return trouble };
    let zone = pipeline.event_time.zone;
    let until = max_event_time.map(|time| format!(" up to {}", rfc3339(zone, time)));
    let until = until.unwrap_or_default();
    format!("{records} records of {partitions} partitions{until}, {trouble}")
}

fn generation_json(pipeline: &Pipeline, stored: &Generation) -> Value {
    json!({
        "number": stored.number,
        "stored": instant(pipeline, stored.created),
        "bytes": stored.bytes,
        "covers": covers_json(pipeline, stored.covers.as_ref()),
        "damage": stored.damage,
    })
}

fn backup_json(pipeline: &Pipeline, backup: &Backup) -> Value {
    json!({
        "path": backup.file.path,
        "made": instant(pipeline, backup.file.at),
        "bytes": backup.file.bytes,
        "of_this_state": backup.is_own,
        "covers": covers_json(pipeline, backup.covers.as_ref().ok()),
        "damage": backup.covers.as_ref().err().map(ToString::to_string),
    })
}

fn covers_json(pipeline: &Pipeline, covers: Option<&Covers>) -> Value {
    let zone = pipeline.event_time.zone;
    covers.map_or(Value::Null, |covers| {
        json!({
            "partitions": covers.partitions,
            "records": covers.records,
            "max_event_time": covers.max_event_time.map(|time| rfc3339(zone, time)),
        })
    })
}
