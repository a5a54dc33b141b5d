//! The end of every bench: figures by case, as a Markdown table or as JSON, kept in a file where
//! that is asked for, and beside those of such a file.
//!
//! Invariant: figures stand beside others only where both are of the same bench with the same
//! settings. A file that is refused is refused before anything is measured.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::cli::failure::Failure;
use crate::cli::output::{print_out, write_whole};
use crate::cli::version::VERSION;

/// What becomes of the figures.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct FiguresArgs {
    /// Print JSON in place of a table.
    #[arg(long)]
    json: bool,

    /// Keep the figures in this file too, for a later `--against`.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Show each figure beside the one in this file, which `--save` wrote, with the ratio of both.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

/// The figures of one bench, case by case.
pub(super) struct Figures {
    args: FiguresArgs,
    now: Saved,
    before: Option<Saved>,
}

/// What `--json` prints and `--save` keeps.
#[derive(Debug, Deserialize, Serialize)]
struct Saved {
    /// The command after `streamgauge bench`.
    bench: String,
    /// The version of the program that measured.
    version: String,
    /// The options that decide what is measured.
    settings: Value,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Case {
    case: String,
    /// By the name, which ends with the unit; `null` means that the figure is not known.
    figures: Map<String, Value>,
}

/// A figure beside the one of the file.
struct Pair<'a> {
    case: &'a str,
    figure: &'a str,
    now: Option<f64>,
    before: Option<f64>,
}

impl Figures {
    /// No figures so far. `bench` is the command after `streamgauge bench`; `settings` is an object
    /// with the options that decide what is measured, and nothing that may differ from run to run.
    ///
    /// # Errors
    /// The file of `--against` cannot be read, is none that `--save` wrote, or is of another bench
    /// or of other settings.
    pub(super) fn new(bench: &str, settings: Value, args: &FiguresArgs) -> Result<Self, Failure> {
        let now = Saved {
            bench: bench.to_owned(),
            version: VERSION.to_owned(),
            settings,
            cases: Vec::new(),
        };
        let before = args.against.as_deref().map(|file| now.read(file)).transpose()?;
        Ok(Self { args: args.clone(), now, before })
    }

    /// Adds a case. The name of a figure ends with its unit, as in `CPU ns/event`; NaN means that
    /// the figure is not known.
    pub(super) fn row<N: Into<String>>(
        &mut self,
        case: impl Into<String>,
        figures: impl IntoIterator<Item = (N, f64)>,
    ) {
        let figures = figures.into_iter().map(|(name, value)| (name.into(), json!(value)));
        self.now.cases.push(Case { case: case.into(), figures: figures.collect() });
    }

    /// Prints the figures, and keeps them where that is asked for.
    ///
    /// # Errors
    /// Standard output or the file of `--save` cannot be written.
    pub(super) fn finish(self) -> Result<(), Failure> {
        print_out(self.shown())?;
        let Some(file) = &self.args.save else { return Ok(()) };
        let text = format!("{:#}\n", json!(self.now));
        write_whole(file, |part| fs::write(part, text))
    }

    fn shown(&self) -> String {
        match (&self.before, self.args.json) {
            (None, false) => self.now.table(),
            (None, true) => format!("{:#}", json!(self.now)),
            (Some(before), false) => self.now.table_beside(before),
            (Some(before), true) => format!("{:#}", self.now.json_beside(before)),
        }
    }
}

