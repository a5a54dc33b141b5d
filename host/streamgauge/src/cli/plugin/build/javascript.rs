//! A plugin in JavaScript, by componentize-qjs: the engine `QuickJS` with `component.js` and the
//! modules that `component.js` imports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::built::Built;
use super::tool::{Tool, name_or_folder, on_path, run, scratch, vendored};
use crate::cli::failure::Failure;

/// The module that is compiled, in the plugin's folder.
const ENTRY: &str = "component.js";

const COMPILER: Tool =
    Tool { name: "componentize-qjs", place: "node_modules/.bin", install: "npm install" };

pub(super) fn compile(folder: &Path) -> Result<Built, Failure> {
    if on_path("node").is_none() {
        return Err(Failure::failed(
            "`node` is not in PATH\nhint: install Node.js 20 or later, https://nodejs.org",
        ));
    }
    let sdk = vendored(folder, "streamgauge-sdk", "js")?;
    let contract = vendored(folder, "wit/metric.wit", "js")?;
    let compiler = COMPILER.find(folder)?;
    let made = scratch()?;
    let artifact = made.path().join("plugin.wasm");
    let mut command = Command::new(compiler);
    // `--sync`: a plugin waits for nothing, and the sandbox has no asynchronous calls.
    command.current_dir(folder).args(["--sync", "--world", "metric", "--wit"]).arg(contract);
    command.args(["--js", ENTRY, "--module-root"]).arg(root_of(folder, &sdk));
    command.arg("--output").arg(&artifact);
    run(&mut command)?;
    let manifest = fs::read_to_string(folder.join("package.json")).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&manifest).unwrap_or_default();
    let name = manifest["name"].as_str();
    Ok(Built { name: name_or_folder(name, folder), artifact, _folder: Some(made) })
}

/// The smallest folder with the plugin and its SDK, which may be a link to elsewhere: the compiler
/// reads nothing outside of that folder.
fn root_of(folder: &Path, sdk: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let root = folder.ancestors().find(|root| sdk.starts_with(root));
    root.unwrap_or(&folder).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_plugin_and_its_sdk() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let place = folder.path().canonicalize().expect("it is there");
        let plugin = place.join("examples/x");
        fs::create_dir_all(&plugin).expect("it is writable");
        assert_eq!(root_of(&plugin, &plugin.join("vendor/streamgauge-sdk")), plugin);
        assert_eq!(root_of(&plugin, &place.join("sdk-js")), place);
    }
}
