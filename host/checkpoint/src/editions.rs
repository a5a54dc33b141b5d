//! The editions of a state: forks of the whole pipeline, each with a store of its own. Edition 1 is
//! the file in the state folder; edition N lies in `editions/N/` below it. A small file says which
//! one is current and which one is being built.
//!
//! Invariant: that file is replaced as a whole, so a switch from one edition to another has happened
//! or not. Without the file, edition 1 is current and nothing is known of what it was made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::kept::{KeptFiles, KeptKind, write_whole};
use crate::store::StateError;

const FILE: &str = "editions.json";

/// The file that is locked while that one is changed.
const LOCK: &str = "editions.lock";

/// Who may read the state may know its editions.
const MODE: u32 = 0o644;

const FOLDER: &str = "editions";

/// The version of the file.
const VERSION: u32 = 1;

/// The edition that every state begins with.
pub const FIRST: u32 = 1;

/// The editions of the state in one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editions {
    dir: PathBuf,
    written: Written,
}

/// The content of the file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Written {
    version: u32,
    current: u32,
    /// The largest number that was ever given, so that none names two editions.
    #[serde(default)]
    last: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    building: Option<u32>,
    editions: BTreeMap<u32, Edition>,
}

/// What is known of an edition.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// When it became current last, in milliseconds since the Unix epoch; `None` means never.
    #[serde(default)]
    pub since: Option<i64>,
    /// What it was taken over with last; `None` means that nothing is kept of that.
    #[serde(default)]
    pub made_from: Option<MadeFrom>,
    /// The builds that are shown until those in their places have caught up, by metric.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shown: BTreeMap<String, ShownBuild>,
}

/// A build of a metric that is shown until the one in its place has caught up.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ShownBuild {
    /// The fingerprint of the metric that it was.
    pub fingerprint: String,
    /// What the pipeline was made from that counted it.
    pub made_from: MadeFrom,
}

/// The kept files that a pipeline is made from.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct MadeFrom {
    /// The digest of the pipeline file's text.
    pub text: String,
    /// The digest of each metric's component, by the metric's id.
    pub components: BTreeMap<String, String>,
    /// When it was taken over, in milliseconds since the Unix epoch.
    pub at: i64,
}

impl MadeFrom {
    /// True if `other` has the same text and components.
    pub fn is_same(&self, other: &Self) -> bool {
        self.text == other.text && self.components == other.components
    }

    fn paths(&self, kept: &KeptFiles) -> BTreeSet<PathBuf> {
        let components = self.components.values();
        let components = components.map(|digest| kept.path(KeptKind::Component, digest));
        components.chain([kept.path(KeptKind::Text, &self.text)]).collect()
    }
}

impl Editions {
    /// The editions of the state in `dir`.
    ///
    /// # Errors
    /// The file that names them cannot be read.
    pub fn read(dir: &Path) -> Result<Self, StateError> {
        let path = dir.join(FILE);
        let failed = |reason: String| StateError::Store { path: path.clone(), reason };
        let written = match fs::read(&path) {
            Ok(bytes) => {
                let written: Written =
                    serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
                if written.version != VERSION {
                    let found = u64::from(written.version);
                    return Err(StateError::Format { path, found });
                }
                written
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Written {
                version: VERSION,
                current: FIRST,
                last: FIRST,
                building: None,
                editions: BTreeMap::new(),
            },
            Err(error) => return Err(failed(error.to_string())),
        };
        let mut editions = Self { dir: dir.to_owned(), written };
        editions.written.editions.entry(editions.written.current).or_default();
        Ok(editions)
    }

    /// The folder of the current edition's store.
    ///
    /// # Errors
    /// The file that names it cannot be read.
    pub fn current_folder(dir: &Path) -> Result<PathBuf, StateError> {
        let editions = Self::read(dir)?;
        Ok(editions.folder(editions.current()))
    }

    /// The number of the edition that is run and shown.
    pub fn current(&self) -> u32 {
        self.written.current
    }

    /// The number of the edition that is being built.
    pub fn building(&self) -> Option<u32> {
        self.written.building
    }

    /// All editions by number.
    pub fn all(&self) -> &BTreeMap<u32, Edition> {
        &self.written.editions
    }

    /// The folder of the store of edition `number`.
    pub fn folder(&self, number: u32) -> PathBuf {
        folder(&self.dir, number)
    }

    /// Begins to build another edition, and returns its number.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin(&mut self) -> Result<u32, StateError> {
        self.change(|next| {
            let known = next.editions.keys().next_back().copied().unwrap_or(FIRST);
            let number = next.last.max(known) + 1;
            next.last = number;
            next.editions.insert(number, Edition::default());
            next.building = Some(number);
            Ok(number)
        })
    }

    /// Makes edition `number` current, from now on made from `made_from` where that is known.
    ///
    /// # Errors
    /// The file cannot be written, so the edition before stays current.
    pub fn switch(
        &mut self,
        number: u32,
        made_from: Option<MadeFrom>,
        now: i64,
    ) -> Result<(), StateError> {
        self.change(|next| {
            let edition = next.editions.entry(number).or_default();
            edition.since = Some(now);
            edition.made_from = made_from.or_else(|| edition.made_from.take());
            next.current = number;
            next.building = next.building.filter(|building| *building != number);
            Ok(())
        })
    }

