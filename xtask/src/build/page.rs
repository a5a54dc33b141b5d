//! The page: its packages and its files in `dashboard/dist`, both only made anew when needed.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use super::fingerprint;
use crate::{process, workspace::Workspace};

/// A copy of the lock file that the installed packages came from. The copy lies among the packages,
/// so that whoever deletes the packages deletes the copy.
const INSTALLED: &str = "node_modules/.installed-from.json";

/// Files that are not part of the page.
const NOT_SOURCES: [&str; 4] = ["dist", "node_modules", "scripts", "test"];

/// Installs the page's packages unless those of this lock file are there.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let dashboard = workspace.dashboard();
    let lock = fs::read(dashboard.join("package-lock.json"))
        .context("could not read dashboard/package-lock.json")?;
    let installed = dashboard.join(INSTALLED);
    if fs::read(&installed).is_ok_and(|had| had == lock) {
        return Ok(());
    }
    process::run(npm(workspace).arg("ci")).context(
        "the page's packages could not be installed\n  hint: npm says why above; a mirror is set in ~/.npmrc",
    )?;
    fs::write(installed, lock).context("could not note what was installed")
}

/// Builds the page unless `dist` was built from these very sources.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    install(workspace)?;
    let dashboard = workspace.dashboard();
    let stamp = workspace.target().join("xtask/page.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|had| had == state(&dashboard).unwrap_or_default()) {
        return Ok(());
    }
    process::run(npm(workspace).args(["run", "build"]))?;
    let parent = stamp.parent().context("the stamp has no folder")?;
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(&stamp, state(&dashboard)?))
        .context("could not note what the page was built from")
}

/// An npm command in the page's folder.
pub(crate) fn npm(workspace: &Workspace) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(workspace.dashboard());
    command
}

/// The sources and the result together: a page built by hand in between is noticed too.
fn state(dashboard: &Path) -> std::io::Result<String> {
    let sources = fingerprint::of(dashboard, &NOT_SOURCES)?;
    let result = fingerprint::of(&dashboard.join("dist"), &[])?;
    Ok(format!("{sources:016x} {result:016x}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_changes_with_the_sources_and_with_the_result_alone() {
        let dir = std::env::temp_dir().join(format!("xtask-page-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().expect("it has a folder"))
                .and_then(|()| fs::write(path, text))
                .expect("the folder of temporary files is writable");
        };
        write("src/main.ts", "one");
        write("dist/index.html", "one");
        let state = || state(&dir).expect("it is readable");
        let first = state();
        write("test/main.test.ts", "new");
        write("node_modules/x/index.js", "new");
        assert_eq!(state(), first);
        write("src/main.ts", "two");
        let second = state();
        assert_ne!(second, first);
        write("dist/index.html", "two");
        assert_ne!(state(), second);
        fs::remove_dir_all(&dir).expect("it is ours");
    }
}
