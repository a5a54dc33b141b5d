//! `cargo xtask bench curves`: how the cost of an event grows with the keys, the open windows and the
//! metrics, in instructions as callgrind counts them, drawn as SVG.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};

use super::instructions;
use crate::{
    build, example, setup,
    step::{grouped, silent_step, step},
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

/// How large, and how many instructions an event costs there.
type Point = (u64, f64);

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
        fs::write(&file, svg(&points))
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

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
/// The room for the figures at the left and below; above and at the right there is half of it.
const MARGIN: f64 = 56.0;
/// Readable on white and on black.
const GREY: &str = "#7d8590";
const BLUE: &str = "#2f81f7";

/// A line through points that ascend, over a logarithmic axis; the vertical axis begins at 0.
fn svg(points: &[Point]) -> String {
    let sizes = points.iter().map(|(size, _)| *size as f64);
    let (least, most) = (sizes.clone().fold(f64::MAX, f64::min), sizes.fold(1.0, f64::max));
    let highest = points.iter().map(|(_, value)| *value).fold(1.0, f64::max);
    let step = even_step(highest);
    let top = (highest / step).ceil() * step;
    let x = |size: u64| {
        let part = (size as f64 / least).ln() / (most / least).ln().max(f64::MIN_POSITIVE);
        MARGIN + part * (WIDTH - 1.5 * MARGIN)
    };
    let y = |value: f64| HEIGHT - MARGIN / 2.0 - value / top * (HEIGHT - MARGIN);

    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"{GREY}\">\n"
    );
    let mut value = 0.0;
    while value <= top {
        let (right, at) = (WIDTH - MARGIN / 2.0, y(value));
        let _ = writeln!(
            text,
            "<path d=\"M{MARGIN} {at:.1}H{right}\" stroke=\"{GREY}\" stroke-opacity=\"0.3\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>",
            MARGIN - 8.0,
            at + 4.0
        );
        value += step;
    }
    let line: Vec<String> =
        points.iter().map(|(size, value)| format!("{:.1},{:.1}", x(*size), y(*value))).collect();
    let _ = writeln!(
        text,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{BLUE}\" stroke-width=\"2\"/>",
        line.join(" ")
    );
    for (place, (size, value)) in points.iter().enumerate() {
        // Beside the figures at the left, and within the picture.
        let anchor = match place {
            0 => "start",
            _ if place + 1 == points.len() => "end",
            _ => "middle",
        };
        let (x, y) = (x(*size), y(*value));
        let _ = writeln!(
            text,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{BLUE}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{value:.0}</text>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            y - 9.0,
            HEIGHT - 8.0,
            grouped(*size)
        );
    }
    text + "</svg>\n"
}

/// A step of 1, 2 or 5 times a power of ten, of which four to ten make `highest`.
fn even_step(highest: f64) -> f64 {
    let power = 10_f64.powf((highest / 4.0).log10().floor());
    let fitting = [5.0, 2.0, 1.0].map(|times| times * power);
    fitting.into_iter().find(|step| highest / step >= 4.0).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_even_and_few() {
        for (highest, step) in [(4.0, 1.0), (2855.0, 500.0), (3999.0, 500.0), (8100.0, 2000.0)] {
            assert!((even_step(highest) - step).abs() < 1e-9, "{highest}: {}", even_step(highest));
        }
    }

    #[test]
    fn a_curve_goes_through_its_points_between_its_axes() {
        let drawn = svg(&[(10, 500.0), (1000, 1000.0), (100_000, 2000.0)]);
        // Logarithmic across, from 0 upwards.
        assert!(drawn.contains("points=\"56.0,211.0 334.0,150.0 612.0,28.0\""), "{drawn}");
        assert!(drawn.contains(">100,000</text>") && drawn.contains(">1500</text>"), "{drawn}");
        assert_eq!(drawn.matches("<circle").count(), 3);
    }
}
