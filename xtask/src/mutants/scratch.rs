//! A copy of the sources, with build products of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{process, step::silent_step, workspace::Workspace};

/// The copy, in `target/mutants`.
pub(super) struct Scratch {
    sources: PathBuf,
    target: PathBuf,
    cargo: Command,
}

impl Scratch {
    /// Brings the copy up to date with the clone. Files that are the same stay untouched, so that
    /// cargo sees only what changed.
    pub(super) fn of(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target().join("mutants");
        let (sources, target) = (folder.join("sources"), folder.join("target"));
        let listed = process::output(
            Command::new("git")
                .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
                .current_dir(workspace.root()),
        )?;
        let mut files: Vec<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
        files.retain(|name| workspace.root().join(name).is_file());
        remove_others(&sources, &sources, &files)?;
        for file in files {
            bring(&workspace.root().join(file), &sources.join(file))?;
        }
        let plugins = workspace.target().join("plugins");
        for plugin in fs::read_dir(plugins).context("could not read target/plugins")?.flatten() {
            bring(&plugin.path(), &sources.join("target/plugins").join(plugin.file_name()))?;
        }
        if !target.join("release").exists() {
            silent_step("a copy of what is compiled", || seed(&workspace.target(), &target))?;
        }
        Ok(Self { sources, target, cargo: workspace.cargo() })
    }

    /// A cargo command on the copy.
    pub(super) fn cargo(&self) -> Command {
        let mut command = Command::new(self.cargo.get_program());
        command.current_dir(&self.sources).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Does something while a patch is applied.
    pub(super) fn with_patch<T>(
        &self,
        patch: &Path,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let apply = |options: &[&str]| {
            let mut git = Command::new("git");
            // Inside a repository, git would look for the files at that one's root.
            git.env("GIT_CEILING_DIRECTORIES", self.sources.parent().unwrap_or(&self.sources));
            git.current_dir(&self.sources).arg("apply").args(options).arg(patch);
            process::run_quietly(&mut git)
        };
        apply(&[]).context("the patch no longer fits the sources; write it anew")?;
        let done = work();
        apply(&["--reverse"])?;
        done
    }
}

/// Makes `to` the same as `from`.
fn bring(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).with_context(|| format!("could not read {}", from.display()))?;
    if fs::read(to).is_ok_and(|had| had == content) {
        return Ok(());
    }
    let folder = to.parent().context("a file is in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(to, content))
        .with_context(|| format!("could not write {}", to.display()))
}

/// Removes files of an earlier copy that the clone no longer has.
fn remove_others(folder: &Path, sources: &Path, files: &[&str]) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.strip_prefix(sources).unwrap_or(&path).to_string_lossy().into_owned();
        if path.is_dir() && name != "target" {
            remove_others(&path, sources, files)?;
        } else if path.is_file() && !files.contains(&name.as_str()) {
            fs::remove_file(&path)
                .with_context(|| format!("could not remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Copies the compiled dependencies; cargo compiles those anew that do not fit.
fn seed(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("could not make {}", to.display()))?;
    let parts = ["build", "deps", ".fingerprint"].map(|part| from.join("release").join(part));
    let release = to.join("release");
    fs::create_dir_all(&release).with_context(|| format!("could not make {}", to.display()))?;
    let parts = parts.iter().filter(|part| part.exists());
    process::run_quietly(Command::new("cp").arg("--archive").args(parts).arg(&release))
}
