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
    workspace::{Plugin, WASM_TARGET, Workspace},
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
    step("host", || process::run(&mut workspace.build_of_program()))
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
    use std::collections::BTreeSet;

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

    /// The features of each package that the program is made of, where `edges` are followed. What only
    /// its build script is made of is compiled apart from it.
    fn features_of_the_program(workspace: &Workspace, edges: &str) -> BTreeSet<String> {
        let tree = |chosen: &[&str], edges: &str| -> BTreeSet<String> {
            let mut cargo = workspace.cargo();
            cargo.args(["tree", "--offline", "--prefix", "none", "--no-dedupe"]);
            cargo.args(["--format", "{p}|{f}", "--edges", edges]).args(chosen);
            let said = process::output(&mut cargo).expect("cargo knows the dependencies");
            said.lines().map(str::to_owned).collect()
        };
        let package = |line: &String| line.split('|').next().unwrap_or_default().to_owned();
        let of_program = tree(&["--package", "streamgauge"], "normal");
        let of_program: BTreeSet<String> = of_program.iter().map(package).collect();
        let all = tree(&["--workspace"], edges);
        all.into_iter().filter(|line| of_program.contains(&package(line))).collect()
    }

    #[test]
    fn the_program_is_compiled_once_for_itself_and_its_tests() {
        let workspace = Workspace::find().expect("the tests run in a clone");
        let program = features_of_the_program(&workspace, "normal,build");
        let tests = features_of_the_program(&workspace, "normal,build,dev");
        assert!(program.len() > 100, "{program:?}");
        let other: Vec<_> = program.symmetric_difference(&tests).collect();
        assert!(
            other.is_empty(),
            "the tests turn features on that the program does not have: {other:#?}\n\
             name them in the dependencies of xtask, as the program is built with all packages"
        );
    }
}
