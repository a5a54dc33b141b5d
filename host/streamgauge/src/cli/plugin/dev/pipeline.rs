//! The pipeline that shows a plugin: one that names the plugin, or else a pipeline made for the
//! plugin alone.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::failure::Failure;
use crate::cli::plugin::wasi::{INERT, needs_inert};
use crate::run::compiler;
use streamgauge_pipeline::{MetricSettings, Pipeline};

/// The pipeline that a new project begins with.
const DEFAULT: &str = include_str!("../../../../../../pipeline.toml");

/// The pipeline that is shown; files made for a plugin alone are removed with this value.
pub(super) struct Shown {
    file: PathBuf,
    /// The address of the page by the file; `None` means that the file has mistakes.
    listen: Option<SocketAddr>,
    hint: Option<String>,
    _folder: Option<TempDir>,
}

impl Shown {
    /// The pipeline at `config`, where `config` names `component`, or else a pipeline with nothing
    /// but `component`.
    pub(super) fn of(component: &Path, config: &Path) -> Result<Self, Failure> {
        let component = component.canonicalize().map_err(Failure::failed)?;
        let found = config.is_file();
        if found {
            // A file with mistakes is shown unchanged: the host tells the mistakes.
            let Ok((pipeline, _)) = Pipeline::load_with(config, &|_| Some(String::new())) else {
                return Ok(Self::named(config, None));
            };
            let is_it = |metric: &MetricSettings| {
                metric.plugin.canonicalize().is_ok_and(|plugin| plugin == component)
            };
            if pipeline.metrics.iter().any(is_it) {
                return Ok(Self::named(config, Some(pipeline.server.listen)));
            }
        }
        let hint = format!(
            "it is shown alone, on generated shop events; {} shows it with its others, with\n{}",
            if found { config.display().to_string() } else { "a pipeline".to_owned() },
            metric(&component),
        );
        let folder = tempfile::tempdir().map_err(Failure::failed)?;
        let file = folder.path().join("pipeline.toml");
        fs::write(&file, alone(&component)).map_err(Failure::failed)?;
        Ok(Self { file, listen: None, hint: Some(hint), _folder: Some(folder) })
    }

    fn named(config: &Path, listen: Option<SocketAddr>) -> Self {
        Self { file: config.into(), listen, hint: None, _folder: None }
    }

    pub(super) fn listen(&self) -> Option<SocketAddr> {
        self.listen
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The hint for the plugin's author, if there is one.
    pub(super) fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

/// The default pipeline with this metric and no other.
fn alone(component: &Path) -> String {
    let head = DEFAULT.split("[[metric]]").next().unwrap_or_default();
    format!("{head}{}", metric(component))
}

/// The lines of the metric in a pipeline.
fn metric(component: &Path) -> String {
    let name = component.file_stem().unwrap_or_default().to_string_lossy();
    let path = toml::Value::String(component.to_string_lossy().into_owned());
    let wasi = if needs_inert(&compiler::runtime(), component) { INERT } else { "" };
    format!("[[metric]]\nid = \"{}\"\nplugin = {path}\n{wasi}\n", id(&name))
}

/// A name as an id of a metric.
fn id(name: &str) -> String {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    name.to_lowercase().chars().map(|c| if legal(c) { c } else { '-' }).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_pipeline_takes_one_metric_alone() {
        let text = alone(Path::new("/some \"where\"/Top Items.wasm"));
        let (pipeline, _) = Pipeline::parse(&text, Path::new("p.toml")).expect("it is valid");
        let metrics: Vec<_> =
            pipeline.metrics.iter().map(|m| (&*m.id, m.plugin.as_path())).collect();
        assert_eq!(metrics, [("top-items", Path::new("/some \"where\"/Top Items.wasm"))]);
    }
}
