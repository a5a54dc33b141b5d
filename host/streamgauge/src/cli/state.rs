//! `streamgauge state`: stored state, looked at, moved, and gone back with.

mod editions;
mod list;
mod prune;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::{Args, Subcommand};

use super::config::Config;
use super::failure::Failure;
use super::output::{print_out, write_whole};
use super::running::RunningHost;
use super::spool::Spool;
use super::stored::Which;
use super::{inspect, stored};
use crate::run::identity;
use crate::run::prepare::{Held, Prepared};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::side_output::full_files;
use streamgauge_checkpoint::store::{
    Checkpoint, EmbeddedStore, ExportError, ExportReadError, ExportReader, Exported, StateError,
    StateReader,
};
use streamgauge_pipeline::{OutletFile, OutletSettings, Pipeline};

/// Look after stored state.
#[derive(Args, Debug)]
pub(super) struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Subcommand, Debug)]
enum StateCommand {
    /// Tell what is stored.
    Inspect {
        #[command(flatten)]
        config: Config,

        #[command(flatten)]
        edition: Which,

        /// Print the checkpoints as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the newest checkpoint, with all final windows, into one file.
    Export {
        /// The file to write.
        file: PathBuf,

        #[command(flatten)]
        config: Config,

        #[command(flatten)]
        edition: Which,
    },
    /// Take a checkpoint from a file that `export` wrote.
    Import {
        /// The file to read.
        file: PathBuf,

        #[command(flatten)]
        config: Config,

        /// Replace the state that is there.
        #[arg(long)]
        replace: bool,
    },
    /// List the editions, the checkpoints of the current one and the backups: when, how large, what
    /// they cover, and their damage.
    List {
        #[command(flatten)]
        config: Config,

        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let the pipeline that runs build another edition of the state, of its file and plugins as they
    /// are now, in the background. The edition that is shown counts on until the other one has caught
    /// up, and is kept.
    Rebuild {
        #[command(flatten)]
        config: Config,

        /// Build also where records that were counted are no longer in the log.
        #[arg(long)]
        accept_loss: bool,
    },
    /// Go back, or on, to another edition of the state, which the pipeline file has to fit.
    Use {
        /// The number of the edition, as `state list` names it.
        edition: u32,

        #[command(flatten)]
        config: Config,
    },
    /// Remove an edition that is not the current one.
    Drop {
        /// The number of the edition, as `state list` names it.
        edition: u32,

        #[command(flatten)]
        config: Config,
    },
    /// Name the backups that are over by the limits of the pipeline, the editions that are not
    /// current, the states of metrics that were removed or changed, and kept files that none needs,
    /// or remove them.
    Prune {
        #[command(flatten)]
        config: Config,

        /// Remove them.
        #[arg(long)]
        yes: bool,
    },
    /// Go back to the checkpoint before the newest one.
    Rollback(Config),
    /// Drop the stored state; the next run begins where `start` says.
    Reset(Config),
}

impl StateArgs {
    pub(super) fn config(&self) -> &Path {
        let config = match &self.command {
            StateCommand::Inspect { config, .. }
            | StateCommand::Export { config, .. }
            | StateCommand::Import { config, .. }
            | StateCommand::List { config, .. }
            | StateCommand::Rebuild { config, .. }
            | StateCommand::Use { config, .. }
            | StateCommand::Drop { config, .. }
            | StateCommand::Prune { config, .. }
            | StateCommand::Rollback(config)
            | StateCommand::Reset(config) => config,
        };
        &config.config
    }
}

pub(super) fn state(args: &StateArgs) -> Result<(), Failure> {
    match &args.command {
        StateCommand::Inspect { config, edition, json } => {
            let pipeline = load(config)?;
            inspect::inspect(&pipeline, &look(&pipeline, *edition)?, *json)
        }
        StateCommand::Export { file, config, edition } => export(&load(config)?, *edition, file),
        StateCommand::Import { file, config, replace } => import(config, file, *replace),
        StateCommand::List { config, json } => list::list(&load(config)?, *json),
        StateCommand::Rebuild { config, accept_loss } => {
            let host = RunningHost::of(config)?;
            let path = format!("rebuild?accept_loss={accept_loss}");
            print_out(host.act(&path)?.message)
        }
        StateCommand::Use { config, edition } => editions::make_current(config, *edition),
        StateCommand::Drop { config, edition } => editions::remove(&load(config)?, *edition),
        StateCommand::Prune { config, yes } => {
            let what = if *yes { prune::Prune::Remove } else { prune::Prune::Name };
            prune::prune(&load(config)?, what)
        }
        StateCommand::Rollback(config) => rollback(&load(config)?),
        StateCommand::Reset(config) => {
            let pipeline = load(config)?;
            match reset(&pipeline)? {
                Some(path) => print_out(format!("{} removed", path.display())),
                None => print_out(format!("no state in {}", pipeline.state_dir.display())),
            }
        }
    }
}

fn load(config: &Config) -> Result<Pipeline, Failure> {
    Ok(Pipeline::load_with(&config.config, &|_| Some(String::new()))?.0)
}

/// The state, which has to be there, only to be read.
fn look(pipeline: &Pipeline, which: Which) -> Result<StateReader, Failure> {
    StateReader::open(&which.folder(pipeline)?)?.ok_or_else(|| stored::none(pipeline))
}

fn export(pipeline: &Pipeline, which: Which, file: &Path) -> Result<(), Failure> {
    let store = look(pipeline, which)?;
    let (mut exported, mut refused) = (None, None);
    // A half-written export would be taken for one.
    let written = write_whole(file, |part| {
        let mut out = BufWriter::new(File::create(part)?);
        exported = match store.export(&mut out) {
            Err(ExportError::Write(error)) => return Err(error),
            Err(ExportError::State(error)) => {
                refused = Some(error.into());
                return Err(io::ErrorKind::InvalidData.into());
            }
            Ok(None) => {
                refused = Some(stored::none(pipeline));
                return Err(io::ErrorKind::NotFound.into());
            }
            Ok(exported) => exported,
        };
        out.flush()
    });
    if let Some(refused) = refused {
        return Err(refused);
    }
    written?;
    let Exported { partitions, final_panes, bytes, .. } =
        exported.expect("nothing else is written");
    print_out(format!(
        "{}: {partitions} partitions, {final_panes} final windows, {bytes} bytes",
        file.display()
    ))
}

fn import(config: &Config, file: &Path, replace: bool) -> Result<(), Failure> {
    let mut spool = Spool::default();
    let bytes = spool.seekable(file)?;
    File::open(&bytes).map_err(|error| {
        Failure::usage(format!("{} could not be read: {error}", file.display()))
    })?;
    // Read to its end before anything is changed, and once more to be stored.
    let mut export = read_export(&bytes, file)?;
    export.read_panes(drop).map_err(|error| error.of(file))?;
    let prepared = Prepared::load_without_source(&config.config, |_| {})?;
    prepared.check_state(export.checkpoint(), Held::Records)?;
    let dir = &Editions::current_folder(&prepared.pipeline.state_dir)?;
    if !replace && !EmbeddedStore::open(dir)?.generations()?.is_empty() {
        return Err(Failure::failed(format!(
            "there is state in {} already\nhint: `--replace` drops it; `streamgauge state export \
             FILE` keeps a copy",
            dir.display()
        )));
    }
    keep_copies(&prepared.pipeline, export.checkpoint())?;
    let partitions = export.checkpoint().partitions.len();
    drop(export);
    let store = || {
        let mut store = EmbeddedStore::open(dir)?;
        store.import(&mut read_export(&bytes, file)?, file)
    };
    match store() {
        // Nothing of a damaged file is worth keeping where it is to be replaced.
        Err(StateError::Broken { .. }) if replace => {
            EmbeddedStore::reset(dir)?;
            store()?;
        }
        done => done?,
    }
    print_out(format!(
        "{}: {partitions} partitions imported into {}",
        file.display(),
        dir.display()
    ))
}

/// The export in `bytes`, which `file` named.
fn read_export(bytes: &Path, file: &Path) -> Result<ExportReader<BufReader<File>>, StateError> {
    let begun = File::open(bytes).map_err(ExportReadError::from);
    let begun = begun.and_then(|bytes| ExportReader::begin(BufReader::new(bytes)));
    begun.map_err(|error| error.of(file))
}

fn rollback(pipeline: &Pipeline) -> Result<(), Failure> {
    let dir = &Editions::current_folder(&pipeline.state_dir)?;
    if !EmbeddedStore::exists(dir) {
        return Err(stored::none(pipeline));
    }
    let former = EmbeddedStore::open(dir)?.rollback()?;
    let stored = inspect::instant(pipeline, former.created);
    print_out(format!(
        "the state is that of checkpoint {}, stored {stored}; the next run reads the log on from there",
        former.number
    ))
}

/// Drops the current edition of the state; returns the path of the removed file, `None` if there was no state. The dead
/// letters and late records that belong to the state may all come again, so their files are put
/// aside with the state.
fn reset(pipeline: &Pipeline) -> Result<Option<PathBuf>, Failure> {
    // States of earlier versions keep it nowhere else.
    if identity::kept(&pipeline.state_dir, &pipeline.name).is_none()
        && let Some(before) = stored::identity(pipeline)
    {
        identity::keep(&pipeline.state_dir, &before, &pipeline.name);
    }
    let editions = Editions::read(&pipeline.state_dir)?;
    let edition = editions.current();
    let Some(removed) = EmbeddedStore::reset(&editions.folder(edition))? else { return Ok(None) };
    let outlets =
        [("dead letters", &pipeline.dead_letters), ("late records", &pipeline.late_output)];
    for (what, outlet) in outlets {
        let outlet = outlet.as_ref().map(|outlet| outlet.of_edition(edition));
        put_aside(what, outlet.as_ref(), (0, 0), |path, aside| fs::rename(path, aside))?;
    }
    Ok(Some(removed))
}

/// Copies the files of dead letters and late records where an imported checkpoint covers less of
/// them than the files hold: the next run cuts the files back to the covered length.
fn keep_copies(pipeline: &Pipeline, imported: &Checkpoint) -> Result<(), Failure> {
    let outlets = [
        (
            "dead letters",
            &pipeline.dead_letters,
            (imported.dead_letter_segment, imported.dead_letter_bytes),
        ),
        (
            "late records",
            &pipeline.late_output,
            (imported.late_output_segment, imported.late_output_bytes),
        ),
    ];
    let edition = Editions::read(&pipeline.state_dir)?.current();
    for (what, outlet, covered) in outlets {
        let outlet = outlet.as_ref().map(|outlet| outlet.of_edition(edition));
        put_aside(what, outlet.as_ref(), covered, |path, aside| fs::copy(path, aside).map(drop))?;
    }
    Ok(())
}

/// Puts files of entries aside that have more than is covered: full ones from number `segment` on,
/// and the one that is written if there are any of them or it has more than `bytes`.
fn put_aside(
    what: &str,
    outlet: Option<&OutletSettings>,
    (segment, bytes): (u64, u64),
    put: impl Fn(&Path, &str) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(OutletSettings::File(OutletFile { path, .. })) = outlet else { return Ok(()) };
    let failed = |error: io::Error| {
        Failure::failed(format!("{what} {} could not be put aside: {error}", path.display()))
    };
    let mut full = full_files(path).map_err(failed)?;
    let mut files: Vec<PathBuf> = full.split_off(&segment).into_values().collect();
    let length = fs::metadata(path).map_or(0, |file| file.len());
    if length > 0 && (length > bytes || !files.is_empty()) {
        files.push(path.clone());
    }
    let now = Utc::now().format("%Y%m%dT%H%M%S%.3fZ");
    for file in files {
        let aside = format!("{}.before-{now}", file.display());
        put(&file, &aside).map_err(failed)?;
        tracing::info!("{what} from before are in {aside}");
    }
    Ok(())
}
