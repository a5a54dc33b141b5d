//! The languages of templates, with what an author does next in each.

use clap::ValueEnum;

/// A language that there is a template for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Lang {
    /// The fastest, and the smallest component.
    Rust,
    /// A component of 18 MB with the interpreter in it.
    Python,
    /// JavaScript: a component of 2 MB with the engine in it.
    Js,
}

impl Lang {
    /// The function to change.
    pub(super) fn beginning(self) -> &'static str {
        match self {
            Self::Rust => "key_of in src/lib.rs",
            Self::Python => "key_of in metric.py",
            Self::Js => "keyOf in metric.js",
        }
    }

    /// The commands up to the component.
    pub(super) fn commands(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["cargo test"],
            Self::Python => &[
                "python3 -m unittest",
                "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1",
            ],
            Self::Js => &["node --test", "npm install"],
        }
    }

    /// True if the language's components bring a runtime that asks for WASI.
    pub(super) fn has_runtime(self) -> bool {
        self != Self::Rust
    }
}
