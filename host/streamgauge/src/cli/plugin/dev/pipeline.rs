//! The pipeline that shows a plugin: one that names the plugin, or else a pipeline made for the
//! plugin alone.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::demo::state_dir;
use crate::cli::failure::Failure;
use crate::cli::plugin::wasi::{INERT, needs_inert};
use crate::cli::serve::url;
use crate::run::compiler;
use streamgauge_pipeline::{MetricSettings, Pipeline};

/// The pipeline that a new project begins with.
const DEFAULT: &str = include_str!("../../../../../../pipeline.toml");

/// The pipeline that is shown, with a folder for the host that shows it. The folder is removed with
/// this value.
pub(super) struct Shown {
    file: PathBuf,
    pipeline: Pipeline,
    hint: Option<String>,
    folder: TempDir,
}

impl Shown {
    /// The pipeline at `config`, where `config` names `component`, or else a pipeline with nothing
    /// but `component`.
    pub(super) fn of(component: &Path, config: &Path) -> Result<Self, Failure> {
        let component = component.canonicalize().map_err(Failure::failed)?;
        let folder = tempfile::Builder::new().prefix("streamgauge-dev-").tempdir();
        let folder = folder.map_err(Failure::failed)?;
        // The demo needs no secrets of the source.
        let load = |file: &Path| Pipeline::load_with(file, &|_| Some(String::new()));
        let found = config.is_file();
        if found {
            let (pipeline, _) = load(config)?;
            let is_it = |metric: &MetricSettings| {
                metric.plugin.canonicalize().is_ok_and(|plugin| plugin == component)
            };
            if pipeline.metrics.iter().any(is_it) {
                return Ok(Self { file: config.into(), pipeline, hint: None, folder });
            }
        }
        let hint = format!(
            "it is shown alone, on generated shop events; {} shows it with its others, with\n{}",
            if found { config.display().to_string() } else { "a pipeline".to_owned() },
            metric(&component),
        );
        let file = folder.path().join("pipeline.toml");
        fs::write(&file, alone(&component)).map_err(Failure::failed)?;
        let (pipeline, _) = load(&file)?;
        Ok(Self { file, pipeline, hint: Some(hint), folder })
    }

    /// True if a host that shows this can take over `next`: the same file, with records that count
    /// as they did.
    pub(super) fn leads_to(&self, next: &Self) -> bool {
        self.hint == next.hint && self.records() == next.records()
    }

    fn records(&self) -> BTreeMap<String, String> {
        self.pipeline.state_settings()
    }

    pub(super) fn listen(&self) -> SocketAddr {
        self.pipeline.server.listen
    }

    /// The address of the page where its host listens at `address`.
    pub(super) fn url(&self, address: SocketAddr) -> String {
        url(address, &self.pipeline.server)
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The folder of the host that shows this.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The place of the host's state.
    pub(super) fn state_dir(&self) -> PathBuf {
        state_dir(self.folder())
    }

    /// The hint for the plugin's author, if there is one.
    pub(super) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
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
