//! The tools that building and testing need: checked with their versions, installed where that
//! is allowed, and otherwise named with their remedy.
//!
//! Parts of the Rust toolchain are added through rustup, as they touch nothing else. Debian's
//! packages change the whole machine, so they are installed only as root or with `--yes`.

mod apt;
mod needs;
mod version;

use anyhow::{Result, bail};

use self::needs::{Found, Need, Remedy};
pub(crate) use self::needs::{chromium, nginx};
use crate::{process, step::step, workspace::Workspace};

/// The purpose of a tool; a command asks only for the purposes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Building and running the product.
    Build,
    /// Running a real Kafka.
    Broker,
    /// The lints, and the tests of the page in a browser and of plugins in other languages.
    Test,
}

/// The right to install packages of the whole machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    Root,
    /// As root, or through sudo where a user is asking.
    Sudo,
}

impl Consent {
    /// The meaning of the option `--yes`.
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Self::Sudo } else { Self::Root }
    }
}

/// Every scope, for what needs everything.
pub(crate) const EVERYTHING: &[Scope] = &[Scope::Build, Scope::Broker, Scope::Test];

/// `cargo xtask setup`: every tool, with its version.
pub(crate) fn command(workspace: &Workspace, consent: Consent) -> Result<()> {
    let result = ensure(workspace, EVERYTHING, consent);
    for need in needs::all() {
        match (need.probe)(workspace) {
            Found::Present(version) => println!("  ok       {:<24} {version}", need.name),
            Found::TooOld { found, wanted } => {
                println!("  too old  {:<24} {found}, needs {wanted} or newer", need.name);
            }
            Found::Missing => println!("  missing  {:<24} for {}", need.name, need.purpose),
        }
    }
    result?;
    println!("everything is there; next: `cargo xtask demo` or `cargo xtask test`");
    Ok(())
}

/// Makes sure that all tools of some scopes are there; the error names each that is not.
pub(crate) fn ensure(workspace: &Workspace, scopes: &[Scope], consent: Consent) -> Result<()> {
    let missing = lacking(workspace, scopes);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.name).collect();
    eprintln!("not there yet: {}", names.join(", "));
    for need in &missing {
        add_to_toolchain(workspace, need)?;
    }
    let packages = packages(&missing);
    let mut lines = Vec::new();
    if !packages.is_empty()
        && let Err(refusal) = apt::install(&packages, consent)
    {
        lines.push(format!("{refusal:#}"));
    }
    let still = lacking(workspace, scopes);
    if still.is_empty() {
        return Ok(());
    }
    lines.splice(0..0, still.iter().map(|need| explain(workspace, need)));
    bail!("{}", lines.join("\n"))
}

fn lacking(workspace: &Workspace, scopes: &[Scope]) -> Vec<Need> {
    needs::all()
        .into_iter()
        .filter(|need| scopes.contains(&need.scope))
        .filter(|need| !matches!((need.probe)(workspace), Found::Present(_)))
        .collect()
}

/// Adds a part of the Rust toolchain that `rust-toolchain.toml` names; without rustup the
/// explanation in the end says what to do.
fn add_to_toolchain(workspace: &Workspace, need: &Need) -> Result<()> {
    let Remedy::Rustup(args) = need.remedy else { return Ok(()) };
    if !process::on_path("rustup") {
        return Ok(());
    }
    step(&format!("rustup {}", args.join(" ")), || {
        let mut rustup = std::process::Command::new("rustup");
        process::run(rustup.args(args).current_dir(workspace.root()))
    })
}

fn packages(needs: &[Need]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = needs
        .iter()
        .filter_map(|need| match need.remedy {
            Remedy::Debian { packages, .. } => Some(packages),
            Remedy::Rustup(_) => None,
        })
        .flatten()
        .copied()
        .collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// One tool that is still not there, with its remedy.
fn explain(workspace: &Workspace, need: &Need) -> String {
    let what = match (need.probe)(workspace) {
        Found::TooOld { found, wanted } => {
            format!("{} is too old: {found}, but {wanted} or newer is needed", need.name)
        }
        Found::Present(_) | Found::Missing => format!("{} is missing", need.name),
    };
    let hint = match need.remedy {
        Remedy::Rustup(args) => {
            format!("`rustup {}` (rustup itself: https://rustup.rs)", args.join(" "))
        }
        Remedy::Debian { packages, otherwise } => {
            format!("Debian package {}; {otherwise}", packages.join(" "))
        }
    };
    format!("{what}, for {}\n  hint: {hint}", need.purpose)
}
