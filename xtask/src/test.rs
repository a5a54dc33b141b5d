//! `cargo xtask test`: every check in order, up to the first that fails. Steps of one thread each run
//! side by side.
//!
//! All of Rust is checked in the release profile, so that the product is compiled once. The
//! system tests run the built host against a real Kafka and learn where things are from three
//! variables: `STREAMGAUGE_BIN` (the host), `STREAMGAUGE_KAFKA_LIB` (the folder of Kafka's jars)
//! and `STREAMGAUGE_ROOT` (the repository). The page's tests get the same, and
//! `CHROMIUM` and `NGINX`.

use std::{
    env,
    num::NonZero,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use clap::ValueEnum;

use crate::{
    bench::instructions,
    build::{self, languages, page},
    e2e::{self, with_places},
    kafka, process, setup,
    side_by_side::{self, Lane},
    step::{seconds, step},
    tidy,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only this step; may be given several times.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Lets the system tests read from Kafka with this client, `own` or `librdkafka`, in place of the
    /// one that a pipeline has which names none.
    #[arg(long, value_name = "CLIENT", requires = "only")]
    fetch: Option<String>,
    /// Lets the page's tests that have a long form take it.
    #[arg(long)]
    long: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The tools that the other steps need.
    Setup,
    /// The format of the Rust sources.
    Format,
    /// The structure of the sources, as ARCHITECTURE.md states it.
    Tidy,
    /// Plugins, page and host.
    Build,
    /// Clippy, every warning an error.
    Lint,
    /// The tests of all Rust packages that need nothing else.
    Unit,
    /// Instructions per event, which must not grow.
    Instructions,
    /// SDKs and example plugins in Python and JavaScript.
    Languages,
    /// The page's types.
    PageTypes,
    /// The page's pure parts.
    PageUnit,
    /// The built host against a real Kafka.
    System,
    /// The page in a real browser.
    PageBrowser,
}

pub(crate) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    let steps = chosen(&args.only);
    let start = Instant::now();
    let mut taken = Vec::new();
    for stage in steps.chunk_by(|one, next| args.only.is_empty() && one.is_beside(*next)) {
        let titles: Vec<_> = stage.iter().map(|each| each.title()).collect();
        let range = match stage.len() {
            1 => format!("{}", taken.len() + 1),
            more => format!("{}-{}", taken.len() + 1, taken.len() + more),
        };
        let title = format!("[{range}/{}] {}", steps.len(), titles.join(", "));
        let begun = Instant::now();
        if let [each] = stage {
            step(&title, || each.run(workspace, args)).map_err(|error| {
                anyhow!("step \"{}\": {error:#}\n  hint: {}", each.title(), each.remedy())
            })?;
            taken.push((*each, begun.elapsed()));
        } else {
            let took = step(&title, || side_by_side::run(lanes(workspace, stage)?))?;
            taken.extend(stage.iter().copied().zip(took));
        }
    }
    summarise(&taken, start.elapsed());
    Ok(())
}

/// The steps in their own order, whatever the order in which they were asked for.
fn chosen(only: &[Step]) -> Vec<Step> {
    let all = Step::value_variants().iter().copied();
    all.filter(|step| only.is_empty() || only.contains(step)).collect()
}

fn summarise(taken: &[(Step, Duration)], total: Duration) {
    eprintln!("==> every step is green");
    for (step, elapsed) in taken {
        eprintln!("    {:<34} {:>12}", step.title(), seconds(*elapsed));
    }
    eprintln!("    {:<34} {:>12}", "in all", seconds(total));
}

/// Each of these steps as a process of its own.
fn lanes(workspace: &Workspace, steps: &[Step]) -> Result<Vec<Lane>> {
    let program = env::current_exe()?;
    let lane = |step: &Step| {
        let name = step.name();
        let mut command = Command::new(&program);
        command.current_dir(workspace.root()).args(["test", "--only", &name]);
        let log = workspace.target().join(format!("test-{name}.log"));
        Lane { name: step.title(), command, log }
    };
    Ok(steps.iter().map(lane).collect())
}

impl Step {
    /// True where `next`, which comes after this step, may run at the same time.
    fn is_beside(self, next: Self) -> bool {
        let light = [Self::Instructions, Self::Languages, Self::PageTypes, Self::PageUnit];
        light.contains(&self) && light.contains(&next)
    }