    /// Notes what edition `number` was taken over with.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, number: u32, made_from: MadeFrom) -> Result<(), StateError> {
        self.change(|next| {
            next.editions.entry(number).or_default().made_from = Some(made_from);
            Ok(())
        })
    }

    /// Notes which builds of edition `number` are shown until those in their places have caught up.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note_shown(
        &mut self,
        number: u32,
        shown: BTreeMap<String, ShownBuild>,
    ) -> Result<(), StateError> {
        let known = self.written.editions.get(&number).map(|edition| &edition.shown);
        if known.is_some_and(|known| *known == shown) {
            return Ok(());
        }
        self.change(|next| {
            next.editions.entry(number).or_default().shown = shown;
            Ok(())
        })
    }

    /// Removes edition `number` with its store.
    ///
    /// # Errors
    /// It is the current one, the file cannot be written, or the store not removed.
    pub fn drop_edition(&mut self, number: u32) -> Result<(), StateError> {
        self.change(|next| {
            // A host may have switched to it meanwhile.
            if number == next.current {
                return Err(format!("edition {number} is the current one"));
            }
            next.editions.remove(&number);
            next.building = next.building.filter(|building| *building != number);
            Ok(())
        })?;
        let path = self.folder(number);
        let removed = if number == FIRST {
            fs::remove_file(path.join(crate::store::STATE_FILE))
        } else {
            fs::remove_dir_all(&path)
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StateError::Store { path, reason: error.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// The kept files that no edition needs, with their sizes.
    ///
    /// # Errors
    /// The folder of kept files cannot be read.
    pub fn unneeded(&self) -> io::Result<Vec<(PathBuf, u64)>> {
        let kept = KeptFiles::beside(&self.dir);
        let editions = self.written.editions.values();
        let made_from = editions.flat_map(|own| {
            let shown = own.shown.values().map(|shown| &shown.made_from);
            own.made_from.iter().chain(shown)
        });
        let needed = made_from.flat_map(|made_from| made_from.paths(&kept)).collect();
        kept.others(&needed)
    }

    /// Changes the file as it is by now, while nobody else does: a command may change it beside a
    /// host.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Written) -> Result<T, String>,
    ) -> Result<T, StateError> {
        let path = self.dir.join(FILE);
        let failed = |reason: String| StateError::Store { path: path.clone(), reason };
        let lock = fs::create_dir_all(&self.dir).and_then(|()| {
            let lock = File::create(self.dir.join(LOCK))?;
            lock.lock().map(|()| lock)
        });
        let lock = lock.map_err(|error| failed(error.to_string()))?;
        let mut next = Self::read(&self.dir)?.written;
        let done = change(&mut next).map_err(failed)?;
        let bytes = serde_json::to_vec_pretty(&next).expect("numbers and texts are JSON");
        write_whole(&path, &bytes, MODE).map_err(|error| failed(error.to_string()))?;
        drop(lock);
        self.written = next;
        Ok(done)
    }
}

fn folder(dir: &Path, number: u32) -> PathBuf {
    if number == FIRST { dir.to_owned() } else { dir.join(FOLDER).join(number.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_from(text: &str) -> MadeFrom {
        MadeFrom { text: text.to_owned(), components: BTreeMap::new(), at: 5 }
    }

    #[test]
    fn a_switch_has_happened_or_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = || Editions::read(folder.path()).expect("it can be read");
        let mut editions = read();
        assert_eq!((editions.current(), editions.building()), (FIRST, None));
        assert_eq!(editions.folder(FIRST), folder.path());
        editions.note(FIRST, made_from("a")).expect("it can be written");
        assert_eq!(editions.begin().expect("it can be written"), 2);
        assert_eq!((read().current(), read().building()), (FIRST, Some(2)));
        editions.switch(2, Some(made_from("b")), 7).expect("it can be written");
        assert_eq!((read().current(), read().building()), (2, None));
        assert_eq!(read().all()[&FIRST].made_from, Some(made_from("a")));
        assert_eq!(editions.begin().expect("it can be written"), 3);
        editions.drop_edition(3).expect("it is not current");
        assert_eq!((read().current(), read().building()), (2, None));
        assert_eq!(read().begin().expect("it can be written"), 4, "no number names two editions");
        // What was read before somebody else changed the file undoes none of that.
        let mut two = (read(), read());
        two.0.note(FIRST, made_from("c")).expect("it can be written");
        two.1.note(2, made_from("d")).expect("it can be written");
        let noted = |number| read().all()[&number].made_from.clone();
        assert_eq!((noted(FIRST), noted(2)), (Some(made_from("c")), Some(made_from("d"))));
        let dropped = editions.drop_edition(2).expect_err("it is current");
        assert!(dropped.to_string().contains("edition 2 is the current one"), "{dropped}");
        editions.note(FIRST, made_from("a")).expect("it can be written");
        // Returned to as it was, with what it was made from.
        editions.switch(FIRST, None, 9).expect("it can be written");
        let first = read().all()[&FIRST].clone();
        assert_eq!((first.since, first.made_from), (Some(9), Some(made_from("a"))));
        fs::write(folder.path().join(FILE), "{").expect("it is ours");
        assert!(Editions::read(folder.path()).is_err(), "a damaged file names no edition");
    }

    #[test]
    fn kept_files_of_no_edition_are_not_needed() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = KeptFiles::beside(folder.path());
        let keep = |text: &str| kept.keep(KeptKind::Text, text.as_bytes()).expect("it is written");
        let (one, two, three) = (keep("one"), keep("two"), keep("three"));
        let mut editions = Editions::read(folder.path()).expect("it can be read");
        editions.note(FIRST, made_from(&one)).expect("it can be written");
        let shown = ShownBuild { fingerprint: "f".to_owned(), made_from: made_from(&three) };
        let shown = BTreeMap::from([("age".to_owned(), shown)]);
        editions.note_shown(FIRST, shown).expect("it can be written");
        let found = editions.unneeded().expect("it can be read");
        assert_eq!(found, [(kept.path(KeptKind::Text, &two), 3)]);
    }
}
