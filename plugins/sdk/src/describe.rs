//! The descriptor of a metric: the columns that the metric reads, the columns of its result and the
//! ways to show the result.
//!
//! The page draws any metric from its descriptor alone, so business words live there and nowhere
//! else in the system. A descriptor is pure: the same for the same configuration, every time.

use crate::bindings::exports::streamgauge::metric::describe as wit;

pub use crate::bindings::streamgauge::metric::types::FieldType;

/// A text in the languages that the author gives, by language tag.
///
/// A pair is Chinese and English; a list of pairs names any languages.
///
/// ```
/// use streamgauge_sdk::Localized;
///
/// let pair = Localized::from(("省份分布", "Provinces"));
/// assert_eq!(pair, Localized::from([("zh", "省份分布"), ("en", "Provinces")]));
/// assert_eq!(pair.get("en"), Some("Provinces"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Localized(Vec<(String, String)>);

/// Everything that the host and the page need to know of a metric.
///
/// ```
/// use streamgauge_sdk::{Descriptor, FieldType, Output, View};
///
/// let descriptor = Descriptor::new("gender", "0.1.0", ("各性别的事件数", "Events by gender"))
///     .input("gender", FieldType::Unsigned)
///     .output(Output::dimension("gender", ("性别", "Gender")).label("0", ("女", "Female")))
///     .output(Output::measure("events", ("事件数", "Events")))
///     .view(View::pie("share", ("性别占比", "Gender"), "gender", "events"));
/// assert_eq!(descriptor.name(), "gender");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    pub(crate) raw: wit::Descriptor,
}

/// A column of the result: a dimension that names a group, or a measure of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    raw: wit::Output,
}

/// One way to show the result.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    raw: wit::View,
}

impl Localized {
    /// The text in one language; `None` means that the author gave none.
    pub fn get(&self, language: &str) -> Option<&str> {
        self.0.iter().find(|(tag, _)| tag == language).map(|(_, text)| text.as_str())
    }
}

impl From<(&str, &str)> for Localized {
    fn from((zh, en): (&str, &str)) -> Self {
        Self::from([("zh", zh), ("en", en)])
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Localized {
    fn from(texts: [(&str, &str); N]) -> Self {
        Self(texts.iter().map(|&(tag, text)| (tag.to_owned(), text.to_owned())).collect())
    }
}

impl FromIterator<(String, String)> for Localized {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(texts: I) -> Self {
        Self(texts.into_iter().collect())
    }
}

impl Descriptor {
    /// A metric with its name, its version (`env!("CARGO_PKG_VERSION")`) and one sentence on what
    /// it measures.
    pub fn new(name: &str, version: &str, doc: impl Into<Localized>) -> Self {
        Self {
            raw: wit::Descriptor {
                name: name.to_owned(),
                version: version.to_owned(),
                doc: doc.into().0,
                inputs: Vec::new(),
                outputs: Vec::new(),
                views: Vec::new(),
                state_version: 0,
                merge_law: wit::MergeLaw::Exact,
            },
        }
    }

    /// Reads a column; a record without a valid value in the column does not reach the metric.
    ///
    /// Columns reach `add` in the order of the calls of `input` and `nullable_input`, from index 0.
    /// The name `@event-time` with [`FieldType::Timestamp`] asks for each row's event time.
    #[must_use]
    pub fn input(self, name: &str, kind: FieldType) -> Self {
        self.push_input(wit::Input { name: name.to_owned(), type_: kind, nullable: false })
    }

    /// Reads a column; a record without a value in the column reaches the metric as null.
    #[must_use]
    pub fn nullable_input(self, name: &str, kind: FieldType) -> Self {
        self.push_input(wit::Input { name: name.to_owned(), type_: kind, nullable: true })
    }

    /// Adds a column of the result; `result` returns columns in the order of these calls.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.raw.outputs.push(output.raw);
        self
    }

    /// Adds a view. Without a view, the page shows a table.
    #[must_use]
    pub fn view(mut self, view: View) -> Self {
        self.raw.views.push(view.raw);
        self
    }

    /// Declares that the order of merges may change the result within the error that its
    /// [`Output::error_of`] measures state, as for sketches, or within the rounding of floats.
    /// A metric that does not call `bounded` promises exact merges.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.raw.merge_law = wit::MergeLaw::Bounded;
        self
    }

    /// The name that the author gave the metric.
    pub fn name(&self) -> &str {
        &self.raw.name
    }

    /// The descriptor as it crosses to the host.
    #[cfg(target_family = "wasm")]
    pub(crate) fn into_wit(mut self, state_version: u32) -> wit::Descriptor {
        self.raw.state_version = state_version;
        self.raw
    }

    fn push_input(mut self, input: wit::Input) -> Self {
        self.raw.inputs.push(input);
        self
    }
}

impl Output {
    /// A `text` column that names a group of events.
    pub fn dimension(name: &str, title: impl Into<Localized>) -> Self {
        Self::new(name, FieldType::Text, wit::Role::Dimension, title)
    }

