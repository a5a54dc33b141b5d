//! `cargo xtask bench curves`: how the cost of an event grows with the keys, the open windows and the
//! metrics, in instructions as callgrind counts them, drawn as SVG.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};

use super::{
    drawing::{Line, Point, svg},
    instructions,
};
use crate::{
    build, example, setup,
    step::{silent_step, step},
    workspace::Workspace,
};

/// What grows, as the example knows it, and how far.
const CURVES: [(&str, &[u64]); 3] = [
    ("keys", &[10, 100, 1_000, 10_000, 100_000, 1_000_000]),
    ("windows", &[1, 10, 100, 1_000]),
    ("metrics", &[1, 4, 16, 64]),
];

#[derive(clap::Args)]
pub(super) struct Args {
    /// Draw into the folder docs/curves, and not below target.
    #[arg(long)]
    keep: bool,
}

pub(super) fn command(workspace: &Workspace, args: &Args) -> Result<()> {
    setup::ensure(workspace, setup::EVERYTHING, setup::Consent::Root)?;
    step("plugins", || build::plugins(workspace))?;
    let program = example::build(workspace, example::INSTRUCTIONS)?;
    let counted = super::empty_folder(workspace, "curves")?;
    let drawn = if args.keep { workspace.root().join("docs/curves") } else { counted.clone() };
    fs::create_dir_all(&drawn).context("could not make the folder of the curves")?;
    for (name, sizes) in CURVES {
        let points = points(workspace, &program, &counted, name, sizes)?;
        print!("{}", table(name, &points));
        let file = drawn.join(name).with_extension("svg");
        let line = Line { name: None, points, is_ideal: false };
        fs::write(&file, svg(&[line]))
            .with_context(|| format!("could not write {}", file.display()))?;
    }
    Ok(())
}

fn points(
    workspace: &Workspace,
    program: &Path,
    folder: &Path,
    name: &str,
    sizes: &[u64],
) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for size in sizes {
        silent_step(&format!("{size} {name}"), || {
            // Valgrind has no addresses for the whole memories of more than thirty instances.
            let limits_addresses = name == "metrics";
            let work = instructions::Work { name, size: Some(*size), limits_addresses };
            points.push((*size, instructions::count(workspace, program, folder, work)?));
            Ok(())
        })?;
    }
    Ok(points)
}

fn table(name: &str, points: &[Point]) -> String {
    let mut text = format!("| {name} | instructions an event |\n|--:|--:|\n");
    for (size, instructions) in points {
        let _ = writeln!(text, "| {size} | {instructions:.0} |");
    }
    text
}
