//! Tells the program its version with the commit that it is built from. Outside a repository, or
//! without git, the variable `STREAMGAUGE_COMMIT` may name the commit, and else none is named.

use std::path::Path;
use std::process::Command;

/// How many digits of a commit are shown.
const DIGITS: usize = 12;

fn main() {
    println!("cargo:rerun-if-env-changed=STREAMGAUGE_COMMIT");
    println!("cargo:rerun-if-changed=build.rs");
    let named = std::env::var("STREAMGAUGE_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = named.or_else(commit_of_repository);
    let version = env!("CARGO_PKG_VERSION");
    let shown = commit.map_or(version.to_owned(), |commit| {
        format!("{version} ({})", commit.get(..DIGITS).unwrap_or(&commit))
    });
    println!("cargo:rustc-env=STREAMGAUGE_VERSION={shown}");
}

/// The commit of this repository, and not of one that only holds a copy of the sources.
fn commit_of_repository() -> Option<String> {
    let tracked = git(&["ls-files", "--error-unmatch", "build.rs"]);
    let commit = git(&["rev-parse", "HEAD"]).filter(|_| tracked.is_some())?;
    // A new commit changes the log of HEAD; a path that is not there would be a change each time.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo:rerun-if-changed={log}");
    }
    Some(commit)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}
