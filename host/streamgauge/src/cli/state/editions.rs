//! Editions of the state: which there are, another one made current, and one removed.

use std::path::PathBuf;

use chrono::Utc;
use serde_json::{Value, json};

use crate::cli::config::Config;
use crate::cli::failure::Failure;
use crate::cli::inspect::instant;
use crate::cli::output::print_out;
use crate::run::prepare::{Held, Prepared};
use streamgauge_checkpoint::editions::Editions;
use streamgauge_checkpoint::kept::{KeptFiles, KeptKind};
use streamgauge_checkpoint::store::{Covers, EmbeddedStore, StateReader, StateStore as _};
use streamgauge_pipeline::Pipeline;

/// An edition for people who choose between several.
pub(super) struct Shown {
    number: u32,
    is_current: bool,
    is_building: bool,
    /// When it became current last, in milliseconds since the Unix epoch.
    since: Option<i64>,
    folder: PathBuf,
    /// The kept text of the pipeline file.
    text: Option<PathBuf>,
    /// What its newest checkpoint covers; `None` where that cannot be read.
    covers: Option<Covers>,
}

/// All editions by number.
pub(super) fn editions(pipeline: &Pipeline) -> Result<Vec<Shown>, Failure> {
    let dir = &pipeline.state_dir;
    let (editions, kept) = (Editions::read(dir)?, KeptFiles::beside(dir));
    let shown = |number: u32| {
        let folder = editions.folder(number);
        let stored = || StateReader::open(&folder).ok()??.load().ok()?;
        let own = editions.all().get(&number);
        let made_from = own.and_then(|own| own.made_from.as_ref());
        Shown {
            number,
            is_current: number == editions.current(),
            is_building: Some(number) == editions.building(),
            since: own.and_then(|own| own.since),
            text: made_from.map(|made_from| kept.path(KeptKind::Text, &made_from.text)),
            covers: stored().map(|stored| Covers::of(&stored)),
            folder,
        }
    };
    Ok(editions.all().keys().map(|number| shown(*number)).collect())
}

impl Shown {
    fn state(&self) -> &'static str {
        match (self.is_current, self.is_building) {
            (true, _) => "current",
            (_, true) => "unfinished",
            _ => "kept",
        }
    }

    pub(super) fn line(&self, pipeline: &Pipeline) -> String {
        let since = self.since.map(|at| format!(", current since {}", instant(pipeline, at)));
        let covers = self.covers.map_or_else(
            || "nothing that can be read".to_owned(),
            |covers| format!("{} records of {} partitions", covers.records, covers.partitions),
        );
        let text = self.text.as_ref().map(|text| format!(", made from {}", text.display()));
        format!(
            "  edition {}, {}{}, {covers}, in {}{}",
            self.number,
            self.state(),
            since.unwrap_or_default(),
            self.folder.display(),
            text.unwrap_or_default()
        )
    }

    pub(super) fn to_json(&self, pipeline: &Pipeline) -> Value {
        json!({
            "number": self.number,
            "state": self.state(),
            "since": self.since.map(|at| instant(pipeline, at)),
            "path": self.folder,
            "text": self.text,
            "records": self.covers.map(|covers| covers.records),
            "partitions": self.covers.map(|covers| covers.partitions),
        })
    }
}

/// Makes edition `number` the one that the next run goes on from.
pub(super) fn make_current(config: &Config, number: u32) -> Result<(), Failure> {
    let prepared = Prepared::load_without_source(&config.config, |_| {})?;
    let pipeline = &prepared.pipeline;
    let dir = &pipeline.state_dir;
    let mut editions = known(pipeline, number)?;
    if number == editions.current() {
        return print_out(format!("edition {number} of the state is current already"));
    }
    // While a host runs on the current one, nothing is changed.
    let current = EmbeddedStore::open(&editions.folder(editions.current()))?;
    let stored = EmbeddedStore::open(&editions.folder(number))?.load()?;
    let Some(stored) = stored.filter(|_| Some(number) != editions.building()) else {
        return Err(Failure::failed(format!(
            "edition {number} of the state is not built to its end\nhint: `streamgauge run \
             --rebuild` goes on building it"
        )));
    };
    if let Err(faults) = prepared.check_state(&stored, Held::Records) {
        let mut failure = Failure::from(faults);
        let made_from = editions.all().get(&number).and_then(|own| own.made_from.as_ref());
        if let Some(made_from) = made_from {
            let text = KeptFiles::beside(dir).path(KeptKind::Text, &made_from.text);
            failure.message = format!(
                "{}\nhint: {} is the pipeline file that edition {number} was taken over with last",
                failure.message,
                text.display()
            );
        }
        return Err(failure);
    }
    editions.switch(number, None, Utc::now().timestamp_millis())?;
    drop(current);
    print_out(format!("edition {number} of the state is current now; the next run goes on from it"))
}

/// Removes an edition that no run is on.
pub(super) fn remove(pipeline: &Pipeline, number: u32) -> Result<(), Failure> {
    let mut editions = known(pipeline, number)?;
    if number == editions.current() {
        return Err(Failure::usage(format!(
            "edition {number} of the state is the current one\nhint: `streamgauge state use N` makes \
             another one current, and `streamgauge state reset` drops what is stored"
        )));
    }
    let folder = editions.folder(number);
    // One that is being built is held by the host that builds it.
    if EmbeddedStore::exists(&folder) {
        EmbeddedStore::reset(&folder)?;
    }
    editions.drop_edition(number)?;
    print_out(format!("edition {number} of the state removed from {}", folder.display()))
}

fn known(pipeline: &Pipeline, number: u32) -> Result<Editions, Failure> {
    let editions = Editions::read(&pipeline.state_dir)?;
    if editions.all().contains_key(&number) {
        return Ok(editions);
    }
    let dir = pipeline.state_dir.display();
    Err(Failure::usage(format!(
        "the state in {dir} has no edition {number}\nhint: `streamgauge state list` names them"
    )))
}
