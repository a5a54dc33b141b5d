//! A plugin in Rust, by cargo.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use streamgauge_core::digest_of;

use super::built::Built;
use crate::cli::failure::Failure;

const TARGET: &str = "wasm32-unknown-unknown";

/// The part of a digest that tells two folders of one name apart.
const DIGEST_CHARS: usize = 12;

/// Runs cargo and returns the file that cargo built.
pub(super) fn compile(folder: &Path) -> Result<Built, Failure> {
    check_target(folder)?;
    let artifact = artifact(folder)?;
    Ok(Built { name: package(folder, &artifact), artifact, _folder: None })
}

/// Checks that the compiler has the target: cargo's own message leaves the way out to guessing.
fn check_target(folder: &Path) -> Result<(), Failure> {
    let said = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .output()
        .map_err(|error| missing(&error, "rustc"))?;
    let libraries = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if said.status.success() && Path::new(&libraries).is_dir() {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "Rust's target {TARGET} is not installed\nhint: rustup target add {TARGET}"
    )))
}

fn missing(error: &Error, tool: &str) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::failed(format!(
            "`{tool}` is not installed, or not in PATH\nhint: install Rust with rustup, https://rustup.rs"
        )),
        _ => Failure::failed(format!("`{tool}` could not be started: {error}")),
    }
}

/// Runs cargo, whose own words go to the terminal, and returns the file that cargo built.
fn artifact(folder: &Path) -> Result<PathBuf, Failure> {
    let mut cargo = Command::new("cargo");
    if let Some(target) = target_of_its_own(folder) {
        // Intermediate files may have a folder of their own in cargo's configuration.
        let build = format!("build.build-dir={}", toml::Value::String(target.clone()));
        cargo.args(["--config", &build, "build", "--target-dir", &target]);
    } else {
        cargo.arg("build");
    }
    let built = cargo
        .args(["--release", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| missing(&error, "cargo"))?;
    if !built.status.success() {
        return Err(Failure::failed(
            "the plugin does not compile\nhint: cargo's words stand above",
        ));
    }
    let messages = String::from_utf8_lossy(&built.stdout).into_owned();
    let is_component = |path: &&str| Path::new(path).extension().is_some_and(|end| end == "wasm");
    let files: Vec<Value> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .collect();
    let names = files.iter().filter_map(|message| message["filenames"].as_array()).flatten();
    // The last one: dependencies come first.
    let component = names.filter_map(Value::as_str).rfind(is_component);
    component.map(PathBuf::from).ok_or_else(|| {
        Failure::failed("cargo built no component\nhint: [lib] needs crate-type = [\"cdylib\"]")
    })
}

/// The folder for cargo's products where the one that cargo would take is shared with other folders,
/// as by `CARGO_TARGET_DIR`. Cargo takes packages of one name and version in two folders for the same
/// there and hands out the component of the other one.
fn target_of_its_own(folder: &Path) -> Option<String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(folder);
    let said = cargo.stderr(Stdio::null()).output().ok()?;
    let metadata: Value = serde_json::from_slice(&said.stdout).ok()?;
    let root = Path::new(metadata["workspace_root"].as_str()?);
    let target = metadata["target_directory"].as_str()?;
    let places = [Some(target), metadata["build_directory"].as_str()];
    if places.iter().flatten().all(|place| Path::new(place).starts_with(root)) {
        return None;
    }
    let digest = digest_of(root.as_os_str().as_encoded_bytes()).to_string();
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let own = Path::new(target).join(format!("{name}-{}", digest.get(..DIGEST_CHARS)?));
    own.into_os_string().into_string().ok()
}

/// The package's name; cargo has accepted the manifest. The artifact has `_` where the name has
/// `-`.
fn package(folder: &Path, artifact: &Path) -> String {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let name = manifest.get("package").and_then(|p| p.get("name")).and_then(toml::Value::as_str);
    let stem = || artifact.file_stem().unwrap_or_default().to_string_lossy();
    name.map_or_else(|| stem().into_owned(), str::to_owned)
}
