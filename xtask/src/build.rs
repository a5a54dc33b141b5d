//! Everything that the product consists of, in the order of need: plugins, page, host.
//!
//! Each part is looked at every time and built only where its sources changed, so a second run
//! takes seconds.

mod fingerprint;
pub(crate) mod languages;
pub(crate) mod page;

use std::{fs, os::unix::process::CommandExt as _, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::{
    process, setup,
    step::step,
    workspace::{HOST, Plugin, WASM_TARGET, Workspace},
};

pub(crate) fn command(workspace: &Workspace) -> Result<()> {
    setup::ensure(workspace, &[setup::Scope::Build], setup::Consent::Root)?;
    all(workspace)
}

/// `cargo xtask demo`: this process becomes the host, so Ctrl-C and the exit code are the host's.
pub(crate) fn demo(workspace: &Workspace, args: &[String]) -> Result<()> {
    command(workspace)?;
    let mut host = Command::new(workspace.binary());
    host.arg("demo").args(args).current_dir(workspace.root());
    let error = host.exec();
    Err(process::not_started(&host, error))
}

/// Builds all parts; the tools are known to be there.
pub(crate) fn all(workspace: &Workspace) -> Result<()> {
    step("plugins", || plugins(workspace))?;
    step("page", || page::build(workspace))?;
    step("host", || process::run(workspace.cargo().args(["build", "--release", "--package", HOST])))
}

/// The components, into `target/plugins`.
pub(crate) fn plugins(workspace: &Workspace) -> Result<()> {
    let plugins = workspace.packages()?.plugins(workspace.root());
    ensure!(
        !plugins.is_empty(),
        "no package below plugins/ is built into a component\n  \
         hint: its Cargo.toml needs crate-type = [\"cdylib\"] under [lib]"
    );
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--target", WASM_TARGET, "--profile", "plugin"]);
    for plugin in &plugins {
        cargo.args(["--package", &plugin.package]);
    }
    process::run(&mut cargo)?;
    let built = workspace.target().join(WASM_TARGET).join("plugin");
    let shelf = workspace.target().join("plugins");
    fs::create_dir_all(&shelf).context("could not make target/plugins")?;
    plugins.iter().try_for_each(|plugin| place(plugin, &built, &shelf))
}

/// Puts a component where `pipeline.toml` names it. The rename leaves no moment at which a
/// starting host finds half a file.
fn place(plugin: &Plugin, built: &Path, shelf: &Path) -> Result<()> {
    let component = fs::read(built.join(&plugin.artifact))
        .with_context(|| format!("could not read the component {}", plugin.artifact))?;
    let placed = shelf.join(format!("{}.wasm", plugin.package));
    if fs::read(&placed).is_ok_and(|had| had == component) {
        return Ok(());
    }
    let part = placed.with_extension("part");
    fs::write(&part, &component)
        .and_then(|()| fs::rename(&part, &placed))
        .with_context(|| format!("could not write {}", placed.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_placed_under_its_packages_name() {
        let dir = std::env::temp_dir().join(format!("xtask-place-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("the folder of temporary files is writable");
        fs::write(dir.join("top_items.wasm"), b"component").expect("it is writable");
        let plugin =
            Plugin { package: "top-items".to_owned(), artifact: "top_items.wasm".to_owned() };
        place(&plugin, &dir, &dir).expect("it can be placed");
        let placed = fs::read(dir.join("top-items.wasm")).expect("it was placed");
        fs::remove_dir_all(&dir).expect("it is ours");
        assert_eq!(placed, b"component");
    }
}
