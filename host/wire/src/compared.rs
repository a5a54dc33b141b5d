//! A panel beside what it was before: made only where somebody asks.

use serde::Serialize;
use utoipa::ToSchema;

use crate::Frame;

/// The rows of a panel over two spans that are comparable. Instants are milliseconds since the Unix
/// epoch.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Compared {
    /// `previous`: the span before; `1d`, `7d`, `1y`: the same date and time a day, a week, a year
    /// earlier.
    pub to: &'static str,
    /// The window as it was asked for.
    pub window: String,
    /// The start of the present span; `None` where there is none.
    pub start: Option<i64>,
    /// The end of the present span: the last moment that is complete on both sides.
    pub until: Option<i64>,
    /// The start of the span before; `None` where there is none.
    pub before_start: Option<i64>,
    /// The end of the span before.
    pub before_until: Option<i64>,
    /// The rows over the present span.
    pub now: Option<Frame>,
    /// The rows over the span before, of the keys of `now` and in their order where they fit.
    pub before: Option<Frame>,
    /// Why a side is missing, or why whole windows are compared: `not-yet`, `no-history`, `no-finer`
    /// or `failed`.
    pub reason: Option<&'static str>,
    /// With `no-finer`, the line of the metric that makes the comparison finer.
    pub hint: Option<String>,
}
