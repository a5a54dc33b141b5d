//! What the page is told of panels before any number comes: made from the plugins' descriptors.

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
    /// The metric's id.
    pub metric: String,
    /// The view's id.
    pub view: String,
    /// The kinds of windows of the metric, such as `cumulative` and `1d`; the first one is shown.
    pub windows: Vec<String>,
    /// The title.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// An open name: pie, bar, hbar, line, number, heatmap, table, …
    pub chart: String,
    /// What the rows are; none where the table has one row.
    pub dimension: Option<Dimension>,
    /// A second dimension that lies across the first.
    pub across: Option<Dimension>,
    /// What is shown of each row.
    pub measures: Vec<Measure>,
    /// Rows shown before the rest is summed up; 0: all.
    pub top: u32,
    /// Largest first; else in the order of the labels.
    pub sorted: bool,
    /// An open name: small, medium, wide, tall, large; none: the page chooses.
    pub size: Option<String>,
    /// Panels with a smaller one come first; none: 0.
    pub order: Option<i64>,
}

/// The dimension of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Dimension {
    /// The output's name.
    pub name: String,
    /// Its title.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// Known keys in display order.
    pub labels: Vec<Label>,
}

/// The text of one key.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Label {
    /// The raw key.
    pub key: String,
    /// Its text.
    #[schema(value_type = BTreeMap<String, String>)]
    pub text: Localized,
}

/// A measure of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Measure {
    /// The output's name.
    pub name: String,
    /// Its title.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// Its unit.
    pub unit: Option<String>,
    /// Whether values may be summed.
    pub additive: bool,
    /// The measure whose largest error this one is, in the same row.
    pub error_of: Option<String>,
}
