//! Why the oracle has no answer: a column that the schema lacks, or a plugin that failed.

use thiserror::Error;

use streamgauge_plugin::CallError;

/// Why the oracle has no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OracleError {
    /// A metric reads what the schema does not have.
    #[error("metric `{metric}` reads column `{column}`, which the schema does not have")]
    NoSuchColumn {
        /// The id of the metric that reads the column.
        metric: String,
        /// The name of the missing column.
        column: String,
    },
    /// A plugin crashed or broke its contract.
    #[error("metric `{metric}`: {error}")]
    Call {
        /// The id of the plugin's metric.
        metric: String,
        /// The failure of the call.
        error: CallError,
    },
}
