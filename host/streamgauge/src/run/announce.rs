//! The announcement of a running pipeline beside its state: the address of the page, so that
//! commands find the pipeline where its state cannot be read beside it.

use std::fs;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use streamgauge_checkpoint::store::{Checkpoint, ExportReadError, ExportReader};
use streamgauge_core::FinalPane;

const FILE: &str = "running.json";

/// How long a running pipeline has to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long it has for the whole of a checkpoint.
const BODY_TIMEOUT: Duration = Duration::from_mins(10);

/// How long a running pipeline has to do something: plugins may have to be compiled.
const ACT_TIMEOUT: Duration = Duration::from_mins(30);

/// The process and the address of a running pipeline.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Announcement {
    /// The id of the pipeline's process.
    pub pid: u32,
    /// The address of the pipeline's page.
    pub address: SocketAddr,
}

/// The answer of a running pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The body, which is JSON.
    pub body: String,
}

/// Takes the announcement back when dropped.
pub struct Announced {
    announcement: Announcement,
    path: PathBuf,
}

impl Announcement {
    /// Writes the announcement beside the state in `dir`. A failure is no reason not to run.
    pub fn write(self, dir: &Path) -> Announced {
        let announced = Announced { announcement: self, path: dir.join(FILE) };
        announced.write();
        announced
    }

    /// The announcement beside the state in `dir`, which may be out of date.
    pub fn read(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(dir.join(FILE)).ok()?).ok()
    }

    /// Has the pipeline do what `path` below its API says.
    ///
    /// # Errors
    /// The pipeline does not answer.
    pub fn post(&self, path: &str, token: &str) -> Result<Answer, String> {
        let request = agent(ACT_TIMEOUT).post(self.api(path));
        let bearer = format!("Bearer {token}");
        answer(request.header("Authorization", bearer).send_empty())
    }

    /// Asks the pipeline for what is at `path` below its API.
    ///
    /// # Errors
    /// The pipeline does not answer.
    pub fn get(&self, path: &str, token: &str) -> Result<Answer, String> {
        let request = agent(ANSWER_TIMEOUT).get(self.api(path));
        answer(request.header("Authorization", format!("Bearer {token}")).call())
    }

    fn api(&self, path: &str) -> String {
        format!("http://{}/api/v1/{path}", self.address)
    }

    /// Asks the pipeline for its latest checkpoint, with the token of the pipeline's server if
    /// there is one. Each final pane goes to `take`; nothing is held but the states.
    ///
    /// # Errors
    /// The pipeline does not answer, or not with a checkpoint.
    pub fn checkpoint(
        &self,
        token: Option<&str>,
        take: impl FnMut(FinalPane),
    ) -> Result<Checkpoint, String> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_connect(Some(ANSWER_TIMEOUT))
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .timeout_recv_body(Some(BODY_TIMEOUT))
            .build()
            .into();
        let mut request = agent.get(self.api("checkpoint"));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().map_err(|error| error.to_string())?;
        let body = response.body_mut().with_config().limit(u64::MAX).reader();
        let read = || {
            let mut export = ExportReader::begin(BufReader::new(body))?;
            export.read_panes(take)?;
            Ok(export.into_checkpoint())
        };
        read().map_err(|error: ExportReadError| error.to_string())
    }
}

/// An agent that takes a refusal for an answer.
fn agent(timeout: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(timeout));
    config.http_status_as_error(false).build().into()
}

fn answer(
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, String> {
    let mut response = response.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
    Ok(Answer { status, body })
}

impl Announced {
    fn write(&self) {
        let text = serde_json::to_string(&self.announcement).expect("numbers and texts are JSON");
        if let Err(error) = fs::write(&self.path, text) {
            tracing::debug!(%error, "{} could not be written", self.path.display());
        }
    }

    /// Writes the announcement again where it was removed and the folder is there.
    pub fn keep(&self) {
        if !self.path.exists() && self.path.parent().is_some_and(Path::is_dir) {
            self.write();
        }
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        // A file that stays is out of date, and asked only while the state is in use.
        let _ = fs::remove_file(&self.path);
    }
}
