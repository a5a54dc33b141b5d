//! Tells the program its version with the commit that it is built from. Outside a repository, or
//! without git, the variable `STREAMGAUGE_COMMIT` may name the commit, and else none is named.
//!
//! Generates the types of the contract for new plugins in Rust, so that no plugin compiles the
//! generator: that took a minute of the first build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator as _};
use wit_bindgen_rust::Opts;

/// The folder of the contract, from this crate.
const CONTRACT: &str = "../../plugins/wit";

/// How many digits of a commit are shown.
const DIGITS: usize = 12;

fn main() {
    println!("cargo:rerun-if-env-changed=STREAMGAUGE_COMMIT");
    println!("cargo:rerun-if-changed=build.rs");
    let named = env::var("STREAMGAUGE_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = named.or_else(commit_of_repository);
    let version = env!("CARGO_PKG_VERSION");
    let shown = commit.map_or(version.to_owned(), |commit| {
        format!("{version} ({})", commit.get(..DIGITS).unwrap_or(&commit))
    });
    println!("cargo:rustc-env=STREAMGAUGE_VERSION={shown}");
    write_bindings();
}

/// Writes `bindings.rs`, with the options of the macro in the SDK's `bindings.rs`.
fn write_bindings() {
    println!("cargo:rerun-if-changed={CONTRACT}");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(CONTRACT).expect("the contract is well formed");
    let world = resolve
        .select_world(&[package], Some("metric-with-difference"))
        .expect("the contract has it");
    let options = Opts {
        format: true,
        pub_export_macro: true,
        default_bindings_module: Some("streamgauge_sdk::bindings".to_owned()),
        runtime_path: Some("::streamgauge_sdk::rt".to_owned()),
        additional_derive_attributes: vec!["PartialEq".to_owned()],
        ..Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files).expect("the contract has bindings");
    let (_, bindings) = files.iter().next().expect("the generator makes one file");
    let place = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("bindings.rs");
    fs::write(place, bindings).expect("the folder of the build is writable");
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
