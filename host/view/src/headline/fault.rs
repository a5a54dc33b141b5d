//! Why a headline is no figure of the metric that it names, in words for whoever wrote it.

use streamgauge_core::WindowSpec;
use thiserror::Error;

/// A headline that the plugin of its metric cannot give.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct HeadlineFault {
    /// The setting of the headline that is to blame.
    pub setting: &'static str,
    /// What is wrong, in words that name the metric, the view or the measure.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl HeadlineFault {
    fn new(setting: &'static str, message: String, hint: String) -> Self {
        Self { setting, message, hint }
    }

    pub(super) fn window(metric: &str, window: WindowSpec) -> Self {
        let message = format!("metric `{metric}` has no windows `{window}`");
        Self::new("window", message, "add them to `windows` of the metric".to_owned())
    }

    pub(super) fn which_view(metric: &str, views: &[&str]) -> Self {
        match views.first() {
            None => {
                let message = format!("metric `{metric}` has no view that a headline could show");
                Self::new("metric", message, "take the headline out".to_owned())
            }
            Some(first) => {
                let message = format!("metric `{metric}` has several views");
                let hint = format!("add `view = \"{first}\"`; the views are {}", list(views));
                Self::new("view", message, hint)
            }
        }
    }

    pub(super) fn no_view(metric: &str, view: &str, views: &[&str]) -> Self {
        let message = format!("metric `{metric}` has no view `{view}`");
        Self::new("view", message, format!("its views are {}", list(views)))
    }

    pub(super) fn which_measure(view: &str, measures: &[&str]) -> Self {
        let message = format!("view `{view}` does not have one measure");
        let hint = match measures.first() {
            None => "name another view".to_owned(),
            Some(first) => {
                format!("add `measure = \"{first}\"`; the measures are {}", list(measures))
            }
        };
        Self::new("measure", message, hint)
    }

    pub(super) fn no_measure(view: &str, measure: &str, measures: &[&str]) -> Self {
        let message = format!("view `{view}` has no measure `{measure}`");
        Self::new("measure", message, format!("its measures are {}", list(measures)))
    }

    pub(super) fn no_keys(setting: &'static str, view: &str) -> Self {
        let message = format!("view `{view}` has one row and no keys");
        Self::new(setting, message, format!("take `{setting}` out"))
    }

    pub(super) fn no_cells(setting: &'static str, measure: &str) -> Self {
        let message = format!(
            "measure `{measure}` does not add up over the other dimension of its metric, so a key \
             has no value of its own"
        );
        Self::new(setting, message, "name a measure that adds up, or another metric".to_owned())
    }

    pub(super) fn no_sum(setting: &'static str, measure: &str) -> Self {
        let message = format!("measure `{measure}` does not add up over rows, so they have no sum");
        let hint = match setting {
            "per" => "name a key, or take `per` out",
            _ => "add `key = \"…\"` of the row that is meant",
        };
        Self::new(setting, message, hint.to_owned())
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
