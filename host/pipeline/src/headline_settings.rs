//! `[[headline]]`: figures that the page shows large, above its panels.

use std::collections::BTreeMap;
use std::fmt;

use streamgauge_core::WindowSpec;

/// The settings of one `[[headline]]`. View, measure and key are held against the plugin when it is
/// loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadlineSettings {
    /// Unique within the pipeline.
    pub id: String,
    /// The place of the table in the file, counted from 0.
    pub index: usize,
    /// The id of a metric of the pipeline.
    pub metric: String,
    /// The id of a view; `None` means the only view of the metric.
    pub view: Option<String>,
    /// The name of a measure; `None` means the only measure of the view.
    pub measure: Option<String>,
    /// What the figure is.
    pub of: HeadlineOf,
    /// What the figure is divided by; `None` means by nothing.
    pub per: Option<HeadlineOf>,
    /// The kind of windows whose present one is shown, one of the metric's.
    pub window: WindowSpec,
    /// The title by language; `zh` and `en` are there.
    pub title: BTreeMap<String, String>,
    /// The unit; `None` means that of the measure.
    pub unit: Option<String>,
    /// The value to reach, on the scale of the figure.
    pub target: Option<f64>,
    /// True for the one that is shown largest.
    pub is_giant: bool,
    /// What the figure is compared with, each once.
    pub compare: Vec<Comparison>,
}

/// What the figure is, in words.
impl fmt::Display for HeadlineSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |of: &HeadlineOf| match of {
            HeadlineOf::Sum => "all rows".to_owned(),
            HeadlineOf::Key(key) => format!("key `{key}`"),
        };
        write!(f, "{} of metric `{}`", of(&self.of), self.metric)?;
        if let Some(per) = &self.per {
            write!(f, " per {}", of(per))?;
        }
        write!(f, ", window `{}`", self.window)?;
        if !self.compare.is_empty() {
            let names: Vec<&str> = self.compare.iter().map(|each| each.name()).collect();
            write!(f, ", compared with {}", names.join(", "))?;
        }
        Ok(())
    }
}

impl HeadlineSettings {
    /// What is set, as texts by name; a setting that is not written has none.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let Self {
            id: _,
            index: _,
            metric,
            view,
            measure,
            of,
            per,
            window,
            title,
            unit,
            target,
            is_giant,
            compare,
        } = self;
        let compared: Vec<&str> = compare.iter().map(|each| each.name()).collect();
        let titles = title.iter().map(|(language, text)| (format!("title.{language}"), text));
        let optional = [
            ("view", view.clone()),
            ("measure", measure.clone()),
            ("key", of.key().map(str::to_owned)),
            ("per", per.as_ref().map(|per| per.key().unwrap_or(HeadlineOf::SUM).to_owned())),
            ("unit", unit.clone()),
            ("target", target.map(|target| target.to_string())),
        ];
        let mut texts = vec![
            ("metric".to_owned(), metric.clone()),
            ("window".to_owned(), window.to_string()),
            ("giant".to_owned(), is_giant.to_string()),
            ("compare".to_owned(), compared.join(", ")),
        ];
        texts.extend(titles.map(|(name, text)| (name, text.clone())));
        texts
            .extend(optional.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))));
        texts
    }
}

/// Rows of a view that a figure is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadlineOf {
    /// All rows, summed up.
    Sum,
    /// The row of this key.
    Key(String),
}

/// What a figure is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The window of the same kind that ends where the present one begins.
    Previous,
    /// The same time a civil day earlier.
    Day,
    /// The same time seven civil days earlier.
    Week,
    /// The same date and time a year earlier.
    Year,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Self; 4] = [Self::Previous, Self::Day, Self::Week, Self::Year];

    /// As the pipeline file and the wire name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::Day => "1d",
            Self::Week => "7d",
            Self::Year => "1y",
        }
    }
}

impl HeadlineOf {
    /// The name that stands for all rows.
    pub const SUM: &'static str = "sum";

    /// The key of the row; `None` means all rows.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Sum => None,
            Self::Key(key) => Some(key),
        }
    }
}
