//! The description of panels that the page has before any number comes, made from the plugins'
//! descriptors.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Texts by language, `zh` and `en` among them.
pub type Localized = BTreeMap<String, String>;

/// One view of one metric.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Panel {
    /// The metric's id, or `metric.view` where it has several views; where the pipeline shows a view
    /// once more, an id of its own.
    pub id: String,
    /// The id of a metric of the pipeline.
    pub metric: String,
    /// The id of the view, unique within the plugin.
    pub view: String,
    /// The kinds of windows of the metric, such as `cumulative` and `1d`; the first one is shown.
    pub windows: Vec<String>,
    /// The title of the panel, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// An open name: pie, bar, hbar, line, number, heatmap, tiles, table, …
    pub chart: String,
    /// The dimension that the rows stand for; `None` means that the table has one row.
    pub dimension: Option<Dimension>,
    /// A second dimension that lies across the first.
    pub across: Option<Dimension>,
    /// The measures that are shown of each row.
    pub measures: Vec<Measure>,
    /// Rows shown before the rest is summed up; 0: all.
    pub top: u32,
    /// Largest first; else in the order of the labels.
    pub sorted: bool,
    /// An open name: small, medium, wide, tall, large; `None` means that the page chooses.
    pub size: Option<String>,
    /// Panels with a smaller order come first; `None` means 0.
    pub order: Option<i64>,
    /// `windows`: the panel is drawn over the windows of its metric; `None` means over its keys.
    pub over: Option<&'static str>,
    /// The name of a layout of the schema, for `tiles` of other places than the provinces of China.
    pub layout: Option<String>,
    /// The values from which a figure of the panel is worth a warning, in the order of the file.
    pub thresholds: Vec<Threshold>,
}

/// A value of a measure beyond which the page warns.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Threshold {
    /// The name of a measure of the panel.
    pub measure: String,
    /// The key of the only row that is meant; `None` means every row.
    pub key: Option<String>,
    /// The only kind of windows over which the threshold holds; `None` means every kind.
    pub window: Option<String>,
    /// How grave it is: `warn` or `bad`.
    pub level: &'static str,
    /// The side of the value that is worth a warning: `above` or `below`.
    pub side: &'static str,
    /// The value itself is not beyond the threshold.
    pub value: f64,
}

/// Places for the keys of panels with the chart `tiles`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Layout {
    /// The name by which panels choose it, unique within the pipeline.
    pub name: String,
    /// The tiles, each with a place of its own.
    pub units: Vec<LayoutUnit>,
}

/// One tile of a layout.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LayoutUnit {
    /// The key whose value the tile shows, unique within the layout.
    pub key: String,
    /// The name on the tile, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub text: Localized,
    /// The row of the tile, from 0 at the top.
    pub row: u32,
    /// The column of the tile, from 0 at the left.
    pub column: u32,
    /// Other keys that mean the same tile, unique within the layout.
    pub aliases: Vec<String>,
}

/// The dimension of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Dimension {
    /// The name of the output in the plugin's descriptor.
    pub name: String,
    /// The title of the output, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// Known keys in display order.
    pub labels: Vec<Label>,
}

/// The text of one key.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Label {
    /// The key as it is in frames.
    pub key: String,
    /// The text of the key, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub text: Localized,
}

/// A measure of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Measure {
    /// The name of the output in the plugin's descriptor.
    pub name: String,
    /// The title of the output, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// The unit of the values, as text.
    pub unit: Option<String>,
    /// True if values may be summed.
    pub additive: bool,
    /// The measure whose largest error this one is, in the same row.
    pub error_of: Option<String>,
}
