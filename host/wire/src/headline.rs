//! The figures that the page shows large, above its panels: what they are (with the panels), and
//! what they are worth (with the frames).

use serde::Serialize;
use utoipa::ToSchema;

use crate::Localized;

/// One figure of a metric, as the pipeline file names it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Headline {
    /// Unique within the pipeline.
    pub id: String,
    /// The title of the figure, by language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub title: Localized,
    /// The unit of the figure, as text; `None` for a share and where neither the pipeline nor the
    /// measure names one.
    pub unit: Option<String>,
    /// The id of a metric of the pipeline.
    pub metric: String,
    /// The id of a view of the metric.
    pub view: String,
    /// The name of a measure of the view.
    pub measure: String,
    /// The key of the row that is shown; `None` means the sum over all rows.
    pub key: Option<String>,
    /// What the figure is divided by: another key of the same measure, or `sum` for the sum over
    /// all rows. The figure is a share then; `None` means that it is divided by nothing.
    pub per: Option<String>,
    /// The kind of windows, such as `cumulative` or `1d`, of which the present one is shown.
    pub window: String,
    /// The value to reach, on the scale of the figure.
    pub target: Option<f64>,
    /// True for the one figure that is shown largest.
    pub giant: bool,
    /// What the figure is compared with: `previous`, `1d`, `7d` and `1y`.
    pub compare: Vec<String>,
}

/// What a figure is worth at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HeadlineValue {
    /// The id of the figure.
    pub id: String,
    /// Over records on time and late; a share is a fraction, so 0.25 is 25 %. `None` means that
    /// there is no value yet, or that a share is of nothing.
    pub value: Option<f64>,
    /// The start of the window, in milliseconds since the Unix epoch; `None` means cumulative.
    pub start: Option<i64>,
    /// The end of the window, which is not part of it; `None` means cumulative.
    pub end: Option<i64>,
    /// Why the value is not that of all records: `lagging`, `quarantined` or `unreadable`, as in
    /// the frames of the metric; `None` means that it is.
    pub stale: Option<&'static str>,
    /// The comparisons, in the order of `compare` of the figure.
    pub changes: Vec<HeadlineChange>,
}

/// A figure beside what it was before, over spans that are comparable.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HeadlineChange {
    /// `previous`: the window before; `1d`, `7d`, `1y`: the same date and time a day, a week, a
    /// year earlier.
    pub to: &'static str,
    /// The figure over the present span.
    pub now: Option<f64>,
    /// The figure over the span before.
    pub before: Option<f64>,
    /// The end of the present span, in milliseconds since the Unix epoch.
    pub until: Option<i64>,
    /// Why a side has no value, or why whole windows are compared: `not-yet`, `no-history`,
    /// `no-finer` or `failed`.
    pub reason: Option<&'static str>,
    /// With `no-finer`, the line of the metric that makes the comparison finer.
    pub hint: Option<String>,
}

/// A figure with what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HeadlineNow {
    /// What the figure is.
    #[serde(flatten)]
    pub headline: Headline,
    /// What it is worth.
    pub now: HeadlineValue,
}

/// The figures of a pipeline, in the order of its file.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Headlines {
    /// The figures with what they are worth.
    pub headlines: Vec<HeadlineNow>,
}
