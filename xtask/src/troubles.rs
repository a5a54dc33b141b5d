//! `cargo xtask troubles`: a running pipeline goes through twenty troubles in a row under an open
//! page. The words and a picture of the page at each are kept for people to look at. The tests of
//! the page go through a few of them, each only until the page says it.

use std::{fs, io};

use anyhow::{Context as _, Result};

use crate::{
    build::{self, page},
    e2e::with_places,
    kafka, process, setup,
    step::step,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long each trouble stands.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    build::all(workspace)?;
    page::install(workspace)?;
    let jars = kafka::provide_jars(workspace)?;
    let report = workspace.target().join("troubles");
    match fs::remove_dir_all(&report) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| report.display().to_string());
        }
        _ => {}
    }
    let result = step("troubles", || {
        let mut npm = page::npm(workspace);
        with_places(&mut npm, workspace)
            .env("STREAMGAUGE_KAFKA_LIB", &jars)
            .env("TROUBLE_SECONDS", args.seconds.to_string())
            .env("TROUBLE_REPORT", &report);
        process::run(npm.args(["run", "test:page", "--", "test/page/troubles.test.ts"]))
    });
    if let Ok(said) = fs::read_to_string(report.join("said.txt")) {
        println!("{said}\npictures are in {}", report.display());
    }
    result
}
