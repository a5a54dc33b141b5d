//! The surroundings of a pipeline file, handed in so that reading the file depends on nothing else.

use std::path::PathBuf;

/// The surroundings that reading needs besides the text.
pub(super) struct Context<'a> {
    /// The path of the file, as it was given.
    pub(super) path: PathBuf,
    /// The folder that relative paths start at.
    pub(super) folder: PathBuf,
    /// The values of environment variables.
    pub(super) environment: Environment<'a>,
}

/// Looks up an environment variable; `None` means that the variable is not set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
