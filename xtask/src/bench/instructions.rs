//! `cargo xtask bench instructions`: what kinds of work cost in instructions per event, as callgrind
//! counts them. They do not jitter, so what was once measured is kept in `instructions.json`, and
//! the tests refuse what costs more.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{
    build, example, process, setup,
    step::{silent_step, step},
    workspace::Workspace,
};

/// The kinds of work, as the example knows them.
const WORK: [&str; 6] =
    ["fold", "fold-windows", "count-few-keys", "count-many-keys", "publish", "checkpoint"];

/// What is counted: the function of the example in which the work is done.
const COUNTED: &str = "--toggle-collect=*instructions::measured*";

/// How much more than the kept figure is taken for noise: processors differ in how they copy and
/// compare memory.
const TOLERANCE: f64 = 1.05;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Keep what is measured now: the tests compare with it from here on.
    #[arg(long)]
    keep: bool,
}

/// What was measured once.
#[derive(Debug)]
struct Kept {
    /// The version of rustc.
    compiler: String,
    /// Instructions per event, by the kind of work.
    per_event: BTreeMap<String, f64>,
}

pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    step("plugins", || build::plugins(workspace))?;
    let measured = measure(workspace)?;
    print!("{}", table(&measured, read(workspace).ok().as_ref()));
    if args.keep {
        let file = json!({ "compiler": measured.compiler, "per_event": measured.per_event });
        return fs::write(kept_file(workspace), format!("{file:#}\n"))
            .context("could not write instructions.json");
    }
    Ok(())
}

/// Measures, and refuses what costs more than what is kept. The plugins must be built.
pub(crate) fn compare(workspace: &Workspace) -> Result<()> {
    let kept = read(workspace)?;
    let measured = measure(workspace)?;
    eprint!("{}", table(&measured, Some(&kept)));
    let dearer = dearer(&measured, &kept)?;
    ensure!(
        dearer.is_empty(),
        "{} now; hint: find out why with `callgrind_annotate` over target/instructions/*.out, or, \
         where that is wanted, keep the new figures with `cargo xtask bench instructions --keep`",
        dearer.join("; ")
    );
    Ok(())
}

/// The kinds of work that cost more than what is kept allows.
fn dearer(measured: &Kept, kept: &Kept) -> Result<Vec<String>> {
    ensure!(
        measured.compiler == kept.compiler,
        "instructions.json is of rustc {}, and this is {}; hint: measure the commit before with \
         this compiler, then `cargo xtask bench instructions --keep`",
        kept.compiler,
        measured.compiler
    );
    let of = |(work, now): (&String, &f64)| {
        let before = kept.per_event.get(work)?;
        (*now > before * TOLERANCE)
            .then(|| format!("`{work}` costs {now:.0} instructions an event and cost {before:.0}"))
    };
    Ok(measured.per_event.iter().filter_map(of).collect())
}

fn measure(workspace: &Workspace) -> Result<Kept> {
    let program = example::build(workspace, example::INSTRUCTIONS)?;
    let folder = super::empty_folder(workspace, "instructions")?;
    let mut per_event = BTreeMap::new();
    for work in WORK {
        silent_step(&format!("instructions of {work}"), || {
            let counted = Work { name: work, size: None, limits_addresses: false };
            per_event.insert(work.to_owned(), count(workspace, &program, &folder, counted)?);
            Ok(())
        })?;
    }
    Ok(Kept { compiler: compiler(workspace)?, per_event })
}

/// A kind of work, as the example knows it.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) name: &'a str,
    /// How many there are of what a curve is over.
    pub(super) size: Option<u64>,
    /// Whether plugins run as where addresses are limited: many at once find room then, and each
    /// access to their memory is checked.
    pub(super) limits_addresses: bool,
}

/// Starts what stands behind it with a limit of its addresses, in KiB.
const LIMITED: &str = "ulimit -v 67108864 && exec \"$@\"";