    /// The name by which `--only` takes it.
    fn name(self) -> String {
        self.to_possible_value().expect("no step is skipped").get_name().to_owned()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Setup => "tools",
            Self::Format => "format",
            Self::Tidy => "structure",
            Self::Build => "build",
            Self::Lint => "lints",
            Self::Unit => "unit and integration tests",
            Self::Instructions => "instructions per event",
            Self::Languages => "plugins in other languages",
            Self::System => "system tests with a real Kafka",
            Self::PageTypes => "types of the page",
            Self::PageUnit => "unit tests of the page",
            Self::PageBrowser => "the page in Chromium",
        }
    }

    /// The way to mend a failed step, or to run it again.
    fn remedy(self) -> String {
        let name = self.name();
        match self {
            Self::Setup => "`cargo xtask setup` lists every tool".to_owned(),
            Self::Format => "`cargo fmt --all` puts it right".to_owned(),
            Self::Tidy => "each finding has its remedy above; again: `cargo xtask tidy`".to_owned(),
            _ => format!("the cause stands above; again: `cargo xtask test --only {name}`"),
        }
    }

    fn run(self, workspace: &Workspace, args: &Args) -> Result<()> {
        match self {
            Self::Setup => setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root),
            Self::Format => process::run(workspace.cargo().args(["fmt", "--all", "--check"])),
            Self::Tidy => tidy::command(workspace),
            Self::Build => build::all(workspace),
            Self::Lint => lint(workspace),
            Self::Unit => {
                process::run(workspace.cargo().args(["test", "--workspace", "--release"]))
            }
            Self::Instructions => instructions::compare(workspace),
            Self::Languages => languages::all(workspace),
            Self::System => system(workspace, args.fetch.as_deref()),
            Self::PageTypes => npm(workspace, "typecheck"),
            Self::PageUnit => npm(workspace, "test"),
            Self::PageBrowser => browser(workspace, args.long),
        }
    }
}

/// `--all-targets` leaves out the tests that run only by their name.
fn lint(workspace: &Workspace) -> Result<()> {
    let packages = workspace.packages()?;
    let tests = e2e::tests(&packages)?;
    for chosen in [vec!["--workspace", "--all-targets"], e2e::chosen(&tests)] {
        let mut cargo = workspace.cargo();
        cargo.args(["clippy", "--release"]).args(chosen).args(["--", "--deny", "warnings"]);
        process::run(&mut cargo)?;
    }
    Ok(())
}

/// Only the tests that run by their name, as the others ran among the unit tests. They wait for
/// brokers and hosts half of their time, so twice as many run at once as there are cores.
fn system(workspace: &Workspace, fetch: Option<&str>) -> Result<()> {
    let tests = e2e::tests(&workspace.packages()?)?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let at_once = format!("--test-threads={}", cores * 2);
    let mut command = e2e::command(workspace, &tests)?;
    if let Some(fetch) = fetch {
        command.env("STREAMGAUGE_TEST_FETCH", fetch);
    }
    process::run(command.args(["--", &at_once]))
}

fn npm(workspace: &Workspace, script: &str) -> Result<()> {
    page::install(workspace)?;
    let mut npm = page::npm(workspace);
    process::run(with_places(&mut npm, workspace).args(["run", script]))
}

/// The page over the real host, a real broker and a real proxy.
fn browser(workspace: &Workspace, long: bool) -> Result<()> {
    page::install(workspace)?;
    let jars = kafka::provide_jars(workspace)?;
    let mut npm = page::npm(workspace);
    with_places(&mut npm, workspace).env("STREAMGAUGE_KAFKA_LIB", jars);
    if long {
        npm.env("STREAMGAUGE_TEST_LONG", "1");
    }
    process::run(npm.args(["run", "test:page"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_steps_keep_the_order_of_all() {
        assert_eq!(chosen(&[Step::Unit, Step::Format]), [Step::Format, Step::Unit]);
        assert_eq!(chosen(&[]), Step::value_variants());
    }

    #[test]
    fn steps_that_keep_no_core_busy_run_beside_others() {
        let steps = chosen(&[]);
        let stages = steps.chunk_by(|one, next| one.is_beside(*next));
        let stages: Vec<_> = stages.filter(|stage| stage.len() > 1).collect();
        let light = [Step::Instructions, Step::Languages, Step::PageTypes, Step::PageUnit];
        assert_eq!(stages, [light]);
    }

    #[test]
    fn a_failed_step_names_the_way_to_run_it_again() {
        assert_eq!(
            Step::PageBrowser.remedy(),
            "the cause stands above; again: `cargo xtask test --only page-browser`"
        );
    }
}
