//! The pipeline that runs on the state of a pipeline file, for commands that change it or compare with
//! it. The command shows the token that the host left beside the state.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;
use streamgauge_pipeline::Pipeline;
use streamgauge_wire::Done;

use super::config::Config;
use super::failure::Failure;
use crate::run::announce::{Announcement, Answer};
use crate::run::control_token;

/// A host that runs, as far as its announcement tells.
pub(super) struct RunningHost {
    announcement: Announcement,
    token: String,
}

impl RunningHost {
    /// The host of the pipeline of `config`. Secrets of the source need not be there.
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        Self::find(&Pipeline::load_with(&config.config, &|_| Some(String::new()))?.0)
    }

    /// The host that runs on the state of `pipeline`.
    pub(super) fn find(pipeline: &Pipeline) -> Result<Self, Failure> {
        Self::at(&pipeline.state_dir)
    }

    /// The host that runs on the state in `dir`.
    pub(super) fn at(dir: &Path) -> Result<Self, Failure> {
        let announcement = Announcement::read(dir).ok_or_else(|| {
            let dir = dir.display();
            Failure::failed(format!("no pipeline runs on the state in {dir}"))
        })?;
        let token = control_token::read(dir).map_err(|error| {
            Failure::failed(format!(
                "the token of the pipeline that runs could not be read in {}: {error}\n\
                 hint: use the account that runs the pipeline",
                dir.display()
            ))
        })?;
        Ok(Self { announcement, token })
    }

    /// Has the host do what `path` below the API says.
    pub(super) fn act(&self, path: &str) -> Result<Done, Failure> {
        self.value(self.announcement.post(path, &self.token))
    }

    /// What the host has at `path` below the API.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.value(self.announcement.get(path, &self.token))
    }

    fn value<T: DeserializeOwned>(&self, answer: Result<Answer, String>) -> Result<T, Failure> {
        let address = self.announcement.address;
        let Answer { status, body } = answer.map_err(|error| {
            Failure::outside(format!(
                "the pipeline that seems to run at {address} does not answer: {error}"
            ))
        })?;
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        if status == 200 {
            return serde_json::from_value(json).map_err(|error| {
                Failure::failed(format!("the answer of the pipeline at {address} is none: {error}"))
            });
        }
        let words = json["error"].as_str().map_or(format!("HTTP {status}"), str::to_owned);
        Err(match status {
            // The words of a file's faults say "error" themselves.
            422 => Failure { code: 2, message: words },
            404 => Failure::usage(words),
            _ => Failure::failed(words),
        })
    }
}
