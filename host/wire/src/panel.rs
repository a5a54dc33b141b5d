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
    /// The metric's id, or `metric.view` where it has several views.
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