    /// An `integer` column whose values may be summed up.
    pub fn measure(name: &str, title: impl Into<Localized>) -> Self {
        let mut output = Self::new(name, FieldType::Integer, wit::Role::Measure, title);
        output.raw.additive = true;
        output
    }

    /// Changes the type of the column.
    #[must_use]
    pub fn of_type(mut self, kind: FieldType) -> Self {
        self.raw.type_ = kind;
        self
    }

    /// Names the unit of a measure, for instance `ms` or `CNY`.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.raw.unit = Some(unit.to_owned());
        self
    }

    /// Declares that the column is the largest error of `measure`, in the same row: the true value
    /// is no further away. A missing row counts as 0, with the largest error of its table.
    #[must_use]
    pub fn error_of(mut self, measure: &str) -> Self {
        self.raw.error_of = Some(measure.to_owned());
        self
    }

    /// Declares that values must not be summed into an "other" row, as for averages.
    #[must_use]
    pub fn not_additive(mut self) -> Self {
        self.raw.additive = false;
        self
    }

    /// Gives one key of a dimension a text. The order of the calls is the order of display; keys
    /// without a label are shown as they are.
    #[must_use]
    pub fn label(mut self, key: &str, text: impl Into<Localized>) -> Self {
        self.raw.labels.push(wit::Label { key: key.to_owned(), text: text.into().0 });
        self
    }

    /// Gives several keys of a dimension their texts, each as [`label`](Self::label) does.
    #[must_use]
    pub fn labels<K: AsRef<str>, T: Into<Localized>>(
        self,
        labels: impl IntoIterator<Item = (K, T)>,
    ) -> Self {
        labels.into_iter().fold(self, |output, (key, text)| output.label(key.as_ref(), text))
    }

    fn new(name: &str, kind: FieldType, role: wit::Role, title: impl Into<Localized>) -> Self {
        Self {
            raw: wit::Output {
                name: name.to_owned(),
                type_: kind,
                role,
                title: title.into().0,
                unit: None,
                additive: false,
                error_of: None,
                labels: Vec::new(),
            },
        }
    }
}

impl View {
    /// A pie with a slice for each key of `dimension`.
    pub fn pie(id: &str, title: impl Into<Localized>, dimension: &str, measure: &str) -> Self {
        Self::new("pie", id, title, &[measure]).by(dimension)
    }

    /// Upright bars, one for each key of `dimension`.
    pub fn bar(id: &str, title: impl Into<Localized>, dimension: &str, measure: &str) -> Self {
        Self::new("bar", id, title, &[measure]).by(dimension)
    }

    /// Lying bars, one for each key of `dimension`: for many keys or long names.
    pub fn hbar(id: &str, title: impl Into<Localized>, dimension: &str, measure: &str) -> Self {
        Self::new("hbar", id, title, &[measure]).by(dimension)
    }

    /// A field of colours: a cell for each key of `dimension` and each of `across`.
    pub fn heatmap(
        id: &str,
        title: impl Into<Localized>,
        dimension: &str,
        across: &str,
        measure: &str,
    ) -> Self {
        let mut view = Self::new("heatmap", id, title, &[measure]).by(dimension);
        view.raw.across = Some(across.to_owned());
        view
    }

    /// The provinces of China in the places that they have on a map: for keys such as `广东`,
    /// `440000` or `Guangdong`. Every key is shown, whatever `top` says.
    pub fn tiles(id: &str, title: impl Into<Localized>, dimension: &str, measure: &str) -> Self {
        Self::new("tiles", id, title, &[measure]).by(dimension)
    }

    /// A chart of any name; a page that does not know the chart shows a table.
    pub fn new(chart: &str, id: &str, title: impl Into<Localized>, measures: &[&str]) -> Self {
        Self {
            raw: wit::View {
                id: id.to_owned(),
                title: title.into().0,
                chart: chart.to_owned(),
                dimension: None,
                across: None,
                measures: measures.iter().map(|&name| name.to_owned()).collect(),
                top: 0,
                sorted: false,
                size: None,
            },
        }
    }

    /// Names the dimension whose keys the rows of the view are.
    #[must_use]
    pub fn by(mut self, dimension: &str) -> Self {
        self.raw.dimension = Some(dimension.to_owned());
        self
    }

    /// Shows this many rows and adds the others up as "other". Without `top`, all rows are shown.
    #[must_use]
    pub fn top(mut self, rows: u32) -> Self {
        self.raw.top = rows;
        self
    }

    /// Asks for room: `small`, `medium`, `wide`, `tall` or `large`. Without `size`, the page
    /// chooses.
    #[must_use]
    pub fn size(mut self, size: &str) -> Self {
        self.raw.size = Some(size.to_owned());
        self
    }

    /// Sorts by the first measure, largest first. Without `sorted`, rows are in the order of the
    /// labels.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.raw.sorted = true;
        self
    }
}