/// Instructions per event of one kind of work.
pub(super) fn count(
    workspace: &Workspace,
    program: &Path,
    folder: &Path,
    work: Work<'_>,
) -> Result<f64> {
    let mut valgrind = Command::new(if work.limits_addresses { "sh" } else { "valgrind" });
    if work.limits_addresses {
        valgrind.args(["-c", LIMITED, "sh", "valgrind"]);
    }
    let size = work.size.map(|size| size.to_string());
    let name = size.iter().fold(work.name.to_owned(), |name, size| name + "-" + size);
    let file =
        format!("--callgrind-out-file={}", folder.join(&name).with_extension("out").display());
    valgrind.args(["--tool=callgrind", COUNTED, &file]).arg(program);
    valgrind.arg(work.name).arg(workspace.target().join("plugins")).args(size);
    // Code for the processor that valgrind shows is of no use to anybody else.
    valgrind.env("STREAMGAUGE_CACHE", workspace.target().join("instructions-cache"));
    let (succeeded, said) = process::said(&mut valgrind)?;
    let after = |word: &str| said.lines().find_map(|line| line.split_once(word).map(|(_, n)| n));
    let events = said.lines().find_map(|line| line.strip_prefix("events: "));
    let (Some(instructions), Some(events), true) = (after("Collected : "), events, succeeded)
    else {
        bail!("callgrind did not count {name}:\n{said}");
    };
    let number = |text: &str| text.trim().parse::<f64>().context("a number was expected");
    let (instructions, events) = (number(instructions)?, number(events)?);
    ensure!(instructions > 0.0, "callgrind counted nothing of {name}: is `{COUNTED}` still there?");
    Ok((instructions / events * 10.0).round() / 10.0)
}

fn compiler(workspace: &Workspace) -> Result<String> {
    let version = process::output(Command::new("rustc").arg("-V").current_dir(workspace.root()))?;
    let number = version.split_whitespace().nth(1).context("rustc told no version")?;
    Ok(number.to_owned())
}

fn kept_file(workspace: &Workspace) -> PathBuf {
    workspace.root().join("xtask/instructions.json")
}

fn read(workspace: &Workspace) -> Result<Kept> {
    let text = fs::read_to_string(kept_file(workspace))
        .context("could not read xtask/instructions.json")?;
    let kept: Option<Kept> = serde_json::from_str(&text).ok().and_then(|value: Value| {
        let figures = value["per_event"].as_object()?.iter();
        Some(Kept {
            compiler: value["compiler"].as_str()?.to_owned(),
            per_event: figures
                .map(|(work, n)| Some((work.clone(), n.as_f64()?)))
                .collect::<Option<_>>()?,
        })
    });
    kept.context("xtask/instructions.json is not what `--keep` writes")
}

fn table(measured: &Kept, kept: Option<&Kept>) -> String {
    let mut text = "| work | instructions an event | kept |\n|---|--:|--:|\n".to_owned();
    for (work, now) in &measured.per_event {
        let before = kept.and_then(|kept| kept.per_event.get(work));
        let before = before.map_or("–".to_owned(), |before| format!("{before:.0}"));
        let _ = writeln!(text, "| {work} | {now:.0} | {before} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(compiler: &str, fold: f64) -> Kept {
        Kept { compiler: compiler.to_owned(), per_event: [("fold".to_owned(), fold)].into() }
    }

    #[test]
    fn what_costs_more_is_named_and_another_compiler_is_not_compared() {
        let kept = of("1.95.0", 1000.0);
        assert!(dearer(&of("1.95.0", 1049.0), &kept).expect("one compiler").is_empty());
        assert!(dearer(&of("1.95.0", 500.0), &kept).expect("one compiler").is_empty());
        let dearer_now = dearer(&of("1.95.0", 1051.0), &kept).expect("one compiler");
        assert_eq!(dearer_now, ["`fold` costs 1051 instructions an event and cost 1000"]);
        assert!(dearer(&of("1.96.0", 500.0), &kept).is_err());
    }

    #[test]
    fn every_kind_of_work_is_kept() {
        let kept = read(&Workspace::find().expect("the tests run in a clone")).expect("the file");
        assert!(kept.per_event.keys().eq(&{
            let mut names = WORK;
            names.sort_unstable();
            names
        }));
    }
}