impl Saved {
    /// The figures of a file, which are of this bench and these settings.
    fn read(&self, file: &Path) -> Result<Self, Failure> {
        let shown = file.display();
        let refused = |cause: String, remedy: &str| {
            Failure::usage(format!("{shown} {cause}; hint: --against {remedy}"))
        };
        let text = fs::read(file).map_err(|error| {
            refused(format!("cannot be read: {error}"), "names a file that --save wrote")
        })?;
        let before: Self = serde_json::from_slice(&text).map_err(|error| {
            let cause = format!("holds no figures of a bench: {error}");
            refused(cause, "names a file that --save wrote")
        })?;
        if before.bench != self.bench {
            let cause = format!(
                "is of `streamgauge bench {}`, not of `bench {}`",
                before.bench, self.bench
            );
            return Err(refused(cause, "names a file that this bench wrote with --save"));
        }
        let differing = differing(&before.settings, &self.settings);
        if !differing.is_empty() {
            let cause = format!("was measured with other settings: {}", differing.join(", "));
            return Err(refused(cause, "takes the options that the file was made with"));
        }
        Ok(before)
    }

    /// The names of all figures, as they come first.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.cases.iter().flat_map(|case| case.figures.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// A row a case, a column a figure.
    fn table(&self) -> String {
        let names = self.names();
        let mut table = format!("| case | {} |\n|---|{}\n", names.join(" | "), right(names.len()));
        for Case { case, figures } in &self.cases {
            let cells = names.iter().map(|name| figures.get(*name).and_then(Value::as_f64));
            let cells: Vec<String> = cells.map(digits).collect();
            let _ = writeln!(table, "| {case} | {} |", cells.join(" | "));
        }
        table
    }

    /// A row a figure.
    fn table_beside(&self, before: &Self) -> String {
        let (now, then) = (&self.version, &before.version);
        let mut table = format!(
            "| case | figure | now, {now} | saved, {then} | ratio |\n|---|---|{}\n",
            right(3)
        );
        for pair in self.pairs(before) {
            let Pair { case, figure, now, before } = pair;
            let (now, before) = (digits(now), digits(before));
            let ratio = pair.ratio().map_or("–".to_owned(), |ratio| format!("{ratio:.3}"));
            let _ = writeln!(table, "| {case} | {figure} | {now} | {before} | {ratio} |");
        }
        table
    }

    fn json_beside(&self, before: &Self) -> Value {
        let pairs: Vec<Value> = self
            .pairs(before)
            .map(|pair| {
                let Pair { case, figure, now, before } = pair;
                let ratio = pair.ratio();
                json!({ "case": case, "figure": figure, "now": now, "saved": before, "ratio": ratio })
            })
            .collect();
        let mut all = json!(self);
        all["against"] = json!({ "version": before.version, "figures": pairs });
        all
    }

    fn pairs<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = Pair<'a>> {
        self.cases.iter().flat_map(move |case| {
            let then = before.cases.iter().find(|then| then.case == case.case);
            case.figures.iter().map(move |(figure, now)| Pair {
                case: &case.case,
                figure,
                now: now.as_f64(),
                before: then.and_then(|then| then.figures.get(figure)?.as_f64()),
            })
        })
    }
}

impl Pair<'_> {
    /// `None` means that a figure is missing, or that the one of the file is no divisor.
    fn ratio(&self) -> Option<f64> {
        let ratio = self.now? / self.before?;
        ratio.is_finite().then_some(ratio)
    }
}

/// Each setting that differs, with both values.
fn differing(before: &Value, now: &Value) -> Vec<String> {
    let none = Map::new();
    let [before, now] = [before, now].map(|settings| settings.as_object().unwrap_or(&none));
    let only_before = before.keys().filter(|name| !now.contains_key(*name));
    let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    let names = now.keys().chain(only_before);
    names
        .filter(|name| before.get(*name) != now.get(*name))
        .map(|name| {
            let [before, now] = [before, now].map(|settings| shown(settings.get(name)));
            format!("`{name}` is {before} there and {now} here")
        })
        .collect()
}

/// The line below the heads of so many columns of numbers.
fn right(columns: usize) -> String {
    "--:|".repeat(columns)
}

/// A figure with three digits or more.
fn digits(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value.abs() >= 100.0 => grouped(value),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

/// A whole number with a comma before each three digits.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = if value < 0.0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The middle of several turns; NaN where there is none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests;
