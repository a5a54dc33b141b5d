//! A plugin in Python, by componentize-py: the interpreter with `metric.py` imported.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::built::Built;
use super::tool::{Tool, absolute, name_or_folder, run, scratch, vendored};
use crate::cli::failure::Failure;

const COMPILER: Tool = Tool {
    name: "componentize-py",
    place: ".venv/bin",
    install: "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1",
};

/// Compiles the plugin in `folder`, and leaves nothing there.
pub(super) fn compile(folder: &Path) -> Result<Built, Failure> {
    let sdk = vendored(folder, "streamgauge_sdk", "python")?;
    let contract = vendored(folder, "wit", "python")?;
    let compiler = COMPILER.find(folder)?;
    let made = scratch()?;
    let artifact = made.path().join("plugin.wasm");
    let mut command = Command::new(compiler);
    command.current_dir(folder).arg("-d").arg(contract).args(["-w", "metric", "componentize"]);
    command.arg("streamgauge_component").arg("-p").arg(absolute(folder)?);
    // The compiler follows no links, so the SDK is named by its real path.
    if let Some(around) = sdk.parent() {
        command.arg("-p").arg(around);
    }
    let entry = copied(&sdk.join("component"), &made.path().join("component"))?;
    command.arg("-p").arg(entry).arg("-o").arg(&artifact);
    // Packages of the plugin's own environment are found through this.
    let environment = absolute(&folder.join(".venv"))?;
    if environment.is_dir() {
        command.env("VIRTUAL_ENV", environment);
    }
    run(&mut command)?;
    let manifest = fs::read_to_string(folder.join("pyproject.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let name = manifest.get("project").and_then(|p| p.get("name")).and_then(toml::Value::as_str);
    Ok(Built { name: name_or_folder(name, folder), artifact, _folder: Some(made) })
}

/// Copies the modules of `folder` to a place where Python may leave its compiled files.
fn copied(folder: &Path, to: &Path) -> Result<PathBuf, Failure> {
    let copy = || {
        fs::create_dir(to)?;
        for entry in fs::read_dir(folder)? {
            let module = entry?.path();
            if module.extension().is_some_and(|end| end == "py") {
                fs::copy(&module, to.join(module.file_name().unwrap_or_default()))?;
            }
        }
        Ok(())
    };
    copy().map(|()| to.to_path_buf()).map_err(|error: std::io::Error| {
        Failure::failed(format!("{} could not be copied: {error}", folder.display()))
    })
}
