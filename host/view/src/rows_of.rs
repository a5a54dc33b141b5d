//! The rows of a window that a question asks for: all, the largest, or those of one key.

use std::sync::Arc;

use streamgauge_plugin::{Output, Role};
use thiserror::Error;

use super::published::Published;
use super::reader::MetricReader;
use super::trouble::Trouble;
use super::window_result::WindowResult;
use super::windows::Window;

/// The rows of a metric that are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RowsOf {
    /// Every row, up to the limit of a result.
    #[default]
    All,
    /// So many of the largest by the first measure, and the sum of the rest.
    Largest(usize),
    /// Those of this key of the first dimension, however small they are.
    Key(String),
}

/// Why there are no such rows.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoRows {
    /// The metric has one row and no keys.
    #[error("metric `{0}` has one row and no keys; hint: leave `key` out")]
    NoKeys(String),
    /// The plugin gives no result.
    #[error("{0}")]
    Unreadable(String),
}

impl MetricReader {
    /// The rows of a window that are meant.
    ///
    /// # Errors
    /// The metric has no keys, or its plugin gives no result.
    pub fn rows_of(
        &self,
        published: &Published,
        window: &Window,
        rows: &RowsOf,
    ) -> Result<WindowResult, NoRows> {
        let outputs = &self.plugin().descriptor().outputs;
        let all = || {
            let result = self.result(published, window);
            result.map_err(|error| NoRows::Unreadable(error.to_string()))
        };
        match rows {
            RowsOf::All => all(),
            RowsOf::Largest(most) => {
                let mut found = all()?;
                found.result = Arc::new(found.result.largest(outputs, *most));
                Ok(found)
            }
            RowsOf::Key(key) => {
                let is_dimension = |output: &Output| matches!(output.role, Role::Dimension);
                let column = outputs.iter().position(is_dimension);
                let column = column.ok_or_else(|| NoRows::NoKeys(self.id().to_owned()))?;
                match self.with_key(published, window, (column, key)) {
                    (_, Some(Trouble::Unreadable { reason, .. })) => {
                        Err(NoRows::Unreadable(reason))
                    }
                    (found, _) => Ok(found),
                }
            }
        }
    }
}
