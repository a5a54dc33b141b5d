//! Curves as SVG, readable on white and on black.

use std::fmt::Write as _;

use crate::step::grouped;

/// How large, and the value there.
pub(super) type Point = (u64, f64);

/// A line through points that ascend.
pub(super) struct Line {
    /// What stands beside its last point; nothing where there is one line alone.
    pub(super) name: Option<String>,
    pub(super) points: Vec<Point>,
    /// Something to compare with, and nothing that was measured: dashed, without figures.
    pub(super) is_ideal: bool,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
/// The room for the figures at the left and below; above and at the right there is half of it.
const MARGIN: f64 = 56.0;
const GREY: &str = "#7d8590";
/// Told apart without colour by the names beside the lines.
const COLORS: [&str; 3] = ["#2f81f7", "#d55e00", "#009e73"];
/// The room that a name beside a line takes.
const NAME_WIDTH: f64 = 120.0;
/// From one name to the next below it at the least.
const LINE_HEIGHT: f64 = 14.0;
/// Values below which decimals tell something.
const SMALL: f64 = 20.0;

/// Lines over a logarithmic axis; the vertical axis begins at 0.
pub(super) fn svg(lines: &[Line]) -> String {
    let axes = Axes::of(lines);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"{GREY}\">\n"
    );
    axes.draw(&mut text);
    let mut colors = COLORS.iter().cycle();
    let mut names = Vec::new();
    for line in lines {
        let color = if line.is_ideal { GREY } else { colors.next().unwrap_or(&GREY) };
        axes.draw_line(&mut text, line, color);
        if let (Some(name), Some((size, value))) = (&line.name, line.points.last()) {
            let value_shown = if line.is_ideal { String::new() } else { shown(*value, axes.top) };
            let name = format!("{name} {value_shown}").trim_end().to_owned();
            names.push((axes.y(*value) + 4.0, axes.x(*size) + 8.0, name, color));
        }
    }
    names.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = f64::MIN;
    for (y, x, name, color) in names {
        lowest = y.max(lowest + LINE_HEIGHT);
        let _ =
            writeln!(text, "<text x=\"{x:.1}\" y=\"{lowest:.1}\" fill=\"{color}\">{name}</text>");
    }
    text + "</svg>\n"
}

/// Where sizes and values are.
struct Axes {
    /// In their order, none twice, so that each stands below the axis once.
    sizes: Vec<u64>,
    step: f64,
    top: f64,
    right: f64,
}

impl Axes {
    fn of(lines: &[Line]) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let mut sizes: Vec<_> = points().map(|(size, _)| *size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let highest = points().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
        let step = even_step(highest);
        let names = if lines.iter().any(|line| line.name.is_some()) { NAME_WIDTH } else { 0.0 };
        let right = WIDTH - MARGIN / 2.0 - names;
        Self { sizes, step, top: (highest / step).ceil() * step, right }
    }

    fn x(&self, size: u64) -> f64 {
        let least = self.sizes.first().map_or(1.0, |size| *size as f64);
        let most = self.sizes.last().map_or(1.0, |size| *size as f64);
        let part = (size as f64 / least).ln() / (most / least).ln().max(f64::MIN_POSITIVE);
        MARGIN + part * (self.right - MARGIN)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - MARGIN / 2.0 - value / self.top * (HEIGHT - MARGIN)
    }

    fn draw(&self, text: &mut String) {
        let mut value = 0.0;
        while value <= self.top {
            let (right, at) = (self.right, self.y(value));
            let _ = writeln!(
                text,
                "<path d=\"M{MARGIN} {at:.1}H{right}\" stroke=\"{GREY}\" stroke-opacity=\"0.3\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                MARGIN - 8.0,
                at + 4.0,
                shown(value, self.top)
            );
            value += self.step;
        }
        for (place, size) in self.sizes.iter().enumerate() {
            let _ = writeln!(
                text,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{}\">{}</text>",
                self.x(*size),
                HEIGHT - 8.0,
                anchor(place, self.sizes.len()),
                grouped(*size)
            );
        }
    }

    fn draw_line(&self, text: &mut String, line: &Line, color: &str) {
        let at = |(size, value): &Point| (self.x(*size), self.y(*value));
        let places: Vec<_> = line.points.iter().map(at).collect();
        let through: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let dashes = if line.is_ideal { " stroke-dasharray=\"6 4\"" } else { "" };
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dashes}/>",
            through.join(" ")
        );
        if line.is_ideal {
            return;
        }
        for (place, ((x, y), (_, value))) in places.iter().zip(&line.points).enumerate() {
            let _ =
                writeln!(text, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{color}\"/>");
            // Beside each other, lines cross figures; the last one stands with the name.
            if line.name.is_none() {
                let (anchor, shown) = (anchor(place, places.len()), shown(*value, self.top));
                let y = y - 9.0;
                let _ = writeln!(
                    text,
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{shown}</text>"
                );
            }
        }
    }
}

/// Beside the figures at the left, and within the picture.
fn anchor(place: usize, of: usize) -> &'static str {
    match place {
        0 => "start",
        _ if place + 1 == of => "end",
        _ => "middle",
    }
}

fn shown(value: f64, top: f64) -> String {
    if top < SMALL { format!("{value:.2}") } else { format!("{value:.0}") }
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

    fn line(points: &[Point]) -> Line {
        Line { name: None, points: points.to_vec(), is_ideal: false }
    }

    #[test]
    fn steps_are_even_and_few() {
        for (highest, step) in [(4.0, 1.0), (2855.0, 500.0), (3999.0, 500.0), (8100.0, 2000.0)] {
            assert!((even_step(highest) - step).abs() < 1e-9, "{highest}: {}", even_step(highest));
        }
    }

    #[test]
    fn a_curve_goes_through_its_points_between_its_axes() {
        let drawn = svg(&[line(&[(10, 500.0), (1000, 1000.0), (100_000, 2000.0)])]);
        // Logarithmic across, from 0 upwards.
        assert!(drawn.contains("points=\"56.0,211.0 334.0,150.0 612.0,28.0\""), "{drawn}");
        assert!(drawn.contains(">100,000</text>") && drawn.contains(">1500</text>"), "{drawn}");
        assert_eq!(drawn.matches("<circle").count(), 3);
    }

    #[test]
    fn lines_share_their_axes_and_bear_their_names() {
        let ideal =
            Line { is_ideal: true, name: Some("ideal".to_owned()), ..line(&[(1, 1.0), (2, 2.0)]) };
        let real = Line { name: Some("4 partitions".to_owned()), ..line(&[(1, 1.0), (2, 1.84)]) };
        let drawn = svg(&[ideal, real]);
        assert!(
            drawn.contains(">ideal</text>") && drawn.contains(">4 partitions 1.84</text>"),
            "{drawn}"
        );
        assert_eq!(drawn.matches("<circle").count(), 2, "the ideal was not measured");
        assert_eq!(drawn.matches("stroke-dasharray").count(), 1);
        assert_eq!(drawn.matches("y=\"292.0\"").count(), 2, "each size stands below once");
    }
}
