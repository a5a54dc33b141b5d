//! The answer of a rule: a place, the fault there, and the remedy.

use std::fmt;

/// A breach of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    /// Below the root, with `/` between folders.
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) fault: String,
    pub(super) remedy: String,
}

impl Finding {
    pub(super) fn new(
        file: impl Into<String>,
        line: usize,
        fault: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), line, fault: fault.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, fault, remedy } = self;
        write!(f, "{file}:{line}: {fault}\n  hint: {remedy}")
    }
}

/// The findings of a test, as `file:line: fault`.
#[cfg(test)]
pub(super) fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| finding.to_string().lines().next().unwrap_or("").to_owned();
    findings.iter().map(line).collect()
}
