//! Kafka's jars, through Maven and so with the user's own Maven settings.
//!
//! The finished folder appears at once by a rename, with a copy of the pom beside the jars: a
//! download that was broken off is never taken for a finished one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::Home;
use crate::{process, setup, step::silent_step, workspace::Workspace};

const POM: &str = "xtask/kafka/pom.xml";

/// Makes sure that the jars are there and gives their folder.
pub(crate) fn provide(workspace: &Workspace) -> Result<PathBuf> {
    let lib = Home::new(workspace).lib();
    let pom = workspace.root().join(POM);
    let wanted = fs::read(&pom).with_context(|| format!("could not read {POM}"))?;
    if fs::read(lib.join("pom.xml")).is_ok_and(|had| had == wanted) {
        return Ok(lib);
    }
    setup::ensure(workspace, &[setup::Scope::Broker], setup::Consent::Root)?;
    silent_step("the jars of Apache Kafka, by Maven", || fetch(&pom, &lib))?;
    Ok(lib)
}

/// The version of the broker that the jars hold.
pub(super) fn version(lib: &Path) -> Option<String> {
    fs::read_dir(lib)
        .ok()?
        .flatten()
        .find_map(|entry| version_of(entry.file_name().to_str()?).map(str::to_owned))
}

fn fetch(pom: &Path, lib: &Path) -> Result<()> {
    let part = lib.with_extension("part");
    remove(&part)?;
    process::run_quietly(
        Command::new("mvn")
            .args(["--batch-mode", "--quiet", "--file"])
            .arg(pom)
            .arg("dependency:copy-dependencies")
            .arg(format!("-DoutputDirectory={}", part.display())),
    )
    .context(
        "the jars of Apache Kafka could not be fetched\n  \
         hint: Maven says why above; a mirror is set in ~/.m2/settings.xml",
    )?;
    ensure!(version(&part).is_some(), "Maven fetched no broker; is {POM} complete?");
    fs::copy(pom, part.join("pom.xml")).context("could not finish the folder of jars")?;
    remove(lib)?;
    fs::rename(&part, lib).context("could not finish the folder of jars")
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("could not remove {}", dir.display()))?;
    }
    Ok(())
}

fn version_of(file: &str) -> Option<&str> {
    file.strip_prefix("kafka_")?.strip_suffix(".jar")?.split_once('-').map(|(_scala, kafka)| kafka)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_brokers_jar_alone() {
        assert_eq!(version_of("kafka_2.13-4.3.1.jar"), Some("4.3.1"));
        assert_eq!(version_of("kafka-clients-4.3.1.jar"), None);
        assert_eq!(version_of("scala-library-2.13.18.jar"), None);
    }
}
