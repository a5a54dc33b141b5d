//! The classes of a started broker as Java keeps them in memory, in a file beside the jars: a broker
//! of a test starts with it at little more than half of the cost.
//!
//! Java leaves a file out that it cannot use, such as that of another version.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context as _, Result};

use super::{Home, Own, jars};
use crate::{step::silent_step, workspace::Workspace};

/// The folder of the jars, with the archive beside it where Java can make one.
pub(crate) fn provide(workspace: &Workspace) -> Result<PathBuf> {
    let lib = jars::provide(workspace)?;
    let archive = lib.with_file_name("classes.jsa");
    if !is_of(&archive, &lib) {
        let made = silent_step("the classes of Apache Kafka, for quicker starts", || {
            make(workspace, &archive)
        });
        if let Err(error) = made {
            eprintln!("warning: brokers of the tests start without an archive: {error:#}");
        }
    }
    Ok(lib)
}

/// True where the archive is younger than these jars.
fn is_of(archive: &Path, lib: &Path) -> bool {
    let changed = |path: &Path| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    changed(archive)
        .is_some_and(|made| changed(&lib.join("pom.xml")).is_some_and(|had| had <= made))
}

/// Java writes the archive when a broker ends in good order.
fn make(workspace: &Workspace, archive: &Path) -> Result<()> {
    let (dir, part) = (archive.with_file_name("archive"), archive.with_extension("part"));
    let _ = fs::remove_dir_all(&dir);
    let home = Home { dir: dir.clone(), archive: Some(part.clone()), ..Home::new(workspace) };
    drop(Own::start_in(workspace, home)?);
    fs::rename(&part, archive).context("Java has made no archive")?;
    fs::remove_dir_all(&dir).with_context(|| format!("could not remove {}", dir.display()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_archive_is_of_the_jars_that_were_there_when_it_was_made() {
        let dir = std::env::temp_dir().join(format!("xtask-archive-{}", std::process::id()));
        let (archive, lib) = (dir.join("classes.jsa"), dir.join("lib"));
        let write = |path: &Path, age: u64| {
            fs::write(path, "").expect("the folder can be written to");
            let file = fs::File::options().write(true).open(path).expect("the file is there");
            let time = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(time).expect("its time can be set");
        };
        fs::create_dir_all(&lib).expect("the folder can be made");
        write(&archive, 20);
        assert!(!is_of(&archive, &lib), "there are no jars");
        write(&lib.join("pom.xml"), 10);
        assert!(!is_of(&archive, &lib), "other jars came after it");
        write(&archive, 0);
        assert!(is_of(&archive, &lib));
        fs::remove_file(&archive).expect("the file is there");
        assert!(!is_of(&archive, &lib), "there is no archive");
        fs::remove_dir_all(&dir).expect("the folder is ours");
    }
}
