//! What the file says of the page beyond its panels: looks, thresholds, places of tiles, labels of
//! values, and sentences of single records. No count depends on any of it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::texts::Texts;

/// The settings of `[page]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSettings {
    /// The file of the logo, resolved against the pipeline file's folder; it is read by who shows it.
    pub logo: Option<PathBuf>,
    /// The colour of what stands out, as `#rrggbb` in lower case.
    pub accent: Option<String>,
}

/// The settings of one `[[panel.threshold]]`. The measure is held against the plugin when it is
/// loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdSettings {
    /// The name of a measure of the panel.
    pub measure: String,
    /// The key of the only row that is meant; `None` means every row.
    pub key: Option<String>,
    /// The only kind of windows that is meant, as the metric has it; `None` means every kind.
    pub window: Option<String>,
    /// How grave it is, and on which side.
    pub limit: Limit,
    /// The value itself is not beyond the threshold.
    pub value: f64,
}

/// How grave it is where a value is beyond a threshold, and on which side that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Worth a look above the value.
    WarnAbove,
    /// Bad above the value.
    BadAbove,
    /// Worth a look below the value.
    WarnBelow,
    /// Bad below the value.
    BadBelow,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 4] = [Self::WarnAbove, Self::BadAbove, Self::WarnBelow, Self::BadBelow];

    /// As the pipeline file names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WarnAbove => "warn_above",
            Self::BadAbove => "bad_above",
            Self::WarnBelow => "warn_below",
            Self::BadBelow => "bad_below",
        }
    }

    /// How grave it is, `warn` or `bad`, and the side, `above` or `below`.
    pub const fn level_and_side(self) -> (&'static str, &'static str) {
        match self {
            Self::WarnAbove => ("warn", "above"),
            Self::BadAbove => ("bad", "above"),
            Self::WarnBelow => ("warn", "below"),
            Self::BadBelow => ("bad", "below"),
        }
    }
}

/// What the threshold says, in words.
impl fmt::Display for ThresholdSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (level, side) = self.limit.level_and_side();
        write!(f, "{level} where `{}`", self.measure)?;
        if let Some(key) = &self.key {
            write!(f, " of key `{key}`")?;
        }
        if let Some(window) = &self.window {
            write!(f, " over `{window}`")?;
        }
        write!(f, " is {side} {}", self.value)
    }
}

/// The settings of one `[[layout]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutSettings {
    /// Unique within the pipeline.
    pub name: String,
    /// The tiles, each with a key and a place of its own.
    pub units: Vec<LayoutUnit>,
}

/// One tile of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutUnit {
    /// The key whose value the tile shows, unique within the layout.
    pub key: String,
    /// The name on the tile, by language.
    pub text: Texts,
    /// The row, from 0 at the top.
    pub row: u32,
    /// The column, from 0 at the left.
    pub column: u32,
    /// Other keys of the same tile, unique within the layout.
    pub aliases: Vec<String>,
}

/// `[labels.FIELD]`: by field, the texts of its values.
pub type Labels = BTreeMap<String, FieldLabels>;

/// The texts of values of one field, in written order.
pub type FieldLabels = Vec<(String, Texts)>;

/// The settings of `[ticker]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickerSettings {
    /// The sentence by language.
    pub text: BTreeMap<String, Sentence>,
    /// The fields that the sentences name, each once: those of the language that is written first,
    /// in the order of its sentence, then what only another one names.
    pub fields: Vec<String>,
}

/// A sentence with gaps for values of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(pub Vec<Part>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it is written.
    Text(String),
    /// The value of this field of the schema.
    Field(String),
}

/// The sentence as it is written in the file.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            Part::Field(field) => write!(f, "{{{field}}}"),
        })
    }
}
